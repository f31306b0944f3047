"""Compiled parts of the diagrams: arrays and scalars only, sites in the order of their tree."""

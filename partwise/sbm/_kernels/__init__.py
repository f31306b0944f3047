"""Compiled code of stochastic block models."""

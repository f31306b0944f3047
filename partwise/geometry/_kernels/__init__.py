"""Compiled inner loops of the types of this package."""

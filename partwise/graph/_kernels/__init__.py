"""Kernels behind :mod:`partwise.graph`."""

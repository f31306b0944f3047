"""Kernels behind :mod:`partwise.geometry.points`."""

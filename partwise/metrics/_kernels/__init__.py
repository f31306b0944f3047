"""Kernels behind :mod:`partwise.metrics`."""

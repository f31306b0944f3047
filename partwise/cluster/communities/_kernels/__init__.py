"""Kernels behind :mod:`partwise.cluster.communities`."""

"""Kernels behind the generators."""

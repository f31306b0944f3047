"""Twins of device kernels on the CPU."""

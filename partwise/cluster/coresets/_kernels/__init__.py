"""Compiled kernels of coresets: points and weights in, chosen points and weights out."""

"""Kernels for GPUs: traversal of graphs with balanced loads, and inner loops of other rooms."""

"""Partitions by heavy-edge matching and the moves of many nodes at once, on the CPU and on GPUs."""

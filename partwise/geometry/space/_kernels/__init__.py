"""Compiled kernels of the trees that cut space: float64 coordinates in, arrays of nodes out.

Nothing here calls itself: a tree is walked with a stack or level by level, whatever its depth.
"""

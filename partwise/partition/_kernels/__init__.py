"""Compiled kernels of the multilevel partitioner: arrays and scalars in, arrays out.

Level graphs are ``indptr`` (uint64), ``indices`` (uint32), ``weights`` (int32 or int64, or None for
ones) and ``node_weights`` (int64), undirected with both directions stored and without self-loops.
Unsigned indices spare the wrap-around code of signed ones in the inner loops.
"""

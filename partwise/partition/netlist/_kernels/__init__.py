"""Compiled kernels of the netlist partitioner: arrays and scalars in, arrays out.

A level is ``net_ptr`` and ``pins`` (nets to nodes), ``node_ptr`` and ``nets`` (nodes to nets),
``weights`` of nets, ``pers_ptr`` and ``amounts`` (the personalities of node v are rows
``pers_ptr[v]:pers_ptr[v + 1]`` of amounts). ``current[v]`` is the row that node v has now. Pointers
and sums are int64, ids uint32.
"""

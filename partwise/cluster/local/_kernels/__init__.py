"""Compiled kernels of local clustering: they see a graph only through the ball a query has read.

Nodes have local numbers, in the order in which they are met; all state is held by these numbers.
"""

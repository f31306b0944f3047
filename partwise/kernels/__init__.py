"""Compiled primitives shared by every family of algorithms.

Nothing here knows a :class:`~partwise.graph.Graph`: arrays and scalars in, arrays out.
"""

"""The heap against sorting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from partwise.kernels.heap import heap_clear, heap_pop, heap_push, heap_remove, heap_update


class Heap:
    def __init__(self, n):
        self.keys = np.empty(n)
        self.nodes = np.empty(n, dtype=np.uint32)
        self.where = np.full(n, -1, dtype=np.int32)
        self.size = 0
        self.expected = {}

    def check(self):
        assert self.size == len(self.expected)
        for node, key in self.expected.items():
            place = self.where[node]
            assert self.nodes[place] == node
            assert self.keys[place] == key
        if self.size:
            assert self.keys[0] == max(self.expected.values())
        assert (self.where >= 0).sum() == self.size


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 11), st.integers(-5, 5)), max_size=80))
def test_any_sequence_of_operations(operations):
    heap = Heap(12)
    arrays = heap.keys, heap.nodes, heap.where
    for kind, node, key in operations:
        if node not in heap.expected:
            heap.size = heap_push(*arrays, heap.size, np.uint32(node), float(key))
            heap.expected[node] = key
        elif kind == 0:
            heap_update(*arrays, heap.size, np.uint32(node), float(key))
            heap.expected[node] = key
        elif kind == 1:
            heap.size = heap_remove(*arrays, heap.size, np.uint32(node))
            del heap.expected[node]
        else:
            del heap.expected[int(heap.nodes[0])]
            heap.size = heap_pop(*arrays, heap.size)
        heap.check()
    heap.size = heap_clear(heap.nodes, heap.where, heap.size)
    heap.expected = {}
    heap.check()

"""Warp operations for numba's simulator of CUDA, which has none, and stricter arrays.

Lanes that take part in an operation leave their values and wait until all lanes of the mask are
there. What a device leaves undefined is an error: a lane that never comes, one that takes part
without being in the mask, lanes that meet in different operations, the value of a lane that takes
no part, and a negative index, which Python would count from the end.
"""

from __future__ import annotations

import threading

import numpy as np
from numba.cuda.simulator import kernel
from numba.cuda.simulator.cudadrv.devicearray import FakeWithinKernelCUDAArray
from numba.cuda.simulator.kernelapi import FakeCUDAModule

from tests.gpu_simulator.blocks import Block, SimulatorFault

__all__ = ["install"]

WARP = 32
ALL = 0xFFFFFFFF


def _place():
    """Return the block of this thread, its warp, its lane, and how many lanes there are."""
    thread = threading.current_thread()
    block = thread._manager
    warp, lane = divmod(int(thread.thread_id), WARP)
    return block, warp, lane, min(WARP, block.size - WARP * warp)


def _exchange(operation, mask, value):
    """Return the own lane, and what all lanes of the mask have given."""
    block, warp, lane, size = _place()
    thread = threading.current_thread()
    mask = int(mask) & ALL
    if not mask >> lane & 1:
        raise SimulatorFault(
            f"{operation}: lane {lane} takes part and is not in the mask {mask:#x}"
        )
    wanted = {i for i in range(size) if mask >> i & 1}
    given = block.meetings.setdefault((warp, mask), {})
    given[lane] = thread, operation, value
    if len(given) < len(wanted):
        block.wait(
            lambda: f"{operation}: lanes {sorted(wanted - set(given))} of the mask never came"
        )
        return lane, thread.received
    operations = {name for _, name, _ in given.values()}
    if len(operations) > 1:
        raise SimulatorFault(f"lanes of a warp meet in different operations: {sorted(operations)}")
    received = {other: passed for other, (_, _, passed) in given.items()}
    others = [other for other, _, _ in given.values() if other is not thread]
    for other in others:
        other.received = received
    given.clear()
    block.wake(others)
    return lane, received


def _signed(mask):
    """Return a mask as the device does, in 32 bits with a sign."""
    return np.uint32(mask).astype(np.int32)


def _passed(operation, mask, value, source_of):
    """Return the value of a lane; beyond the ends of the warp, the own one."""
    lane, given = _exchange(operation, mask, value)
    source = source_of(lane)
    if not 0 <= source < WARP:
        return value
    if source not in given:
        raise SimulatorFault(f"{operation}: lane {lane} reads lane {source}, which takes no part")
    return given[source]


def _where(given, test):
    return sum(1 << lane for lane, value in given.items() if test(value))


def shfl_sync(_, mask, value, source):
    """Return the value of a lane, modulo 32."""
    return _passed("shfl_sync", mask, value, lambda lane: int(source) % WARP)


def shfl_up_sync(_, mask, value, delta):
    """Return the value of the lane so many before."""
    return _passed("shfl_up_sync", mask, value, lambda lane: lane - int(delta))


def shfl_down_sync(_, mask, value, delta):
    """Return the value of the lane so many behind."""
    return _passed("shfl_down_sync", mask, value, lambda lane: lane + int(delta))


def shfl_xor_sync(_, mask, value, bits):
    """Return the value of the lane whose number differs in some bits."""
    return _passed("shfl_xor_sync", mask, value, lambda lane: lane ^ int(bits))


def ballot_sync(_, mask, predicate):
    """Return which lanes find something true."""
    return _signed(_where(_exchange("ballot_sync", mask, bool(predicate))[1], bool))


def any_sync(_, mask, predicate):
    """Return whether any lane finds something true."""
    return any(_exchange("any_sync", mask, bool(predicate))[1].values())


def all_sync(_, mask, predicate):
    """Return whether all lanes find something true."""
    return all(_exchange("all_sync", mask, bool(predicate))[1].values())


def match_any_sync(_, mask, value):
    """Return which lanes have the same value."""
    given = _exchange("match_any_sync", mask, value)[1]
    return _signed(_where(given, lambda other: other == value))


def activemask(_):
    """Return the lanes that there are; those that have ended count, as the simulator forgets."""
    return _signed((1 << _place()[3]) - 1)


def syncwarp(_, mask=ALL):
    """Wait for all lanes of the mask."""
    _exchange("syncwarp", mask, None)


def _bits(value):
    """Return the bits of a number with a sign, and how many there are."""
    width = 8 * value.dtype.itemsize if isinstance(value, np.generic) else 32
    if not isinstance(value, np.generic) and not -(2**31) <= value < 2**32:
        width = 64
    return int(value) & ((1 << width) - 1), width


def popc(_, value):
    """Return how many bits are 1; the simulator's own knows no signs."""
    return _bits(value)[0].bit_count()


def ffs(_, value):
    """Return the place of the least bit that is 1, counted from 1; 0 where there is none."""
    bits, _ = _bits(value)
    return (bits & -bits).bit_length()


def clz(_, value):
    """Return how many bits before the first 1 are 0."""
    bits, width = _bits(value)
    return width - bits.bit_length()


def _strict(method):
    def checked(self, index, *values):
        """Refuse to count from the end."""
        for part in index if isinstance(index, tuple) else (index,):
            if isinstance(part, (int, np.integer)) and part < 0:
                raise IndexError(f"negative index {index}")
        return method(self, index, *values)

    return checked


def install():
    """Teach the simulator, once for a process."""
    for operation in (
        shfl_sync, shfl_up_sync, shfl_down_sync, shfl_xor_sync, ballot_sync, any_sync, all_sync,
        match_any_sync, activemask, syncwarp, popc, ffs, clz,
    ):  # fmt: skip
        setattr(FakeCUDAModule, operation.__name__, operation)
    for name in ("__getitem__", "__setitem__"):
        setattr(FakeWithinKernelCUDAArray, name, _strict(getattr(FakeWithinKernelCUDAArray, name)))
    kernel.BlockManager = Block
    kernel.BlockThread.syncthreads = lambda thread: thread._manager.barrier()

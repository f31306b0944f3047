"""What blocks and warp operations of the simulator give, and what they find."""

import random

import numpy as np
import pytest
from numba import cuda, int64

from tests.gpu_simulator.blocks import Block, SimulatorFault

ALL = 0xFFFFFFFF


@cuda.jit
def shuffles(out):
    t = cuda.threadIdx.x
    value = 100 + t
    out[0, t] = cuda.shfl_sync(ALL, value, 35)
    out[1, t] = cuda.shfl_up_sync(ALL, value, 3)
    out[2, t] = cuda.shfl_down_sync(ALL, value, 3)
    out[3, t] = cuda.shfl_xor_sync(ALL, value, 5)


def test_shuffles():
    out = np.zeros((4, 64), np.int64)
    shuffles[1, 64](out)
    for t in range(64):
        start, lane = t - t % 32, t % 32
        up, down = lane - 3 if lane >= 3 else lane, lane + 3 if lane < 29 else lane
        expected = [start + 3, start + up, start + down, start + (lane ^ 5)]
        assert out[:, t].tolist() == [100 + other for other in expected]


@cuda.jit
def votes(values, out):
    t = cuda.threadIdx.x
    value = values[cuda.blockIdx.x, t]
    out[cuda.blockIdx.x, 0, t] = cuda.ballot_sync(ALL, value == 1)
    out[cuda.blockIdx.x, 1, t] = cuda.any_sync(ALL, value == 2)
    out[cuda.blockIdx.x, 2, t] = cuda.all_sync(ALL, value < 3)
    out[cuda.blockIdx.x, 3, t] = cuda.match_any_sync(ALL, value)
    out[cuda.blockIdx.x, 4, t] = cuda.activemask()
    cuda.syncwarp()
    out[cuda.blockIdx.x, 5, t] = cuda.popc(cuda.match_any_sync(ALL, value))


@pytest.mark.parametrize("block", [1, 32, 48, 64])
def test_votes_of_whole_warps_and_of_the_lanes_that_the_last_one_has(block):
    values = np.random.default_rng(block).integers(0, 4, (3, block))
    out = np.zeros((3, 6, block), np.int64)
    votes[3, block](values, out)

    def mask(lanes):
        """Return bits of lanes in 32 bits with a sign."""
        bits = sum(1 << lane for lane, is_in in enumerate(lanes) if is_in)
        return bits - 2**32 if bits >= 2**31 else bits

    for b in range(3):
        for t in range(block):
            warp = values[b, t - t % 32 : t - t % 32 + 32]
            alike = warp == values[b, t]
            assert out[b, :, t].tolist() == [
                mask(warp == 1), (warp == 2).any(), (warp < 3).all(), mask(alike),
                mask(np.ones(len(warp), bool)), alike.sum(),
            ]  # fmt: skip


@cuda.jit
def halves(out):
    t = cuda.threadIdx.x
    if t < 16:
        out[t] = cuda.shfl_sync(0x0000FFFF, t, 2)
        out[t] += cuda.popc(cuda.ballot_sync(0x0000FFFF, t % 3 == 0))
    else:
        out[t] = cuda.shfl_sync(0xFFFF0000, t, 20)


def test_lanes_of_different_masks_go_different_ways():
    out = np.zeros(32, np.int64)
    halves[1, 32](out)
    assert out.tolist() == [2 + 6] * 16 + [20] * 16


@cuda.jit
def bits(out):
    for i, value in enumerate((np.int32(-1), np.int32(0), np.int64(-(2**63)), np.int32(6))):
        out[0, i], out[1, i], out[2, i] = cuda.popc(value), cuda.ffs(value), cuda.clz(value)


def test_bits_of_numbers_with_a_sign():
    out = np.zeros((3, 4), np.int64)
    bits[1, 1](out)
    assert out.tolist() == [[32, 0, 1, 2], [1, 0, 64, 2], [0, 32, 0, 29]]


@cuda.jit
def sum_of_block(values, out):
    part = cuda.shared.array(64, int64)
    t = cuda.threadIdx.x
    part[t] = values[cuda.grid(1)]
    cuda.syncthreads()
    half = 32
    while half > 0:
        if t < half:
            part[t] += part[t + half]
        cuda.syncthreads()
        half //= 2
    if t == 0:
        cuda.atomic.add(out, 0, part[0])


@cuda.jit
def unguarded_sum(values, out):
    seen = out[0]
    cuda.syncwarp()
    out[0] = seen + values[cuda.threadIdx.x]


def results(kernel, blocks, block, monkeypatch):
    """What comes out under six schedules."""
    found = set()
    for seed in range(6):
        monkeypatch.setattr(Block, "order", random.Random(seed))
        out = np.zeros(1, np.int64)
        kernel[blocks, block](np.arange(192), out)
        found.add(int(out[0]))
    return found


def test_barriers_hold_and_races_show_under_some_schedule(monkeypatch):
    assert results(sum_of_block, 3, 64, monkeypatch) == {sum(range(192))}
    assert len(results(unguarded_sum, 1, 32, monkeypatch)) > 1


@cuda.jit
def early_end(out):
    if cuda.threadIdx.x != 3:
        cuda.syncthreads()


@cuda.jit
def missing_lane(out):
    if cuda.threadIdx.x != 7:
        out[0] = cuda.shfl_sync(ALL, cuda.threadIdx.x, 0)


@cuda.jit
def uninvited_lane(out):
    out[0] = cuda.shfl_sync(0xFF, cuda.threadIdx.x, 0)


@cuda.jit
def different_operations(out):
    if cuda.threadIdx.x % 2 == 0:
        out[0] = cuda.any_sync(ALL, True)
    else:
        out[0] = cuda.all_sync(ALL, True)


@cuda.jit
def idle_lane(out):
    out[0] = cuda.shfl_down_sync(ALL, cuda.threadIdx.x, 16)


@cuda.jit
def negative_index(out):
    out[cuda.threadIdx.x - 1] = 1


@cuda.jit
def beyond_the_end(out):
    out[cuda.threadIdx.x] = 1


@pytest.mark.parametrize(
    ("kernel", "block", "error", "message"),
    [
        (early_end, 8, SimulatorFault, "syncthreads: 1 threads never came"),
        (missing_lane, 32, SimulatorFault, r"shfl_sync: lanes \[7\] of the mask never came"),
        (uninvited_lane, 9, SimulatorFault, "lane 8 takes part and is not in the mask 0xff"),
        (different_operations, 32, SimulatorFault, "meet in different operations: .'all_sync'"),
        (
            idle_lane,
            20,
            SimulatorFault,
            "shfl_down_sync: lane .* reads lane .*, which takes no part",
        ),
        (negative_index, 1, IndexError, "negative index -1"),
        (beyond_the_end, 9, IndexError, "out of bounds"),
    ],
)
def test_faults_are_told(kernel, block, error, message):
    with pytest.raises(error, match=message):
        kernel[1, block](np.zeros(8, np.int64))

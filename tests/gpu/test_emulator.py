"""What the emulator is to find, in kernels that are wrong, and to do in those that are right."""

import ctypes

import pytest

from tests.gpu.emulator import build

KERNELS = """
#include "dialect.cuh"

GLOBAL void sum_of_block(const int* values, int* total) {
    SHARED int part[256];
    part[threadIdx.x] = values[blockIdx.x * blockDim.x + threadIdx.x];
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) atomicAdd(total, part[0]);
}
GLOBAL void sum_without_barrier(const int* values, int* total) {
    SHARED int part[256];
    part[threadIdx.x] = values[threadIdx.x];
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        atomicAdd(total + 1, 1);
    }
    if (threadIdx.x == 0) total[0] = part[0];
}
GLOBAL void sum_of_warp(const int* values, int* total) {
    int sum = values[threadIdx.x];
    for (int delta = 16; delta > 0; delta /= 2) sum += __shfl_down_sync(0xffffffffu, sum, delta);
    if (threadIdx.x % 32 == 0) atomicAdd(total, sum);
}
GLOBAL void alike(const int* values, int* total) {
    const unsigned same = __match_any_sync(0xffffffffu, values[threadIdx.x]);
    const unsigned even = __ballot_sync(0xffffffffu, values[threadIdx.x] % 2 == 0);
    total[threadIdx.x] = __popc(same) * 100 + __popc(even);
}
GLOBAL void different_barriers(const int*, int*) {
    if (threadIdx.x < 5) __syncthreads();
    else {
        __syncthreads();
    }
}
GLOBAL void early_end(const int*, int*) {
    if (threadIdx.x == 3) return;
    __syncthreads();
}
GLOBAL void missing_lane(const int* values, int* total) {
    if (threadIdx.x == 7) return;
    total[0] = __shfl_sync(0xffffffffu, values[threadIdx.x], 0);
}
GLOBAL void refused(const int* values, int*) { CHECK(values[threadIdx.x] < 9); }

extern "C" const char* failure() { return emulator::failure.c_str(); }
#define RUN(name) extern "C" bool run_##name(unsigned grid, unsigned block, unsigned seed, \\
    const int* a, int* b) { return emulator::launch(grid, block, 0, seed, [=] { name(a, b); }); }
RUN(sum_of_block) RUN(sum_without_barrier) RUN(sum_of_warp) RUN(alike) RUN(different_barriers)
RUN(early_end) RUN(missing_lane) RUN(refused)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs a kernel and gives what it wrote, or the failure."""
    folder = tmp_path_factory.mktemp("emulator")
    library = ctypes.CDLL(str(build(KERNELS, folder)))
    library.failure.restype = ctypes.c_char_p

    def call(name, values, block, grid=1, seed=0):
        """Run once."""
        given, written = (ctypes.c_int * len(values))(*values), (ctypes.c_int * 1024)()
        function = getattr(library, f"run_{name}")
        function.restype = ctypes.c_bool
        ok = function(grid, block, seed, given, written)
        return list(written) if ok else library.failure().decode()

    return call


@pytest.mark.parametrize("seed", range(4))
def test_right_kernels_give_one_result_whatever_the_schedule(run, seed):
    values = list(range(512))
    assert run("sum_of_block", values, 128, grid=4, seed=seed)[0] == sum(values)
    assert run("sum_of_warp", values, 64, seed=seed)[0] == sum(values[:64])
    groups = [v % 4 for v in range(32)]
    assert run("alike", groups, 32, seed=seed)[:32] == [816] * 32


def test_a_race_gives_different_results_under_different_schedules(run):
    values = [1] * 128
    assert len({run("sum_without_barrier", values, 128, seed=seed)[0] for seed in range(8)}) > 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("different_barriers", "threads of a block wait at different barriers, lines"),
        ("early_end", "a thread has ended before the barrier in line"),
        ("missing_lane", "threads wait for others that never come"),
        ("refused", "CHECK failed: values[threadIdx.x] < 9 (block 0, thread 9)"),
    ],
)
def test_faults_are_told(run, name, message):
    assert message in run(name, list(range(10)) * 4, 10 if name == "refused" else 32)


def test_without_a_compiler_tests_are_skipped(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(pytest.skip.Exception, match="there is no 'no-such-compiler'"):
        build(KERNELS, tmp_path)

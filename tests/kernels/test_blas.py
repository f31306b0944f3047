"""BLAS on one thread, and jobs on threads of our own."""

import pytest

from partwise.kernels.blas import _controller, run_jobs, single_blas


def test_blas_threads_are_given_back():
    from threadpoolctl import threadpool_info

    _controller.cache_clear()  # libraries that were loaded since it was made are not known to it

    def blas():
        return [info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"]

    before = blas()
    with single_blas():
        assert set(blas()) <= {1}
        with single_blas():
            pass
        assert set(blas()) <= {1}
    assert blas() == before


def test_jobs_take_all_items_and_pass_errors_on():
    done = []
    run_jobs(lambda job, n_jobs: done.extend(range(10)[job::n_jobs]), 3, 10)
    assert sorted(done) == list(range(10))

    def fail(job, n_jobs):
        raise ValueError(f"job {job}")

    with pytest.raises(ValueError, match="job 0"):
        run_jobs(fail, 2, 2)

"""``--device``: where partitions and communities are computed."""

import json

import pytest

from partwise.gpu import _device


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """Let there be no GPU, whatever this machine has."""
    monkeypatch.delenv("PARTWISE_DEVICE", raising=False)
    monkeypatch.setattr(_device, "why_not_cuda", lambda: "no NVIDIA GPU was found")


WORDS = (["partition", "-k", "3", "--preset", "jet"], ["communities"],
         ["communities", "--method", "label-propagation"])  # fmt: skip


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_the_cpu_serves_where_no_gpu_is_asked_for(call, karate, words):
    found = []
    for more in ([], ["--device", "cpu"], ["--device", "auto"]):
        report = karate.parent / "report.json"
        done = call(words[0], karate, *words[1:], "--seed", 1, "--json", report, *more)
        assert (done.code, done.errors) == (0, [])
        facts = json.loads(report.read_text())
        assert facts["device"] == "cpu"
        found.append(facts.get("cut", facts.get("modularity")))
    assert len(set(found)) == 1


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("by_environment", [False, True])
def test_a_gpu_that_is_not_there_is_an_error(call, karate, monkeypatch, words, by_environment):
    more = [] if by_environment else ["--device", "cuda"]
    if by_environment:
        monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    done = call(words[0], karate, *words[1:], *more)
    assert done.code == 1
    assert len(done.errors) == 1
    assert "no NVIDIA GPU was found" in done.errors[0]
    assert [path.name for path in karate.parent.iterdir()] == [karate.name]


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (["partition", "-k", "2", "--device", "tpu"], "'--device'"),
        (["partition", "-k", "2", "--device", "cuda", "--preset", "fast"],
         "--device: cuda is for --preset jet, not fast"),
        (["communities", "--method", "markov", "--device", "cpu"],
         "--device: is for --method leiden, louvain, label-propagation, not markov"),
    ],
)  # fmt: skip
def test_devices_and_methods_that_do_not_go_together(call, karate, words, about):
    done = call(words[0], karate, *words[1:])
    assert done.code == 2
    assert about in done.errors[0]

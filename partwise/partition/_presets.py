"""The presets: how much work a partition is worth."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PRESETS", "Preset", "find_preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Effort of the solver.

    Attributes
    ----------
    tries : int
        Multilevel bisections of which the best is kept, at every split of the initial partition.
    rounds : int
        Rounds of FM on a level, at most.
    seeds_each : int
        Boundary nodes that start one local search; fewer search better and longer.
    patience : float
        How long a local search goes on without a new best state.
    v_cycles : int
        Times that the result is coarsened along its own blocks and refined again.
    trials : int
        Partitions from scratch; where there are several they are combined at the end.
    """

    tries: int
    rounds: int
    seeds_each: int
    patience: float
    v_cycles: int
    trials: int


PRESETS = {
    "fast": Preset(tries=2, rounds=1, seeds_each=25, patience=0.5, v_cycles=0, trials=1),
    "default": Preset(tries=8, rounds=8, seeds_each=8, patience=1.0, v_cycles=1, trials=1),
    "quality": Preset(tries=8, rounds=8, seeds_each=5, patience=1.0, v_cycles=1, trials=4),
    # Refined by Jet, which knows neither rounds nor seeds; see partwise.partition._jet.
    "jet": Preset(tries=8, rounds=0, seeds_each=1, patience=1.0, v_cycles=0, trials=1),
}


def find_preset(name: str) -> Preset:
    """Return the preset of that name."""
    if name not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(map(repr, PRESETS))}, got {name!r}")
    return PRESETS[name]

"""A tree from a list of paths in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._paths import PathNodes, pack_words
from partwise.geometry._tree import Internal, Tree

__all__ = ["DUPLICATES", "check_duplicates", "check_separator", "tree_of_path_list"]

DUPLICATES = ("error", "sum")


def check_duplicates(duplicates: str) -> None:
    """Refuse what is no way to deal with duplicates."""
    if duplicates not in DUPLICATES:
        raise ValueError(f"duplicates must be one of {DUPLICATES}, got {duplicates!r}")


def check_separator(separator: str) -> None:
    """Refuse what cannot stand between the steps of a path."""
    if not isinstance(separator, str):
        raise TypeError(f"separator must be a string, got {type(separator).__name__}")
    if not separator or "\0" in separator or "\n" in separator:
        raise ValueError(
            f"separator must be at least one character, none of them a newline or NUL, got "
            f"{separator!r}"
        )


def tree_of_path_list(
    paths: Iterable[Any],
    weights: ArrayLike | None,
    separator: str,
    *,
    duplicates: str,
    internal: Internal,
    cumulative: bool,
) -> Tree:
    """Return the tree that `paths` run through; see :meth:`Tree.from_paths`."""
    check_duplicates(duplicates)
    check_separator(separator)
    words = _as_words(paths)
    values = None if weights is None else _as_weights(weights, words)
    at = next((i for i, word in enumerate(words) if "\0" in word), None)
    if at is not None:
        raise ValueError(f"paths must not hold NUL characters, got {words[at]!r} at {at}")
    text, starts, ends = pack_words(words)
    nodes = PathNodes(text, starts, ends, separator, errors="surrogatepass")
    again = nodes.repeat()
    if again and duplicates == "error":
        raise ValueError(
            f"paths must be different, got {words[again[0]]!r} at {again[0]} and "
            f"{words[again[1]]!r} at {again[1]}; duplicates='sum' adds up their weights"
        )
    return nodes.tree(values, internal=internal, cumulative=cumulative)


def _as_words(paths: Iterable[Any]) -> list[str]:
    if isinstance(paths, (str, bytes)):
        raise TypeError(f"paths must be a sequence of paths, got {type(paths).__name__}")
    words = paths.tolist() if isinstance(paths, np.ndarray) else list(paths)
    if not words:
        raise ValueError("paths must hold at least one path, got none")
    for i, word in enumerate(words):
        if not isinstance(word, str):
            if not isinstance(word, os.PathLike):
                raise TypeError(f"paths must be strings, got {type(word).__name__} at {i}")
            words[i] = os.fsdecode(word)
    if not all(words):
        raise ValueError(f"paths must not be empty, got an empty one at {words.index('')}")
    return words


def _as_weights(weights: ArrayLike, words: list[str]) -> NDArray[np.float64]:
    given = np.asarray(weights)
    if given.dtype.kind not in "iufb":
        raise TypeError(f"weights must be numbers, got {given.dtype}")
    if given.shape != (len(words),):
        raise ValueError(
            f"weights must have shape ({len(words)},), one for each path, got {given.shape}"
        )
    values = given.astype(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0.0)))
    if wrong.size:
        raise ValueError(
            f"weights must be finite and at least 0, got {values[wrong[0]]} for path "
            f"{words[wrong[0]]!r}"
        )
    return values

"""Methods of a command by name: which function each is, and which options it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from partwise.cli._errors import UsageProblem

__all__ = ["Method", "choose"]


@dataclass(frozen=True)
class Method:
    """A function and the options that it takes.

    Parameters
    ----------
    function : str
        Its name in the package of the command.
    options : dict
        The parameter for every option, the latter without dashes in front.
    common : tuple of str
        Parameters that it takes of those that every run has, such as ``random_state``.
    """

    function: str
    options: Mapping[str, str]
    common: tuple[str, ...] = ()


def choose(methods: Mapping[str, Method], name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that the options amount to, those not given (None) left out.

    Raises
    ------
    UsageProblem
        There is no such method, or an option is given that it does not take.
    """
    if name not in methods:
        raise UsageProblem(f"--method: must be one of {', '.join(methods)}, got {name!r}")
    accepted = methods[name].options
    arguments = {}
    for option, value in given.items():
        if value is None:
            continue
        if option not in accepted:
            of = [other for other, method in methods.items() if option in method.options]
            raise UsageProblem(f"--{option}: is for --method {', '.join(of)}, not {name}")
        arguments[accepted[option]] = value
    return arguments

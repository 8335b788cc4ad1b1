"""The thresholds of findings: what each is by default, what a profile or `--latency` makes of it, and why."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from ._api import Threshold, say

# How long one unit is in seconds, for those that `--latency` sets.
_SECONDS: Final = {"s": 1.0, "ms": 1e-3}
_OPEN: Final = inspect.Parameter.VAR_KEYWORD


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold as it is used: its value, where that comes from, and the reason of the default."""

    name: str
    value: float
    unit: str
    source: str
    why: str


def declared(find: Any) -> dict[str, tuple[Threshold, float]]:
    """The thresholds of a finding's function with their defaults, by name."""
    return {
        name: (threshold, parameter.default)
        for name, parameter in inspect.signature(find).parameters.items()
        if parameter.kind is not _OPEN and (threshold := _told(parameter))
    }


def _told(parameter: inspect.Parameter) -> Threshold | None:
    return next((note for note in get_args(parameter.annotation)[1:] if isinstance(note, Threshold)), None)


def chosen(find: Any, profile: Mapping[str, float], profile_name: str, latency_s: float | None) -> list[Choice]:
    """The thresholds that hold for a run: `--latency` before the profile before the default."""
    choices = []
    for name, (threshold, default) in declared(find).items():
        value: float = default
        source: str = say("default")
        if name in profile:
            value, source = profile[name], say("profile {name}", name=profile_name)
        if threshold.wait and latency_s is not None:
            value, source = latency_s / _SECONDS[threshold.unit], "--latency"
        choices.append(Choice(name, value, threshold.unit, source, threshold.why))
    known = {choice.name for choice in choices}
    own = {name: value for name, value in profile.items() if name not in known}
    for threshold in filter(None, map(_told, _open(find))):
        choices += [
            Choice(name, value, threshold.unit, f"profile {profile_name}", threshold.why) for name, value in own.items()
        ]
    return choices


def _open(find: Any) -> list[inspect.Parameter]:
    """The parameter of a finding's function that takes thresholds whose names a profile chooses."""
    return [parameter for parameter in inspect.signature(find).parameters.values() if parameter.kind is _OPEN]

"""The same traffic captured at three places: what a connection's time went into must not depend on the place.

Of the scenarios in SHARED/tcp-cases/lab the dominant part, category and side over all connections, is the same at the
client (suffix _c), in the middle (_m) and at the server (_s), and its share differs by at most 5 points. What may differ
stands in allowed_tcp.toml.
"""

from collections.abc import Iterator
from dataclasses import dataclass

TAPS = ("c", "m", "s")
POINTS = 5.0

Shares = dict[str, float]


@dataclass(frozen=True)
class Allowed:
    """What may differ in a scenario: the dominant parts at the three taps, or by how many points."""

    dominant: tuple[str, ...] = ()
    points: float | None = None


@dataclass(frozen=True)
class Scenario:
    name: str
    dominant: tuple[str, ...]
    points: float

    @property
    def agrees(self) -> bool:
        return len(set(self.dominant)) == 1 and self.points <= POINTS

    def __str__(self) -> str:
        return f"{self.name}: {self.points:.1f} points apart in {' | '.join(dict.fromkeys(self.dominant))}"


def scenario(name: str, taps: dict[str, Shares]) -> Scenario:
    """The dominant part at each tap, and how far apart the taps are in those parts."""
    dominant = tuple(max(taps[tap], key=taps[tap].__getitem__, default="nothing") for tap in TAPS)
    spreads = [[taps[tap].get(part, 0.0) for tap in TAPS] for part in dominant]
    return Scenario(name, dominant, max(max(spread) - min(spread) for spread in spreads))


def scenarios(shares: dict[str, Shares]) -> list[Scenario]:
    """From the shares of each capture NAME_TAP."""
    names = sorted({name.rpartition("_")[0] for name in shares})
    return [scenario(name, {tap: shares.get(f"{name}_{tap}", {}) for tap in TAPS}) for name in names]


def judge(seen: list[Scenario], allowed: dict[str, Allowed]) -> Iterator[str]:
    """What is wrong: differences that are not allowed, and permissions that nobody needs."""
    for one in seen:
        may = allowed.get(one.name, Allowed())
        same = len(set(one.dominant)) == 1
        if not same and one.dominant != may.dominant:
            yield f"taps of {one.name}: the dominant parts are {', '.join(one.dominant)}"
        if one.points > (POINTS if may.points is None else may.points):
            yield f"taps of {one}"
        if same and may.dominant:
            yield f"taps of {one.name} have the same dominant part: remove that from allowed_tcp.toml"
        if one.points <= POINTS and may.points is not None:
            yield f"taps of {one.name} are within {POINTS:g} points: remove that from allowed_tcp.toml"
    for name in sorted(allowed.keys() - {one.name for one in seen}):
        yield f"taps of {name} are not there: remove them from allowed_tcp.toml"

"""When a look at the beginning of a capture is taken, and when it is given up."""

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any, cast

import pytest

from pcap_analyzer.web.jobs.feed import Arrival, Feed
from pcap_analyzer.web.preview import Previews
from pcap_analyzer.web.tasks import Work

SIZE = 50_000


class Arriving:
    """A capture that arrives as told."""

    def __init__(self, arrivals: Iterator[Arrival]) -> None:
        self._arrivals = arrivals

    def arrival(self) -> Arrival:
        return next(self._arrivals)


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


def previews(tmp_path: Path, capture: Path, told: list[dict[str, Any]], *arrivals: Arrival) -> Previews:
    """Looks at `capture`; the last of `arrivals` stays."""
    feed = Arriving(chain(arrivals, repeat(arrivals[-1])))
    work = Work(capture, capture.name, tmp_path, 64 << 20, 1 << 30)
    return Previews(work, cast("Feed", feed), lambda _, **facts: told.append(facts), SIZE)


def arriving(size_bytes: int = SIZE, left_s: float | None = 1000, *, ended: bool = False) -> Arrival:
    return Arrival(size_bytes, left_s, ended)


def test_a_look_is_taken_once_for_each_doubling(tmp_path: Path, large: Path, told: list[dict[str, Any]]) -> None:
    looks = previews(tmp_path, large, told, arriving())
    for read_bytes in (SIZE - 1, SIZE, SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE):
        looks.consider(read_bytes)
    assert [facts["provisional"]["read_bytes"] for facts in told] == [SIZE, 2 * SIZE]
    assert told[0]["provisional"]["sentence"]
    # What it needed is gone.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arrival",
    [
        arriving(left_s=3),  # the report will be there before anybody has read it
        arriving(left_s=None),  # nobody knows how long the rest takes
        arriving(size_bytes=SIZE + 1),  # there is something to read already
    ],
)
def test_no_look_is_taken_that_could_delay_the_report(
    tmp_path: Path, large: Path, told: list[dict[str, Any]], arrival: Arrival
) -> None:
    previews(tmp_path, large, told, arrival).consider(SIZE)
    assert told == []


@pytest.mark.parametrize("asked_before", [1, 5, 20])
def test_a_look_is_given_up_when_the_rest_arrives(
    tmp_path: Path, large: Path, told: list[dict[str, Any]], asked_before: int
) -> None:
    looks = previews(tmp_path, large, told, *[arriving()] * asked_before, arriving(ended=True))
    looks.consider(SIZE)
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_what_arrives_is_judged_by_how_fast_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    feed = Feed(tmp_path / "a", 1000, complete=False, expected_bytes=10_000)
    feed.grow(3000)
    assert feed.arrival().left_s is None
    now = 102.0
    assert feed.arrival() == Arrival(3000, 7.0, ended=False)
    feed.grow(10_000, complete=True)
    assert feed.arrival() == Arrival(10_000, 0.0, ended=True)
    assert Feed(tmp_path / "a", 0, complete=False).arrival() == Arrival(0, None, ended=False)

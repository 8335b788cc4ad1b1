"""Provisional findings from the beginning of a capture whose rest is still on its way."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from pcap_analyzer import _core
from pcap_analyzer.errors import OutOfMemoryError
from pcap_analyzer.tables import Tables
from pcap_analyzer.verdict import Diagnosis, diagnose

from .jobs.feed import Feed
from .tasks import Tell, TooLargeError, Work, in_all_languages, read

# What stands for a shorter time nobody reads; and the rest must take so many times as long to arrive as a look takes.
_LEAST_S = 2.0
_MARGIN = 3.0
# How long a look is taken to last, until one has: so long, and so much for each byte.
_FIRST_S = 0.5
_FIRST_S_PER_BYTE = 20e-9
_SHOWN = 3
_MEMORY_SHARE = 4
_CHUNK_BYTES = 1 << 20


class OverError(Exception):
    """The rest has arrived, or never will: there is something better to do."""


class Previews:
    """Looks at what lies on the disk while the worker waits for more: at `first_bytes`, and whenever that has doubled.

    The core cannot be asked half-way, so a look reads from the beginning. None is taken unless it will be over long before
    the last byte is there, and one that is overtaken by it is given up: the report never waits.
    """

    def __init__(self, work: Work, feed: Feed, tell: Tell, first_bytes: int) -> None:
        self._work = replace(work, memory_bytes=work.memory_bytes // _MEMORY_SHARE)
        self._feed = feed
        self._tell = tell
        self._next_bytes = first_bytes
        self._last: tuple[int, float] | None = None

    def consider(self, read_bytes: int) -> None:
        """Takes a look if there is time for one. `read_bytes` is how far the analysis itself has come."""
        arrival = self._feed.arrival()
        if not 0 < self._next_bytes <= read_bytes or arrival.size_bytes > read_bytes or arrival.left_s is None:
            return
        if arrival.left_s < _LEAST_S + _MARGIN * self._expected_s(read_bytes):
            return
        self._next_bytes = 2 * read_bytes
        started = time.monotonic()
        try:
            self._look(read_bytes)
        except (OverError, TooLargeError, MemoryError, OutOfMemoryError, _core.CaptureError):
            return  # The analysis goes on, and will say what there is to say.
        self._last = read_bytes, time.monotonic() - started

    def _expected_s(self, size_bytes: int) -> float:
        if self._last is None:
            return _FIRST_S + _FIRST_S_PER_BYTE * size_bytes
        last_bytes, last_s = self._last
        return last_s * size_bytes / last_bytes

    def _look(self, size_bytes: int) -> None:
        with read(self._work, self._beginning(size_bytes), _nobody) as analysis:
            diagnosis = diagnose(_Hurried(analysis, self._feed))
        self._tell("progress", provisional={"read_bytes": size_bytes, **_told(diagnosis)})

    def _beginning(self, size_bytes: int) -> Iterator[bytes]:
        with self._work.path.open("rb") as file:
            while size_bytes and (chunk := file.read(min(_CHUNK_BYTES, size_bytes))):
                _check(self._feed)
                size_bytes -= len(chunk)
                yield chunk


class _Hurried(Tables):
    """Tables that answer no more questions once there is something better to do."""

    def __init__(self, analysis: Any, feed: Feed) -> None:
        super().__init__(analysis.connection)
        self._feed = feed

    def _run(self, text: str, parameters: dict[str, Any]) -> Any:
        _check(self._feed)
        return super()._run(text, parameters)


def _check(feed: Feed) -> None:
    if feed.arrival().ended:
        raise OverError


def _nobody(*_: object, **__: object) -> None:
    """Who hears of the progress of a look."""


def _told(diagnosis: Diagnosis) -> dict[str, Any]:
    """The verdict so far, and what weighs most."""
    weighty = (each for each in diagnosis.findings if each.severity.value != "info")
    return {
        "sentence": str(diagnosis.verdict["summary"]),
        "sentences": in_all_languages(diagnosis.verdict["summary"]),
        "findings": [
            {
                "id": each.id,
                "title": str(each.finding.title),
                "titles": in_all_languages(each.finding.title),
                "severity": each.severity.value,
            }
            for each in islice(weighty, _SHOWN)
        ],
    }

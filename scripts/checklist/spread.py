"""The service over several processes: what becomes of uploads while workers, Redis and PostgreSQL die."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lines import Line, at_most, holds, not_checked
from scaled import missing
from scripted import script

_PROMISE = "every upload ends in one true state, none lost, none twice"
# The parts that the test goes through, and what it finds if one of them does not do what it should.
_PARTS = {
    "Celery workers": ("taken uploads by their end", "told to have ended twice", "waiting or running at the end"),
    "PostgreSQL records": ("lost", "tasks that nobody sent", "refused uploads without an end"),
    "S3 blobs": ("reports that are not whole", "captures left over"),
    "web replicas": ("taken uploads by their end", "lost"),
}


def all_lines(folder: Path, *, short: bool) -> Iterator[Line]:
    """Runs the test once, and says what it means for each part."""
    if why := missing():
        for part in _PARTS:
            yield not_checked("scalability", part, _PROMISE, why)
        return
    found = script("scale_test.py", *(["--short"] if short else []), folder=folder)
    figures: dict[str, Any] = found["figures"]
    killed = f"{figures['workers killed']} workers killed, Redis and PostgreSQL restarted"
    for part, checks in _PARTS.items():
        broken = [check for check in checks if check in found["failures"]]
        measured = "; ".join(f"{check}: {figures[check]}" for check in broken) or str(
            figures[_PARTS["web replicas"][0]]
        )
        yield holds("scalability", part, _PROMISE, not broken, measured, killed)
    late_s = figures["longest time from a kill to the next worker's turn, s"]
    yield at_most("scalability", "a job whose worker died waits for another", late_s, "s", floor=None, goal=60)
    rates = figures["analyses per second"]
    grows = "analyses per second" not in found["failures"]
    shown = ", ".join(f"{workers}: {rate}/s" for workers, rate in rates.items())
    yield holds("scalability", "throughput grows with workers", "so", grows, shown, "all engines on the same machine")

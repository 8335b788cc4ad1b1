"""A progress bar on standard error, for captures that take long enough to wonder."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pcap_analyzer.i18n import say
from pcap_analyzer.text import visible
from pcap_analyzer.units import count

from .session import Session

if TYPE_CHECKING:
    from rich.progress import Progress

    from pcap_analyzer._core import ProgressCallback

# Below this nobody waits, and a bar would only flicker.
_PATIENCE_S = 0.4


@contextmanager
def progress_bar(session: Session, name: str) -> Iterator["ProgressCallback | None"]:
    """A callback that draws the bar, or None where nobody would see it."""
    if session.quiet or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(visible(name))
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    def __init__(self, name: str) -> None:
        self._name = name
        self._started = time.monotonic()
        self._progress: Progress | None = None

    def update(self, read_bytes: int, total_bytes: int | None, packets: int) -> None:
        """Called by the core at most ten times a second."""
        elapsed = time.monotonic() - self._started
        if elapsed < _PATIENCE_S:
            return
        if self._progress is None:
            self._progress = _bar()
            self._progress.add_task(self._name, total=total_bytes, rate="")
            self._progress.start()
        rate = say("{count} packets/s", count=count(packets / elapsed))
        (task,) = self._progress.task_ids
        self._progress.update(task, completed=read_bytes, total=total_bytes, rate=rate)

    def close(self) -> None:
        """Removes the bar, so that only the result stays."""
        if self._progress is not None:
            self._progress.stop()


def _bar() -> "Progress":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from pcap_analyzer.render.terminal import console

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=console(stderr=True),
        transient=True,
    )

"""Several captures at once, each in a worker process."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pcap_analyzer.i18n import say

from .one import Choices, Outcome, make
from .progress import progress_bar
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future


def outcomes(session: Session, groups: Sequence[tuple[str, ...]], choices: Choices) -> Iterator[Outcome]:
    """What becomes of each, in the order given. Standard input is read here, and a single capture too."""
    workers = min(len(groups), os.cpu_count() or 1)
    if workers < 2 or any("-" in sources for sources in groups):
        for sources in groups:
            with progress_bar(session, " + ".join(sources)) as progress:
                outcome = make(sources, choices, progress)
            yield outcome
        return
    import multiprocessing  # one capture needs none of it
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [(sources, pool.submit(make, sources, choices)) for sources in groups]
        try:
            with _counting(session, len(groups)) as count:
                for sources, future in waiting:
                    yield _result(sources, future)
                    count()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _result(sources: tuple[str, ...], future: "Future[Outcome]") -> Outcome:
    """A worker that was killed, for want of memory say, takes its capture with it and no other result."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        line = say("the process that analysed it was ended from outside; try again alone, or with a smaller --memory")
        return Outcome(sources, error=say("{label}: {text}", label=" + ".join(sources), text=line))


@contextmanager
def _counting(session: Session, total: int) -> "Iterator[Callable[[], None]]":
    """Draws how many are done, where somebody would see it."""
    if session.quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pcap_analyzer.render.terminal import console

    columns = (
        TextColumn(say("captures")),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)

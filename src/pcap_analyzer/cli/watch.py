"""Captures that come and grow: which of them are to be analysed now."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .sources import expand_existing

_POLL_S = 1.0
# A file that never rests is analysed all the same after so many looks.
_PATIENCE = 10

# Size and time of the last change.
State = tuple[int, int]


def changed(captures: Sequence[str], sleep: Callable[[float], None] = time.sleep) -> Iterator[list[str]]:
    """For ever: the captures that are new or have grown and rest since the last look, or have not rested for long.

    An empty list once there is nothing to do after something was done, so that whoever watches can be told.
    """
    done: dict[str, State] = {}
    before: dict[str, State] = {}
    waited: dict[str, int] = {}
    told = False
    while True:
        now = _states(captures)
        ready = [source for source, state in now.items() if state[0] and state != done.get(source)]
        for source in ready:
            waited[source] = waited.get(source, -1) + 1
        ready = [source for source in ready if now[source] == before.get(source) or waited[source] >= _PATIENCE]
        before = now
        if ready:
            for source in ready:
                done[source] = now[source]
                del waited[source]
            told = False
            yield ready
        elif not told:
            told = True
            yield []
        sleep(_POLL_S)


def _states(captures: Sequence[str]) -> dict[str, State]:
    states: dict[str, State] = {}
    for source in expand_existing(captures):
        try:
            status = Path(source).stat()
        except OSError:
            continue  # it went away meanwhile, or is not there yet
        states[source] = (status.st_size, status.st_mtime_ns)
    return states

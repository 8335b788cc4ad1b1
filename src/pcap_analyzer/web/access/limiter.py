"""How often somebody may do something in a minute."""

import time
from collections import OrderedDict, deque
from typing import Protocol

_WINDOW_S = 60
# The keys are names and addresses that clients choose: there is no end to them.
_MOST_KEYS = 10_000


class Limiter(Protocol):
    """Counts events of the last minute for each key."""

    async def wait_s(self, key: str) -> int:
        """Seconds until the next event is allowed; 0 when it is now."""

    async def count(self, key: str) -> None:
        """It happened."""


class OwnLimiter:
    """Counts what happens in this process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    async def wait_s(self, key: str) -> int:
        """Seconds until the next event is allowed; 0 when it is now."""
        events = self._recent(key)
        if not self._limit or len(events) < self._limit:
            return 0
        return int(events[0] + _WINDOW_S - time.monotonic()) + 1

    async def count(self, key: str) -> None:
        """It happened."""
        events = self._recent(key)
        events.append(time.monotonic())
        self._events[key] = events
        self._events.move_to_end(key)
        if len(self._events) > _MOST_KEYS:
            self._events.popitem(last=False)

    def _recent(self, key: str) -> deque[float]:
        events = self._events.get(key, deque())
        while events and events[0] <= time.monotonic() - _WINDOW_S:
            events.popleft()
        return events

"""Live news of tasks for whoever follows them.

News are whole states, not changes: who comes late, or again after a break, needs the newest one only. Their ids are
microseconds since 1970 and grow, also over a restart of the service.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """The state of a task at some time."""

    id: int
    data: str
    final: bool

    @property
    def age_s(self) -> float:
        """Seconds since it happened."""
        return time.time() - self.id / 1e6


class _Topic:
    """The newest state of a task, and who waits for the next."""

    def __init__(self) -> None:
        self.newest: News | None = None
        self.followers = 0
        self.changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def publish(self, news: News) -> None:
        self.newest = news
        self.wake()

    def wake(self) -> None:
        changed, self.changed = self.changed, asyncio.get_running_loop().create_future()
        changed.set_result(None)


class Progress:
    """The news of all tasks that are not finished. What is finished is in the records."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}
        self._closed = False
        self._newest_id = 0

    def publish(self, task_id: str, state: dict[str, Any], *, final: bool) -> None:
        """Tells all followers at once."""
        topic = self._topics.setdefault(task_id, _Topic())
        topic.publish(self.news(state, final=final))
        if final:
            del self._topics[task_id]

    def news(self, state: dict[str, Any], *, final: bool) -> News:
        """A state with an id of its own."""
        self._newest_id = max(self._newest_id + 1, time.time_ns() // 1000)
        return News(self._newest_id, json.dumps(state), final)

    async def follow(self, task_id: str, after_id: int, heartbeat_s: float) -> AsyncIterator[News | None]:
        """News with ids above `after_id` until the last one; None whenever there was none for `heartbeat_s`."""
        topic = self._topics.setdefault(task_id, _Topic())
        topic.followers += 1
        try:
            while not self._closed:
                changed, news = topic.changed, topic.newest
                if news and news.id > after_id:
                    after_id = news.id
                    yield news
                    if news.final:
                        return
                elif not (await asyncio.wait((changed,), timeout=heartbeat_s))[0]:
                    yield None
        finally:
            topic.followers -= 1
            if not topic.followers and topic.newest is None:
                self._topics.pop(task_id, None)

    def close(self) -> None:
        """Ends all following: the service stops."""
        self._closed = True
        for topic in self._topics.values():
            topic.wake()

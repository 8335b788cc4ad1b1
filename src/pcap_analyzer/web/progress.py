"""Live news of tasks for whoever follows them.

News are whole states, not changes: who comes late, or again after a break, needs the newest one only. Their ids are
microseconds since 1970 and grow, also over a restart of the service.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol


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


class Progress(Protocol):
    """Carries news from whoever works on a task to whoever follows it."""

    async def start(self) -> None:
        """Begins to carry."""

    def publish(self, task_id: str, state: dict[str, Any], *, final: bool) -> None:
        """Tells all followers at once."""

    def news(self, state: dict[str, Any], *, final: bool) -> News:
        """A state with an id of its own."""

    async def has_news(self, task_id: str) -> bool:
        """Whether a follower gets the newest state at once. Otherwise its record says it."""

    def follow(self, task_id: str, after_id: int, heartbeat_s: float) -> AsyncIterator[News | None]:
        """News with ids above `after_id` until the last one; None whenever there was none for `heartbeat_s`."""

    def close(self) -> None:
        """Ends all following: the service stops."""


class OwnProgress:
    """The news of all tasks of this process that are not finished. What is finished is in the records."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}
        self._closed = False
        self._newest_id = 0

    async def start(self) -> None:
        """There is nothing to begin."""

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

    async def has_news(self, task_id: str) -> bool:
        """Whether anything has been told of a task that has not ended."""
        topic = self._topics.get(task_id)
        return topic is not None and topic.newest is not None

    async def follow(self, task_id: str, after_id: int, heartbeat_s: float) -> AsyncGenerator[News | None]:
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

    def open(self, task_id: str) -> None:
        """Somebody is about to follow the task."""
        self._topics.setdefault(task_id, _Topic())

    def deliver(self, task_id: str, news: News) -> None:
        """Passes on what was told elsewhere, if anybody here follows the task and has nothing newer."""
        topic = self._topics.get(task_id)
        if topic is None or (topic.newest and topic.newest.id >= news.id):
            return
        topic.publish(news)
        if news.final:
            del self._topics[task_id]

    def newest(self) -> dict[str, News | None]:
        """The tasks that are followed here, and what their followers know."""
        return {task_id: topic.newest for task_id, topic in self._topics.items()}

    def close(self) -> None:
        """Ends all following: the service stops."""
        self._closed = True
        for topic in self._topics.values():
            topic.wake()

"""News of tasks across processes: the newest state of each lies in Redis, and changes are told to all who listen."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import aclosing, suppress
from typing import Any, cast

from redis.asyncio import Redis
from sqlalchemy.exc import OperationalError

from pcap_analyzer.web import views
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.progress import News, OwnProgress
from pcap_analyzer.web.storage.records.leases import Leases
from pcap_analyzer.web.storage.records.tasks import Tasks

from .redis import AWAY, NEWS

_log = logging.getLogger(NAME)

_KEPT_S = 24 * 3600
_RETRY_S = 0.5
_LOOK_S = 1.0
# The records say nearly as much: nobody waits longer for the rest.
_NEWEST_S = 1.0

# Ids are microseconds of Redis's own clock, and grow; after the last news of a task nothing is told of it.
_PUBLISH = """
local last = redis.call('HMGET', KEYS[1], 'id', 'final')
if last[2] == '1' then return 0 end
local time = redis.call('TIME')
local id = math.max(time[1] * 1000000 + time[2], tonumber(last[1] or 0) + 1)
local shown = string.format('%.0f', id)
redis.call('HSET', KEYS[1], 'id', shown, 'final', ARGV[1], 'data', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[2], ARGV[4] .. ' ' .. shown .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return 1
"""


class SharedProgress:
    """News of all processes. What gets lost on the way is made good from the records, which are looked at every second."""

    def __init__(self, redis: Redis, tasks: Tasks, leases: Leases) -> None:
        self._redis = redis
        self._tasks = tasks
        self._leases = leases
        self._own = OwnProgress()
        self._outbox: dict[str, tuple[str, bool]] = {}
        self._filled = asyncio.Event()
        self._positions: dict[str, int] = {}
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins to send what is published here, and to look after those who follow here."""
        self._loops = [asyncio.create_task(self._send()), asyncio.create_task(self._look())]

    async def stop(self) -> None:
        """Sends what is left."""
        with suppress(*AWAY):
            await self._flush()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    # ---- telling -----------------------------------------------------------------------------------------------

    def publish(self, task_id: str, state: dict[str, Any], *, final: bool) -> None:
        """Is sent at once. A state that is newer replaces one that has not been sent yet."""
        if not self._outbox.get(task_id, ("", False))[1]:
            self._outbox[task_id] = json.dumps(state), final
            self._filled.set()

    async def _send(self) -> None:
        while True:
            await self._filled.wait()
            try:
                await self._flush()
            except AWAY as error:
                _log.warning("news not sent", extra={"error": str(error)})
                await asyncio.sleep(_RETRY_S)

    async def _flush(self) -> None:
        self._filled.clear()
        outbox, self._outbox = self._outbox, {}
        for task_id, (data, final) in outbox.items():
            arguments = (_key(task_id), NEWS, str(int(final)), data, str(_KEPT_S), task_id)
            await cast(Awaitable[int], self._redis.eval(_PUBLISH, 2, *arguments))

    # ---- following ---------------------------------------------------------------------------------------------

    def heard(self, message: str) -> None:
        """Something was told somewhere."""
        task_id, number, final, data = message.split(" ", 3)
        self._own.deliver(task_id, News(int(number), data, final == "1"))

    async def newest(self, task_ids: Sequence[str]) -> dict[str, News]:
        """The newest states that were told of some tasks, as far as anybody remembers."""
        if not task_ids:
            return {}
        try:
            async with asyncio.timeout(_NEWEST_S), self._redis.pipeline(transaction=False) as pipeline:
                for task_id in task_ids:
                    pipeline.hmget(_key(task_id), ["id", "data", "final"])
                found = await pipeline.execute()
        except AWAY:
            return {}
        return {
            task_id: News(int(number), data, final == "1")
            for task_id, (number, data, final) in zip(task_ids, found, strict=True)
            if number
        }

    async def has_news(self, task_id: str) -> bool:
        """Whether anything has been told of a task that has not ended."""
        newest = (await self.newest([task_id])).get(task_id)
        return newest is not None and not newest.final

    def news(self, state: dict[str, Any], *, final: bool) -> News:
        """A state with an id of its own."""
        return self._own.news(state, final=final)

    async def follow(self, task_id: str, after_id: int, heartbeat_s: float) -> AsyncIterator[News | None]:
        """News with ids above `after_id` until the last one, whoever tells them."""
        self._own.open(task_id)
        if newest := (await self.newest([task_id])).get(task_id):
            self._own.deliver(task_id, newest)
        async with aclosing(self._own.follow(task_id, after_id, heartbeat_s)) as following:
            async for news in following:
                yield news

    def close(self) -> None:
        """Ends all following."""
        self._own.close()

    async def _look(self) -> None:
        """Tells who follows here what the records know better: the end of a task, its place in the queue."""
        while True:
            await asyncio.sleep(_LOOK_S)
            if followed := self._own.newest():
                try:
                    await self._compare(followed)
                except OperationalError as error:
                    _log.warning("records not looked at", extra={"error": str(error).splitlines()[0]})

    async def _compare(self, followed: dict[str, News | None]) -> None:
        places = {task_id: place for place, task_id in enumerate(await self._leases.waiting(), 1)}
        for task in await self._tasks.some(followed):
            newest, place = followed[task.id], places.get(task.id)
            moved = place is not None and place != self._positions.get(task.id)
            if task.status.is_final or moved:
                state = views.of_task(task) | {"queue_position": place}
                number = newest.id + 1 if newest else self.news(state, final=False).id
                self._own.deliver(task.id, News(number, json.dumps(state), task.status.is_final))
        self._positions = {task_id: place for task_id, place in places.items() if task_id in followed}


def _key(task_id: str) -> str:
    return f"pcap:newest:{task_id}"

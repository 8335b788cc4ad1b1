"""How often somebody may do something in a minute, whichever process is asked."""

import time
import uuid
from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis

from pcap_analyzer.web.errors import Problem

from .redis import AWAY

_WINDOW_S = 60


class SharedLimiter:
    """Events of the last minute in a sorted set of Redis for each key. Nothing is allowed that cannot be counted."""

    def __init__(self, redis: Redis, name: str, limit: int) -> None:
        self._redis = redis
        self._name = name
        self._limit = limit

    async def wait_s(self, key: str) -> int:
        """Seconds until the next event is allowed; 0 when it is now."""
        if not self._limit:
            return 0
        now = time.time()
        try:
            recent = await cast(
                Awaitable[list[tuple[str, float]]],
                self._redis.zrange(self._key(key), f"({now - _WINDOW_S}", "inf", byscore=True, withscores=True),
            )
        except AWAY as error:
            raise _away() from error
        if len(recent) < self._limit:
            return 0
        return max(0, int(recent[-self._limit][1] + _WINDOW_S - now)) + 1

    async def count(self, key: str) -> None:
        """It happened."""
        if not self._limit:
            return
        now, name = time.time(), self._key(key)
        try:
            async with self._redis.pipeline() as pipeline:
                pipeline.zadd(name, {uuid.uuid4().hex: now})
                pipeline.zremrangebyscore(name, "-inf", now - _WINDOW_S)
                pipeline.expire(name, _WINDOW_S)
                await pipeline.execute()
        except AWAY as error:
            raise _away() from error

    def _key(self, key: str) -> str:
        return f"pcap:limit:{self._name}:{key}"


def _away() -> Problem:
    return Problem(503, "redis_away", "The service cannot count just now.", "Try again.", retry_after_s=2)

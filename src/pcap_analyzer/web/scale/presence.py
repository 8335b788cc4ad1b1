"""Workers say that they are there; web processes count them."""

import json
from collections.abc import Awaitable
from dataclasses import asdict
from typing import cast

from redis.asyncio import Redis

from pcap_analyzer.web.jobs.base import Workers

from .redis import AWAY

_KEY = "pcap:worker:"
# Three times as long as it takes to say it again.
_KEPT_S = 30


async def announce(redis: Redis, holder: str, workers: Workers) -> None:
    """Says that a process has such workers."""
    await redis.set(f"{_KEY}{holder}", json.dumps(asdict(workers)), ex=_KEPT_S)


async def withdraw(redis: Redis, holder: str) -> None:
    """Says that it has none any more."""
    await redis.delete(f"{_KEY}{holder}")


async def present(redis: Redis) -> Workers:
    """All workers of all processes; none while Redis is away."""
    try:
        names = [name async for name in redis.scan_iter(f"{_KEY}*", count=1000)]
        told = await cast(Awaitable[list[str | None]], redis.mget(names)) if names else []
    except AWAY:
        return Workers(0, 0)
    some = [Workers(**json.loads(each)) for each in told if each]
    return Workers(sum(each.ready for each in some), sum(each.memory_bytes for each in some))

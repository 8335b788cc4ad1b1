"""Redis: a connection for short questions, and one that listens."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from pcap_analyzer.web.logs import NAME

_log = logging.getLogger(NAME)

AWAY = (RedisError, OSError, TimeoutError)

_PATIENCE_S = 5
_RETRY_S = 0.5
_CHECK_S = 15

# Channels: news of tasks, and the ids of tasks that shall end.
NEWS = "pcap:news"
CANCEL = "pcap:cancel"

# What to do with each message of a channel.
Handlers = Mapping[str, Callable[[str], None]]


def connect(url: str) -> Redis:
    """For short questions; texts come as str."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_PATIENCE_S,
        socket_connect_timeout=_PATIENCE_S,
        health_check_interval=_CHECK_S,
        # A connection that Redis has dropped meanwhile is opened anew without a word.
        retry=Retry(NoBackoff(), 1),
    )


async def listen(redis: Redis, handlers: Handlers) -> None:
    """Passes messages on for ever. What was said while Redis was away is lost."""
    heard = True
    while True:
        try:
            async with redis.pubsub() as channels:
                await channels.subscribe(*handlers)
                heard = True
                while True:
                    message = await channels.get_message(ignore_subscribe_messages=True, timeout=_PATIENCE_S)
                    if message:
                        handlers[message["channel"]](message["data"])
        except AWAY as error:
            if heard:
                _log.warning("not listening", extra={"error": str(error)})
            heard = False
            await asyncio.sleep(_RETRY_S)

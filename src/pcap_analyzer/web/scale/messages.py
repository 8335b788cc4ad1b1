"""The queue: Celery carries one message for each task that waits, Redis keeps them.

A message may be lost or come twice. Which have been sent and not yet received is written down beside them, so that a lost
one is sent again; and a task is taken by its record, so that it does not matter how often a worker hears of it.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from celery import Celery
from celery.signals import setup_logging
from kombu.exceptions import OperationalError
from redis.asyncio import Redis

from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.settings import Settings

from .redis import AWAY

_log = logging.getLogger(NAME)

TASK = "pcap.analyse"
_QUEUE = "pcap.analyses"
_SENT = "pcap:sent"
# Redis asks lower numbers first. Who has waited once, and lost his worker, does not wait at the end again.
_AGAIN, _FIRST_TIME = 0, 5
# A worker that has died is replaced by the lease of its task long before its message comes back.
_BEYOND_JOB_S = 900
_PATIENCE_S = 5
# A message may have gone down with a worker that had not begun: after so long it is sent again.
_OLD_S = 300
_RECONNECT = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 1}


def celery(settings: Settings) -> Celery:
    """Celery as we use it: no results, since the records have them, and nothing between workers."""
    setup_logging.connect(_keep_our_logs)
    app = Celery("pcap_analyzer", broker=settings.redis_url, backend="disabled://", set_as_current=False)
    app.conf.update(
        task_default_queue=_QUEUE,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": settings.analysis_timeout_s + _BEYOND_JOB_S,
            "priority_steps": [_AGAIN, _FIRST_TIME],
            "queue_order_strategy": "priority",
            "socket_connect_timeout": _PATIENCE_S,
            "socket_keepalive": True,
            "health_check_interval": 15,
        },
    )
    return app


def _keep_our_logs(**_: object) -> None:
    """Celery sets up no logs where somebody listens to this signal."""


class Messages:
    """Sends and counts them."""

    def __init__(self, app: Celery, redis: Redis) -> None:
        self._app = app
        self._redis = redis
        # Threads of its own: one that waits for Redis keeps nobody from writing files.
        self._senders = ThreadPoolExecutor(2, "messages")

    def stop(self) -> None:
        """Sends no more; what was not sent is, by another process."""
        self._senders.shutdown(wait=False, cancel_futures=True)

    async def send(self, task_id: str, *, again: bool = False) -> None:
        """Tells the workers of a task that waits. While Redis is away nobody hears it, until it is sent again."""
        try:
            priority = _AGAIN if again else _FIRST_TIME
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.get_running_loop().run_in_executor(self._senders, self._send, task_id, priority)
            await self._redis.zadd(_SENT, {task_id: time.time()})
        except (OperationalError, *AWAY) as error:
            _log.warning("message not sent", extra={"task_id": task_id, "error": str(error)})

    def _send(self, task_id: str, priority: int) -> None:
        self._app.send_task(TASK, [task_id], priority=priority, retry=True, retry_policy=_RECONNECT)

    async def received(self, task_id: str) -> None:
        """A worker has it, or has it again."""
        try:
            await self._redis.zrem(_SENT, task_id)
        except AWAY as error:
            _log.warning("message not ticked off", extra={"task_id": task_id, "error": str(error)})

    async def missing(self, task_ids: Sequence[str]) -> list[str]:
        """Those of the tasks that no message is on its way for; none while nobody can say."""
        if not task_ids:
            return []
        try:
            sent = await self._redis.zmscore(_SENT, list(task_ids))
        except AWAY:
            return []
        old = time.time() - _OLD_S
        return [task_id for task_id, at in zip(task_ids, sent, strict=True) if at is None or at < old]

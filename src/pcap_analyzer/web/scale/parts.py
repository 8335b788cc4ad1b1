"""What a process of a service that is spread over several is made of, besides what every service has."""

import asyncio
import os
import socket
import uuid
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.access.limiter import Limiter
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.blobs.s3 import S3Blobs
from pcap_analyzer.web.storage.records.leases import Leases
from pcap_analyzer.web.storage.records.tasks import Tasks

from . import redis
from .captures import SharedCaptures
from .limiter import SharedLimiter
from .messages import Messages, celery
from .progress import SharedProgress


class Parts:
    """Connections and stores. `holder` is the name of this process in leases."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self.holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.redis = redis.connect(settings.redis_url)
        self.celery = celery(settings)
        self.leases = Leases(engine)
        self.messages = Messages(self.celery, self.redis)
        self.blobs = S3Blobs(settings)
        self.captures = SharedCaptures(settings)
        self.progress = SharedProgress(self.redis, Tasks(engine), self.leases)
        self._listening: asyncio.Task[None] | None = None

    def limiter(self, name: str, limit: int) -> Limiter:
        """Counts for all processes."""
        return SharedLimiter(self.redis, name, limit)

    def listen(self, cancel: Callable[[str], None], *, news: bool) -> None:
        """Hears of tasks that shall end, and of news if anybody here may follow them."""
        handlers = {redis.CANCEL: cancel} | ({redis.NEWS: self.progress.heard} if news else {})
        self._listening = asyncio.create_task(redis.listen(self.redis, handlers))

    async def stop(self) -> None:
        """Hears and tells nothing any more."""
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        self.messages.stop()
        await self.progress.stop()
        await self.redis.aclose()

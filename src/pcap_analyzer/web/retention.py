"""What is removed when: reports by age, captures kept on purpose by theirs, and whatever belongs to nothing."""

import logging
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from .logs import NAME
from .settings import Settings
from .storage.blobs.base import BlobStore
from .storage.records.shares import Shares
from .storage.records.tasks import Tasks
from .storage.records.users import Users
from .task import Status
from .uploads.resumable import Resumable
from .uploads.spool import Captures

_log = logging.getLogger(NAME)


class Retention:
    """Runs every hour."""

    def __init__(
        self,
        settings: Settings,
        records: Tasks,
        users: Users,
        shares: Shares,
        blobs: BlobStore,
        captures: Captures,
        resumable: Resumable,
    ) -> None:
        self._settings = settings
        self._records = records
        self._users = users
        self._shares = shares
        self._blobs = blobs
        self._captures = captures
        self._resumable = resumable
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def start(self) -> None:
        """Cleans up now, and every hour from now on."""
        await self.run()
        self._scheduler.add_job(self.run, "interval", hours=1, coalesce=True, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """No more runs."""
        self._scheduler.shutdown(wait=False)

    async def run(self) -> None:
        """Removes what has lived long enough."""
        now = datetime.now(UTC)
        expired = await self._records.expiring(now)
        for task in expired:
            # The record first: a report that is gone is never offered.
            await self._records.update(task.id, status=Status.EXPIRED.value)
            await self._blobs.delete(task.id)
        captures = await self._records.with_old_captures(now)
        for task in captures:
            await self._captures.remove(task.id)
            await self._records.update(task.id, capture_expires_at=None)
        uploads = await self._resumable.give_up_old(now)
        await self._users.remove_old_sessions(now)
        await self._shares.remove_old(now)
        await self.sweep_orphans()
        _log.info("cleaned up", extra={"reports": len(expired), "captures": len(captures), "uploads": uploads})

    async def sweep_orphans(self) -> None:
        """Removes files that no task needs. A task has its record before its files, and keeps them until that has ended."""
        for task_id in await self._blobs.task_ids():
            task = await self._records.get(task_id)
            if task is None or (task.status.is_final and task.status is not Status.COMPLETED):
                await self._blobs.delete(task_id)
                _log.info("orphan removed", extra={"task_id": task_id, "kind": "report"})
        for task_id in await self._captures.task_ids():
            task = await self._records.get(task_id)
            if task is None or (task.status.is_final and task.capture_expires_at is None):
                await self._captures.remove(task_id)
                _log.info("orphan removed", extra={"task_id": task_id, "kind": "capture"})

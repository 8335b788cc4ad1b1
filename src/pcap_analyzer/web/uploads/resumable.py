"""Uploads that may pause: what tus 1.0 (https://tus.io/protocols/resumable-upload) needs to know.

An upload has a place in the queue while bytes arrive, and none while it pauses, so that whoever went away holds up nobody.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.requests import ClientDisconnect

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.jobs.base import Job, Jobs
from pcap_analyzer.web.lifecycle import Lifecycle
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.tasks import Tasks
from pcap_analyzer.web.task import Status, Task

from .intake import Intake, busy
from .spool import Captures

# What interrupts an upload and leaves it as it is; everything else ends it.
_PAUSES = ("upload_stalled", "disk_full", "store_away")


class Resumable:
    """Uploads over several requests."""

    def __init__(
        self,
        settings: Settings,
        records: Tasks,
        jobs: Jobs,
        lifecycle: Lifecycle,
        intake: Intake,
        captures: Captures,
    ) -> None:
        self._settings = settings
        self._records = records
        self._jobs = jobs
        self._lifecycle = lifecycle
        self._intake = intake
        self._captures = captures

    async def create(self, task: Task) -> None:
        """An upload without a byte."""
        await self._intake.remember(replace(task, resumable=True))
        await self._captures.begin(task.id)

    async def offset(self, task: Task) -> int:
        """How many bytes have arrived."""
        return task.size_bytes if task.uploaded else await self._captures.offset(task)

    async def expires_at(self, task: Task) -> datetime:
        """When an upload without news is given up."""
        return await self._captures.changed_at(task) + timedelta(hours=self._settings.resumable_upload_hours)

    async def append(self, task: Task, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Receives the bytes from `offset` on; gives the new offset."""
        if await self._jobs.is_open(task.id):
            raise busy()
        if task.uploaded or task.status.is_final:
            raise Problem(409, "upload_ended", "This upload has ended.")
        if offset != (stands_at := await self.offset(task)):
            raise Problem(409, "wrong_offset", f"The upload stands at {stands_at}, not at {offset}.", "Ask by HEAD.")
        job = await self._intake.admit(task)
        job.size_bytes = offset
        try:
            await self._intake.receive(job, chunks)
        except ClientDisconnect:
            await self._pause(job)
            raise
        except Problem as problem:
            if problem.name in _PAUSES:
                await self._pause(job)
            else:
                await self._intake.refuse(job, problem)
            raise
        if not job.complete:
            await self._pause(job)
        return job.size_bytes

    async def _pause(self, job: Job) -> None:
        """Gives its place in the queue to others."""
        self._jobs.dropped(job)
        await self._lifecycle.paused(job, await self._captures.keep(job))

    async def end(self, task: Task) -> None:
        """Gives an upload up."""
        if not await self._jobs.cancel(task.id):
            await self._records.update(task.id, status=Status.CANCELLED.value, finished_at=datetime.now(UTC))
            await self._captures.remove(task.id)
            self._lifecycle.told(replace(task, status=Status.CANCELLED))

    async def give_up_old(self, now: datetime) -> int:
        """Ends uploads that have been without news for too long; gives their number."""
        ended = 0
        for task in await self._records.unfinished():
            if not task.resumable or task.uploaded or await self._jobs.is_open(task.id):
                continue
            if await self.expires_at(task) <= now:
                await self.end(task)
                ended += 1
        return ended

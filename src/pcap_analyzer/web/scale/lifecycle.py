"""What becomes of a task, told by the process that holds it: whatever it writes, it writes only while it does."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.jobs.base import Job, Outcome
from pcap_analyzer.web.lifecycle import Lifecycle, retried
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.storage.records.leases import Leases
from pcap_analyzer.web.task import Status

_log = logging.getLogger(NAME)


class HeldLifecycle(Lifecycle):
    """The steps of tasks that `holder` has. One that it has lost belongs to another, who will tell its end."""

    _goes_on_unrecorded = False

    def __init__(self, leases: Leases, holder: str, *parts: Any) -> None:
        super().__init__(*parts)
        self._leases = leases
        self._holder = holder

    async def started(self, job: Job) -> None:
        """A worker has taken the job; that it was tried is in its record already."""
        if job.task.status.is_final:
            return
        now = datetime.now(UTC)
        self._metrics.wait_duration.observe((now - job.task.created_at).total_seconds())
        await self.record(job, started_at=now)
        self.moved(job)

    def moved(self, job: Job) -> None:
        """Followers hear of it, unless they have heard the end: then only files are made that had got lost."""
        if not job.task.status.is_final:
            super().moved(job)

    async def reported(self, job: Job, folder: Path, summary: dict[str, Any]) -> None:
        """The report is there."""
        if job.task.status.is_final:
            await self.added(job, folder)
        else:
            await super().reported(job, folder, summary)

    async def ended(self, job: Job, outcome: Outcome) -> None:
        """No worker here will touch the job again."""
        job.reported = job.reported or job.task.status.is_final
        await super().ended(job, outcome)

    async def capture_missing(self, job: Job, problem: Problem) -> None:
        """What a completed task left is whole when its capture is gone; any other has failed."""
        if job.task.status.is_final:
            await self._release(job)
        else:
            await self.refused(job, problem)

    async def refused(self, job: Job, problem: Problem) -> None:
        """Its capture did not arrive, or is none."""
        await super().refused(job, problem)
        await self._release(job)

    async def paused(self, job: Job, size_bytes: int) -> None:
        """Whichever process gets the next part goes on."""
        await super().paused(job, size_bytes)
        await self._release(job)

    async def _let_go(self, job: Job) -> None:
        hours = self._settings.keep_captures_hours
        keep = bool(job.task.keep_capture and hours and job.task.status is Status.COMPLETED)
        if keep:
            await self.record(job, capture_expires_at=datetime.now(UTC) + timedelta(hours=hours))
        # The lease last: whoever dies before leaves a lease that runs out, and not a capture that nobody knows of.
        if not keep and await self._has_ended(job):
            await self._captures.remove(job.task_id)
        await self._release(job)

    async def _write(self, task_id: str, changes: dict[str, Any]) -> bool:
        return await self._leases.update(task_id, self._holder, **changes)

    async def _has_ended(self, job: Job) -> bool:
        try:
            return await retried(lambda: self._leases.has_ended(job.task_id, self._holder))
        except OperationalError:
            return False

    async def _release(self, job: Job) -> None:
        """Nothing happens when it is not ours any more, or its end is not written down: its lease runs out."""
        try:
            await retried(lambda: self._leases.release(job.task_id, self._holder))
        except OperationalError as error:
            _log.error("not released", extra={"task_id": job.task_id, "error": str(error).splitlines()[0]})

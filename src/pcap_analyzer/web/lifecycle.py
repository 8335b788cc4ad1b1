"""What becomes of a task: each step of its job is written down, told to its followers, and counted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

from . import views
from .errors import Problem
from .jobs.base import Job, Jobs, Outcome
from .logs import NAME
from .metrics import Metrics
from .progress import Progress
from .settings import Settings
from .storage.blobs.base import BlobStore
from .storage.records.tasks import Tasks
from .task import Status, Task
from .uploads.spool import Captures

_log = logging.getLogger(NAME)
T = TypeVar("T")

# A database that is locked or away is asked again, each time after twice as long.
_FIRST_RETRY_S = 0.1
_RETRIES = 6


class Lifecycle:
    """The listener of the jobs. `jobs` is set once there are any: each needs the other."""

    jobs: Jobs
    # When the database stays away, a service that is one process knows what happened, and says so.
    _goes_on_unrecorded = True

    def __init__(
        self,
        settings: Settings,
        records: Tasks,
        blobs: BlobStore,
        captures: Captures,
        progress: Progress,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._records = records
        self._blobs = blobs
        self._captures = captures
        self._progress = progress
        self._metrics = metrics

    async def admitted(self, job: Job) -> None:
        """A new task has a record; one that is resumable had one before its first byte."""
        if not job.task.resumable:
            await self._records.add(job.task)

    async def uploaded(self, job: Job) -> None:
        """The capture is there whole."""
        self.moved(job)
        await self.record(job, uploaded=True, size_bytes=job.size_bytes)

    async def paused(self, job: Job, size_bytes: int) -> None:
        """A resumable upload stands at `size_bytes`, and has no job until it goes on."""
        await self.record(job, status=Status.PENDING, size_bytes=size_bytes)
        self.told(job.task)

    async def started(self, job: Job) -> None:
        """A worker has taken the job."""
        now = datetime.now(UTC)
        self._metrics.wait_duration.observe((now - job.task.created_at).total_seconds())
        await self.record(job, status=Status.PROCESSING, started_at=now, attempts=job.task.attempts + 1)
        self.moved(job)

    def moved(self, job: Job) -> None:
        """Followers hear of it at once; the records need not know."""
        self._progress.publish(job.task_id, views.of_job(job, self.jobs.position(job)), final=False)

    def told(self, task: Task) -> None:
        """A task that no job works on has another state."""
        self._progress.publish(task.id, views.of_task(task), final=task.status.is_final)

    async def reported(self, job: Job, folder: Path, summary: dict[str, Any]) -> None:
        """The report is there: the task is completed."""
        now = datetime.now(UTC)
        await self._blobs.adopt(job.task_id, folder)
        recorded = await self.record(
            job,
            status=Status.COMPLETED,
            finished_at=now,
            expires_at=now + timedelta(hours=self._settings.report_ttl_hours),
            summary=summary,
        )
        if recorded:
            self._finish(job)

    async def added(self, job: Job, folder: Path) -> None:
        """More files for whoever looks at the report."""
        await self._blobs.adopt(job.task_id, folder)

    async def ended(self, job: Job, outcome: Outcome) -> None:
        """No worker will touch the job again, and its capture has served."""
        if not job.reported:
            error = outcome.problem.document() if outcome.problem else None
            if await self.record(job, status=outcome.status, finished_at=datetime.now(UTC), error=error):
                self._finish(job)
        await self._let_go(job)

    async def refused(self, job: Job, problem: Problem) -> None:
        """Its capture did not arrive, or is none."""
        if await self.record(job, status=Status.FAILED, finished_at=datetime.now(UTC), error=problem.document()):
            self._finish(job)

    async def _let_go(self, job: Job) -> None:
        """Removes the capture, unless it is kept on purpose."""
        hours = self._settings.keep_captures_hours
        if job.task.keep_capture and hours and job.task.status is Status.COMPLETED:
            await self.record(job, capture_expires_at=datetime.now(UTC) + timedelta(hours=hours))
            return
        await self._captures.remove(job.task_id)

    def _finish(self, job: Job) -> None:
        task = job.task
        self._progress.publish(task.id, views.of_task(task), final=True)
        self._metrics.analysis_total.labels(task.status.value).inc()
        duration_s = None
        if task.started_at and task.finished_at:
            duration_s = (task.finished_at - task.started_at).total_seconds()
            self._metrics.analysis_duration.observe(duration_s)
        _log.info(
            "task ended",
            extra={
                "task_id": task.id,
                "status": task.status.value,
                "duration_s": duration_s,
                "size_bytes": task.size_bytes,
                "problem": (task.error or {}).get("type"),
            },
        )

    async def record(self, job: Job, **changes: Any) -> bool:
        """Writes changes of the task down; false when it is not ours to change any more."""
        job.task = replace(job.task, **changes)
        written = {**changes, "status": job.task.status.value} if "status" in changes else changes
        try:
            return await retried(lambda: self._write(job.task_id, written))
        except OperationalError as error:
            _log.error("not recorded", extra={"task_id": job.task_id, "error": str(error).splitlines()[0]})
            return self._goes_on_unrecorded

    async def _write(self, task_id: str, changes: dict[str, Any]) -> bool:
        await self._records.update(task_id, **changes)
        return True


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """Does `work`, again while the database is locked or away.

    Raises:
        OperationalError: it stayed so.

    """
    pause_s = _FIRST_RETRY_S
    for _ in range(_RETRIES):
        try:
            return await work()
        except OperationalError:
            await asyncio.sleep(pause_s)
            pause_s *= 2
    return await work()

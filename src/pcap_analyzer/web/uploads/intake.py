"""The way of a capture from a request into the queue."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect

from pcap_analyzer.web import system
from pcap_analyzer.web.errors import Problem, store_away
from pcap_analyzer.web.jobs.base import Job, Jobs, KnownJobError, Load, QueueFullError
from pcap_analyzer.web.lifecycle import Lifecycle
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.metrics import Metrics
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.tasks import DuplicateTaskError, Tasks
from pcap_analyzer.web.task import Task

from .checks import HEAD_BYTES, check_head
from .spool import MOST_PARTS, Captures, SpoolFile

_log = logging.getLogger(NAME)

_BLOCK_BYTES = 1 << 20
_FLUSH_S = 0.2
_TELL_S = 0.1
# An upload that brings less than this in UPLOAD_IDLE_S is ended.
LEAST_BYTES = 64 << 10
_QUEUE_RETRY_S = 20
_ROOM_RETRY_S = 60


class Intake:
    """Admits captures and receives them."""

    def __init__(
        self,
        settings: Settings,
        records: Tasks,
        jobs: Jobs,
        lifecycle: Lifecycle,
        captures: Captures,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._records = records
        self._jobs = jobs
        self._lifecycle = lifecycle
        self._captures = captures
        self._metrics = metrics

    # ---- admission ---------------------------------------------------------------------------------------------

    def check_size(self, size_bytes: int | None) -> None:
        """Refuses what is larger than this service takes."""
        limit = self._settings.max_upload_bytes
        if size_bytes is not None and size_bytes > limit:
            raise Problem(
                413,
                "too_large",
                f"{size_bytes / 1e6:,.0f} MB is more than the {limit / 1e6:,.0f} MB that this server takes.",
                "Use the command line, which has no limit: pcap-analyzer analyze FILE.",
            )

    def check_room(self, size_bytes: int) -> None:
        """Refuses while the disk or the memory of the machine is short."""
        if system.disk(self._settings.data_dir).free_bytes - size_bytes < self._settings.min_free_disk_mb * 1e6:
            raise disk_full()
        if system.memory().free_bytes < self._settings.min_free_memory_mb * 1e6:
            raise Problem(
                503,
                "memory_low",
                "The memory of the service is nearly full.",
                "Try again in a minute.",
                retry_after_s=_ROOM_RETRY_S,
            )

    async def check_queue(self) -> None:
        """Refuses while as many wait as may."""
        load = await self._jobs.load()
        if load.is_full:
            raise _queue_full(load)

    async def remember(self, task: Task) -> None:
        """A new task without a place in the queue; a known id is refused."""
        try:
            await self._records.add(task)
        except DuplicateTaskError as error:
            raise _known(task) from error

    async def admit(self, task: Task) -> Job:
        """A place in the queue for a task whose capture begins to arrive."""
        job = Job(task, self._captures.path(task.id))
        try:
            await self._jobs.admit(job)
        except (KnownJobError, DuplicateTaskError) as error:
            raise (busy() if task.resumable else _known(task)) from error
        except QueueFullError as error:
            raise _queue_full(await self._jobs.load()) from error
        return job

    # ---- receiving ---------------------------------------------------------------------------------------------

    async def upload(self, task: Task, chunks: AsyncIterator[bytes]) -> Task:
        """Receives a whole capture. What is refused or interrupted on the way is a failed task, and leaves no file."""
        job = await self.admit(task)
        try:
            await self.receive(job, chunks)
        except ClientDisconnect as error:
            problem = Problem(
                400, "upload_interrupted", f"The upload ended after {job.size_bytes:,} bytes.", "Send it again."
            )
            await self.refuse(job, problem)
            raise problem from error
        except Problem as problem:
            await self.refuse(job, problem)
            raise
        return job.task

    async def refuse(self, job: Job, problem: Problem) -> None:
        """The capture will not be analysed."""
        self._metrics.refused_total.labels(problem.name).inc()
        self._jobs.dropped(job)
        if not job.cancelled:
            await self._lifecycle.refused(job, problem)
        await self._captures.remove(job.task_id)

    async def receive(self, job: Job, chunks: AsyncIterator[bytes]) -> None:
        """Writes what arrives to the end of the capture. A resumable one is there whole once it is as long as was told."""
        started = time.monotonic()
        file = self._captures.open(job)
        try:
            await self._copy(job, file, chunks)
        except TimeoutError as error:
            raise Problem(
                408,
                "upload_stalled",
                f"Less than {LEAST_BYTES >> 10} kB arrived in {self._settings.upload_idle_s:.0f} s.",
                "Send it again; /uploads takes uploads that can be resumed.",
            ) from error
        except OSError as error:
            _log.error("capture not written", extra={"task_id": job.task_id, "error": str(error)})
            raise disk_full() from error
        finally:
            await file.close()
        self._metrics.upload_duration.observe(time.monotonic() - started)
        if job.task.resumable and job.size_bytes != job.task.expected_bytes:
            return
        if await self._captures.keep(job) != job.size_bytes:
            raise store_away()
        await self._jobs.completed(job)

    async def _copy(self, job: Job, file: SpoolFile, chunks: AsyncIterator[bytes]) -> None:
        """Blocks of about 1 MB go to the disk, smaller ones when bytes come slowly."""
        loop = asyncio.get_running_loop()
        parts: list[bytes] = []
        held_bytes, flushed, told = 0, loop.time(), 0.0
        size_bytes = watched_bytes = file.size_bytes
        checked = size_bytes > 0
        async with asyncio.timeout(self._settings.upload_idle_s) as deadline:
            async for chunk in chunks:
                _check_wanted(job)
                if not chunk:
                    continue
                parts.append(chunk)
                held_bytes += len(chunk)
                size_bytes += len(chunk)
                self._check_growth(job, size_bytes)
                if size_bytes - watched_bytes >= LEAST_BYTES:
                    watched_bytes = size_bytes
                    deadline.reschedule(loop.time() + self._settings.upload_idle_s)
                if not checked and held_bytes >= HEAD_BYTES:
                    check_head(job.task.file_name, b"".join(parts), whole=False)
                    checked = True
                now = loop.time()
                if checked and (held_bytes >= _BLOCK_BYTES or len(parts) >= MOST_PARTS or now - flushed >= _FLUSH_S):
                    await file.append(parts, held_bytes)
                    self._metrics.upload_bytes.inc(held_bytes)
                    parts, held_bytes, flushed = [], 0, now
                    self._jobs.grown(job, file.size_bytes)
                if now - told >= _TELL_S:
                    told = now
                    self._lifecycle.moved(job)
        if not checked:
            check_head(job.task.file_name, b"".join(parts), whole=True)
        _check_wanted(job)
        await file.append(parts, held_bytes)
        await file.settle()
        self._metrics.upload_bytes.inc(held_bytes)
        self._jobs.grown(job, file.size_bytes)

    def _check_growth(self, job: Job, size_bytes: int) -> None:
        self.check_size(size_bytes)
        expected = job.task.expected_bytes
        if expected is not None and size_bytes > expected:
            raise Problem(400, "longer_than_told", f"More than the {expected:,} bytes arrived that were announced.")


def _queue_full(load: Load) -> Problem:
    return Problem(
        503,
        "queue_full",
        f"{load.waiting} captures are already waiting.",
        f"Try again in about {_QUEUE_RETRY_S} s.",
        retry_after_s=_QUEUE_RETRY_S,
    )


def busy() -> Problem:
    """An upload goes on already."""
    return Problem(409, "upload_busy", "Another request is sending this upload.", "Wait until it has ended.")


def _known(task: Task) -> Problem:
    return Problem(409, "known_task", f"There is a task {task.id} already.", "Choose another id, or leave it out.")


def _check_wanted(job: Job) -> None:
    if job.cancelled:
        raise Problem(409, "cancelled", "The task was cancelled.")


def new_task(task_id: str, name: str, owner_id: str | None, expected_bytes: int | None, *, keep: bool) -> Task:
    """The record of a capture that begins to arrive."""
    task = Task(task_id, name, datetime.now(UTC), owner_id)
    return replace(task, expected_bytes=expected_bytes, keep_capture=keep)


def disk_full() -> Problem:
    """There is no room for a capture."""
    return Problem(
        503,
        "disk_full",
        "The disk of the service is nearly full.",
        "Try again later, or tell whoever runs the service.",
        retry_after_s=_ROOM_RETRY_S,
    )

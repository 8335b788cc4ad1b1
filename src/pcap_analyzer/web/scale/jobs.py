"""Jobs whose workers are other processes: what a web process knows and does of them."""

import asyncio
import json
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from redis.asyncio import Redis
from sqlalchemy.exc import OperationalError

from pcap_analyzer.web import views
from pcap_analyzer.web.jobs.base import Job, KnownJobError, Load, Outcome, QueueFullError, Workers
from pcap_analyzer.web.lifecycle import Lifecycle, retried
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.progress import News
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.leases import HeldError, Leases, NoPlaceError
from pcap_analyzer.web.storage.records.tasks import Tasks
from pcap_analyzer.web.task import Status, Task
from pcap_analyzer.web.uploads.spool import Captures

from .messages import Messages
from .presence import present
from .progress import SharedProgress
from .redis import AWAY, CANCEL

_log = logging.getLogger(NAME)

_POLL_S = 0.05
# A worker ends a job at once when it hears the wish. One that has died is not waited for.
_SETTLED_S = 5


class SharedJobs:
    """The queue is in the records. A job is here while its capture arrives, and leaves with its last byte."""

    def __init__(
        self,
        settings: Settings,
        tasks: Tasks,
        leases: Leases,
        messages: Messages,
        captures: Captures,
        progress: SharedProgress,
        lifecycle: Lifecycle,
        redis: Redis,
        holder: str,
    ) -> None:
        self._settings = settings
        self._tasks = tasks
        self._leases = leases
        self._messages = messages
        self._captures = captures
        self._progress = progress
        self._lifecycle = lifecycle
        self._redis = redis
        self._holder = holder
        self._arriving: dict[str, Job] = {}
        self._doing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Workers are started by others."""

    async def stop(self) -> None:
        """What arrives is given up by the requests that bring it; messages that were not sent are, by another process."""

    # ---- captures that arrive here -----------------------------------------------------------------------------

    def arriving(self) -> list[str]:
        """The tasks whose captures arrive here."""
        return list(self._arriving)

    async def admit(self, job: Job) -> None:
        """Gives the job a place, which the records count for all processes."""
        try:
            await self._leases.enter(job.task, self._holder, self._settings.max_queue_size)
        except NoPlaceError as error:
            raise QueueFullError from error
        except HeldError as error:
            raise KnownJobError from error
        self._arriving[job.task_id] = job

    def grown(self, job: Job, size_bytes: int) -> None:
        """Nobody reads it yet."""
        job.size_bytes = size_bytes

    async def completed(self, job: Job) -> None:
        """Whichever worker is free takes it."""
        job.complete = True
        self._lifecycle.moved(job)
        try:
            queued = await retried(lambda: self._leases.queue(job.task_id, self._holder, job.size_bytes))
        except OperationalError:
            # Its lease runs out, and its end is written down by whoever sees that.
            self.dropped(job)
            raise
        if not queued:
            self.end_here(job.task_id)
            return
        self._arriving.pop(job.task_id, None)
        job.over.set()
        # Whoever sent the capture need not wait for Redis.
        self._spawn(self._messages.send(job.task_id))

    def dropped(self, job: Job) -> None:
        """The listener gives its task free, once it has written down why."""
        job.dropped = True
        self._arriving.pop(job.task_id, None)
        job.over.set()

    def end_here(self, task_id: str) -> None:
        """Its user wants it to end, or another process has it: if it arrives here, its request is told so."""
        if job := self._arriving.pop(task_id, None):
            job.cancelled = True
            job.over.set()
            self._spawn(self._lifecycle.ended(job, Outcome(Status.CANCELLED)))

    async def lost(self, task_id: str) -> None:
        """The same, for who waits for it."""
        self.end_here(task_id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    # ---- all tasks ---------------------------------------------------------------------------------------------

    async def cancel(self, task_id: str) -> bool:
        """Ends a task that waits; asks whoever has it otherwise."""
        status = await self._leases.cancel(task_id)
        if status is Status.PROCESSING:
            self.end_here(task_id)
            try:
                await self._redis.publish(CANCEL, task_id)
            except AWAY as error:
                # Its holder reads the wish when it renews the lease.
                _log.warning("wish not told", extra={"task_id": task_id, "error": str(error)})
        elif status is not None:
            await self._captures.remove(task_id)
            if status is Status.CANCELLED and (task := await self._tasks.get(task_id)):
                self._lifecycle.told(task)
        return status is not None

    async def settled(self, task_id: str) -> None:
        """Returns when no worker touches the task any more, or its worker seems to have died."""
        deadline = time.monotonic() + _SETTLED_S
        while await self._leases.is_open(task_id) and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)

    async def is_open(self, task_id: str) -> bool:
        """Whether it arrives, waits or runs anywhere."""
        return await self._leases.is_open(task_id)

    def position(self, job: Job) -> int | None:
        """Only the records know."""
        return None

    async def states(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        """The tasks as was told last, or as their records say."""
        open_ids = [task.id for task in tasks if not task.status.is_final]
        told = await self._progress.newest(open_ids)
        places = {task_id: place for place, task_id in enumerate(await self._leases.waiting(), 1)} if open_ids else {}
        return [self._state(task, told.get(task.id), places.get(task.id)) for task in tasks]

    def _state(self, task: Task, told: News | None, place: int | None) -> dict[str, Any]:
        job = self._arriving.get(task.id)
        if task.status.is_final:
            return views.of_task(task)
        if job:
            return views.of_job(job, None)
        if place or told is None or told.final:
            return views.of_task(task) | {"queue_position": place}
        state: dict[str, Any] = json.loads(told.data)
        return state

    async def load(self) -> Load:
        """How much there is to do everywhere."""
        waiting, running = await self._leases.load()
        return Load(waiting, running, waiting >= self._settings.max_queue_size)

    async def workers(self) -> Workers:
        """All workers that have lately said to be there."""
        return await present(self._redis)

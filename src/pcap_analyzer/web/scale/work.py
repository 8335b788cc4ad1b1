"""`pcap-analyzer work`: Celery hears of tasks that wait; worker processes of this machine analyse them, confined as ever."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from celery.signals import worker_shutting_down
from prometheus_client import start_http_server
from sqlalchemy.exc import OperationalError

from pcap_analyzer.web import logs
from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.jobs.base import Job
from pcap_analyzer.web.jobs.inprocess import InProcessJobs
from pcap_analyzer.web.lifecycle import retried
from pcap_analyzer.web.metrics import Metrics
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.blobs.base import BlobsAwayError
from pcap_analyzer.web.storage.records.database import bring_up_to_date, connect
from pcap_analyzer.web.storage.records.tasks import Tasks
from pcap_analyzer.web.task import Task

from .lifecycle import HeldLifecycle
from .messages import TASK
from .parts import Parts
from .presence import announce, withdraw
from .redis import AWAY
from .upkeep import TICK_S, Upkeep

# A stop waits so long for analyses that are nearly done; the others go to another worker.
_GRACE_S = 20
_STORE_RETRY_S = 2
# So many times TICK_S a worker with nothing to do lets others take what waits.
_MOST_QUIET_TICKS = 2


class Worker:
    """The supervising half, which lives in an event loop of its own."""

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.log: logging.Logger = logs.configure(settings.data_dir / "logs", settings.log_level)
        self._settings = settings
        self._engine = connect(settings.database)
        self.parts = Parts(settings, self._engine)
        self.metrics = Metrics()
        parts = self.parts
        tasks = Tasks(self._engine)
        self._lifecycle = HeldLifecycle(
            parts.leases, parts.holder, settings, tasks, parts.blobs, parts.captures, parts.progress, self.metrics
        )
        self._jobs = InProcessJobs(settings, settings.data_dir / "work", self._lifecycle)
        self._lifecycle.jobs = self._jobs
        self._held: set[str] = set()
        self._quiet_ticks = 0
        self._upkeep = Upkeep(
            parts.leases,
            parts.messages,
            parts.captures,
            self._lifecycle,
            parts.holder,
            lambda: self._held,
            self._jobs.cancel,
        )
        self._loops: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Makes worker processes ready, and says that they are there."""
        await self.parts.progress.start()
        self.parts.listen(self._cancel, news=False)
        await self._jobs.start()
        self._upkeep.start()
        self._spawn(self._say_here())
        self.log.info("working", extra={"workers": self._settings.workers, "holder": self.parts.holder})

    async def stop(self) -> None:
        """Ends the worker processes."""
        for loop in self._loops:
            loop.cancel()
        await self._upkeep.stop()
        await self._jobs.stop()
        with suppress(*AWAY):
            await withdraw(self.parts.redis, self.parts.holder)
        await self.parts.stop()
        await self._engine.dispose()
        self.log.info("stopped")

    async def heard(self, task_id: str) -> None:
        """A message came."""
        self._quiet_ticks = 0
        await self.analyse(task_id)

    async def analyse(self, task_id: str) -> None:
        """One task from its capture to the last file of its report; nothing when it is not there to be taken."""
        parts = self.parts
        await parts.messages.received(task_id)
        task = await retried(lambda: parts.leases.take(task_id, parts.holder))
        if task is None:
            return
        self._held.add(task_id)
        try:
            await self._analyse(task)
        finally:
            self._held.discard(task_id)
            parts.captures.path(task_id).unlink(missing_ok=True)

    async def _analyse(self, task: Task) -> None:
        job = Job(task, self.parts.captures.path(task.id), task.size_bytes, complete=True)
        try:
            await self.parts.captures.fetch(task)
        except FileNotFoundError as error:
            self.log.warning("no capture", extra={"task_id": task.id, "error": str(error)})
            await self._lifecycle.capture_missing(job, _capture_lost(task))
            return
        except BlobsAwayError as error:
            self.log.error("store away", extra={"task_id": task.id, "error": str(error)})
            await asyncio.sleep(_STORE_RETRY_S)
            await self._give_back(task.id)
            return
        self._jobs.resume(job)
        await job.over.wait()

    async def _give_back(self, task_id: str) -> None:
        if await retried(lambda: self.parts.leases.give_back(task_id, self.parts.holder)):
            await self.parts.messages.send(task_id, again=True)

    async def leave(self) -> None:
        """Gives back, after a moment, what is not done by then."""
        await asyncio.sleep(_GRACE_S)
        for task_id in list(self._held):
            # Whatever its end is called here, nobody hears of it: it is not ours any more.
            with suppress(OperationalError):
                await self._give_back(task_id)
            await self._jobs.cancel(task_id)

    async def _say_here(self) -> None:
        while True:
            workers = await self._jobs.workers()
            self.metrics.workers_ready.set(workers.ready)
            self.metrics.worker_memory.set(workers.memory_bytes)
            self.metrics.running.set(len(self._held))
            with suppress(*AWAY):
                await announce(self.parts.redis, self.parts.holder, workers)
            await self._help_out()
            await asyncio.sleep(TICK_S if workers.ready else 1)

    async def _help_out(self) -> None:
        """Takes tasks that wait while this worker is idle and hears of none: Celery may not have come back from a break."""
        free = self._settings.workers - len(self._held)
        try:
            waiting = await self.parts.leases.waiting() if free > 0 else []
        except OperationalError:
            return
        self._quiet_ticks = self._quiet_ticks + 1 if waiting else 0
        if self._quiet_ticks > _MOST_QUIET_TICKS:
            self.log.warning("no messages come", extra={"waiting": len(waiting)})
            for task_id in waiting[:free]:
                self._spawn(self._take_what_waits(task_id))

    async def _take_what_waits(self, task_id: str | None) -> None:
        """One after the other, until messages come again."""
        while task_id and self._quiet_ticks > _MOST_QUIET_TICKS:
            await self.analyse(task_id)
            task_id = next(iter(await self.parts.leases.waiting()), None)

    def _cancel(self, task_id: str) -> None:
        if task_id in self._held:
            self._spawn(self._jobs.cancel(task_id))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._loops.add(task)
        task.add_done_callback(self._loops.discard)


def _capture_lost(task: Task) -> Problem:
    return Problem(500, "capture_lost", f"{task.file_name} is not in the store any more.", "Send it again.")


def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Runs until it is told to end: a thread for the event loop, this one for Celery.

    Raises:
        SettingError: the database cannot be used.

    """
    bring_up_to_date(settings.database)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def run(doing: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(doing, loop)

    async def make() -> Worker:
        worker = Worker(settings)
        await worker.start()
        return worker

    worker = run(make()).result()
    app = worker.parts.celery

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def analyse(task_id: str) -> None:
        run(worker.heard(task_id)).result()

    worker_shutting_down.connect(lambda **_: run(worker.leave()), weak=False)
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, registry=worker.metrics.registry)
    say(f"PCAP Analyzer works: {settings.workers} at once")
    consumer = app.Worker(
        pool="threads",
        concurrency=settings.workers,
        hostname=worker.parts.holder,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="WARNING",
    )
    try:
        consumer.start()
    finally:
        run(worker.stop()).result()

"""Jobs in worker processes of this machine: a queue in the order of arrival, and workers that are ready before a job comes."""

import asyncio
import errno
import logging
import shutil
import signal
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from pcap_analyzer.web import system, views
from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.task import Status, Task

from .base import Job, JobListener, KnownJobError, Load, Outcome, QueueFullError, Workers
from .process import WorkerFailedError, WorkerProcess

_log = logging.getLogger(NAME)

# An upload is judged by what arrived in the last so many seconds.
_RATE_WINDOW_S = 2.0
_RATE_STEP_S = 0.5
_RESTART_S = 1.0
# A worker that holds more after a job is replaced by a fresh one.
_LARGEST_IDLE_BYTES = 400 << 20
_ABANDONED = Outcome(Status.PENDING)


class InProcessJobs:
    """The queue of this process and its workers."""

    def __init__(self, settings: Settings, folder: Path, listener: JobListener) -> None:
        self._settings = settings
        self._folder = folder
        self._listener = listener
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, WorkerProcess] = {}
        self._changed = asyncio.Condition()
        self._servers: list[asyncio.Task[None]] = []
        self._wakers: set[asyncio.Task[None]] = set()
        self._ready: set[WorkerProcess] = set()

    async def start(self) -> None:
        """Makes workers ready; jobs are taken as soon as one is."""
        self._servers = [asyncio.create_task(self._serve()) for _ in range(self._settings.workers)]
        self._servers.append(asyncio.create_task(self._watch_uploads()))

    async def stop(self) -> None:
        """Ends all workers; jobs stay what their records say."""
        for server in self._servers:
            server.cancel()
        await asyncio.gather(*self._servers, return_exceptions=True)

    # ---- the queue ---------------------------------------------------------------------------------------------

    async def admit(self, job: Job) -> None:
        """Gives the job a place. As many have one as may wait and may run together."""
        if job.task_id in self._jobs:
            raise KnownJobError
        if self._is_full:
            raise QueueFullError
        self._jobs[job.task_id] = job
        try:
            await self._listener.admitted(job)
        except BaseException:
            self._remove(job)
            raise

    def resume(self, job: Job) -> None:
        """Gives a place to a job that has waited before, whose capture is complete."""
        self._jobs[job.task_id] = job
        self._wake()

    def grown(self, job: Job, size_bytes: int) -> None:
        """Tells the worker that reads the capture."""
        job.size_bytes = size_bytes
        if process := self._processes.get(job.task_id):
            process.grow(job)
        elif not job.slow:
            self._wake()

    async def completed(self, job: Job) -> None:
        """Tells the worker, or whoever waits for a job that is complete."""
        job.complete = True
        if process := self._processes.get(job.task_id):
            process.grow(job)
        self._wake()
        # The worker first: its report is there sooner by as long as the record takes.
        await self._listener.uploaded(job)

    def dropped(self, job: Job) -> None:
        """A worker that reads the capture goes on to the next job."""
        job.dropped = True
        if process := self._processes.get(job.task_id):
            process.abandon()
        elif not job.running:
            self._remove(job)

    async def cancel(self, task_id: str) -> bool:
        """Ends the worker of a job that runs; one that waits leaves the queue."""
        job = self._jobs.get(task_id)
        if job is None:
            return False
        job.cancelled = True
        if process := self._processes.get(task_id):
            process.kill()
        elif not job.running:
            self._remove(job)
            self._spawn(self._end(job, Outcome(Status.CANCELLED)))
        return True

    async def settled(self, task_id: str) -> None:
        """Returns when no worker touches the task any more."""
        if job := self._jobs.get(task_id):
            await job.over.wait()

    async def is_open(self, task_id: str) -> bool:
        """Whether it has a place."""
        return task_id in self._jobs

    def position(self, job: Job) -> int | None:
        """Its place among those that wait."""
        waiting = [other for other in self._jobs.values() if not other.running]
        return waiting.index(job) + 1 if job in waiting else None

    async def states(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        """The tasks as their jobs say, or their records."""
        return [self._state(task) for task in tasks]

    def _state(self, task: Task) -> dict[str, Any]:
        job = self._jobs.get(task.id)
        return views.of_job(job, self.position(job)) if job and not job.reported else views.of_task(task)

    async def load(self) -> Load:
        """How many jobs wait and run."""
        running = sum(job.running for job in self._jobs.values())
        return Load(len(self._jobs) - running, running, self._is_full)

    async def workers(self) -> Workers:
        """The processes that are ready for jobs, or at work."""
        alive = [process.pid for process in self._ready if process.is_alive]
        return Workers(len(alive), sum(map(system.resident_bytes, alive)))

    @property
    def _is_full(self) -> bool:
        return len(self._jobs) >= self._settings.max_queue_size + self._settings.workers

    def _remove(self, job: Job) -> None:
        job.running = False
        self._jobs.pop(job.task_id, None)
        for other in self._jobs.values():
            if not other.running:
                self._listener.moved(other)

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._spawn(notify())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._wakers.add(task)
        task.add_done_callback(self._wakers.discard)

    def _next(self) -> Job | None:
        """The oldest job whose capture is complete; without one, the oldest whose upload is fast."""
        waiting = [job for job in self._jobs.values() if not job.running]
        complete = (job for job in waiting if job.complete)
        arriving = (job for job in waiting if job.size_bytes and not job.slow and not job.dropped)
        return next(complete, None) or next(arriving, None)

    # ---- the workers -------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """The life of one place for a worker: a process, and a new one whenever it has ended."""
        process: WorkerProcess | None = None
        try:
            while True:
                if process is None or not process.is_alive:
                    self._ready = {other for other in self._ready if other.is_alive}
                    process = await self._start_process()
                    self._ready.add(process)
                job = await self._take(process)
                if job is not None:
                    await self._run(process, job)
        finally:
            if process is not None:
                process.kill()

    async def _start_process(self) -> WorkerProcess:
        while True:
            try:
                return await WorkerProcess.start(self._settings.worker_memory_mb)
            except (WorkerFailedError, OSError) as error:
                _log.error("no worker", extra={"error": str(error)})
                await asyncio.sleep(_RESTART_S)

    async def _take(self, process: WorkerProcess) -> Job | None:
        """The next job, marked as running; None when the process ended while it waited for one."""
        ended = asyncio.create_task(process.wait())
        ended.add_done_callback(lambda _: self._wake())
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: ended.done() or self._next() is not None)
                job = None if ended.done() else self._next()
                if job is not None:
                    job.running = True
                    # Followers hear at once what /status says from here on; the record takes its time.
                    self._listener.moved(job)
                return job
        finally:
            ended.cancel()

    async def _run(self, process: WorkerProcess, job: Job) -> None:
        """One job from its start to its end; a fault on the way ends the job, not the place."""
        try:
            outcome = await self._attempt(process, job)
        except Exception as error:
            process.kill()
            _log.exception("a job was lost", extra={"task_id": job.task_id})
            full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            outcome = Outcome(Status.FAILED, _failed(job, "disk_full" if full else "internal_fault", str(error)))
        if outcome is _ABANDONED and not job.dropped:
            if not job.cancelled:
                self._wait_again(job)
                return
            outcome = Outcome(Status.CANCELLED)
        self._remove(job)
        if outcome is _ABANDONED:
            job.over.set()
        else:
            await self._end(job, outcome)

    async def _end(self, job: Job, outcome: Outcome) -> None:
        try:
            await self._listener.ended(job, outcome)
        finally:
            job.over.set()

    async def _attempt(self, process: WorkerProcess, job: Job) -> Outcome:
        folder = self._folder / job.task_id
        job.progress = {}
        self._processes[job.task_id] = process
        process.run(job, str(folder), self._limits())
        try:
            await self._listener.started(job)
            return await self._outcome(process, job)
        finally:
            del self._processes[job.task_id]
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _limits(self) -> dict[str, int]:
        settings = self._settings
        return {
            "memory_bytes": settings.analysis_memory_mb << 20,
            "cpu_s": settings.analysis_cpu_s,
            "preview_bytes": int(settings.preview_mb * 1e6),
            "most_decompressed_bytes": settings.max_decompressed_size_mb * 1_000_000,
        }

    def _wait_again(self, job: Job) -> None:
        """The upload was too slow for a worker; it gets one when it is complete."""
        job.running, job.slow, job.progress = False, True, {}
        self._listener.moved(job)
        self._wake()

    async def _outcome(self, process: WorkerProcess, job: Job) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.analysis_timeout_s):
                outcome = await self._follow(process, job)
        except TimeoutError:
            process.kill()
            await process.wait()
            outcome = Outcome(Status.TIMEOUT, _timeout(job, f"{self._settings.analysis_timeout_s:.0f} s"))
        # Whoever has read the report knows that the analysis is complete, whatever happened after it.
        return Outcome(Status.COMPLETED) if job.reported else outcome

    async def _follow(self, process: WorkerProcess, job: Job) -> Outcome:
        """Passes on what the worker says until it has finished or ended."""
        async for news in process.news():
            match news["kind"]:
                case "progress":
                    job.progress |= {key: value for key, value in news.items() if key != "kind"}
                    self._listener.moved(job)
                case "report":
                    job.reported = True
                    await self._listener.reported(job, Path(news["folder"]), news["summary"])
                case "files":
                    await self._listener.added(job, Path(news["folder"]))
                case "abandoned":
                    return _ABANDONED
                case "failed":
                    return Outcome(Status.FAILED, _failed(job, news["name"], news["detail"]))
                case "done":
                    if news["memory_bytes"] > _LARGEST_IDLE_BYTES:
                        process.kill()
                    return Outcome(Status.COMPLETED)
        return self._ended(job, await process.wait())

    def _ended(self, job: Job, code: int) -> Outcome:
        """The process ended in the middle of the job."""
        if job.cancelled:
            return Outcome(Status.CANCELLED)
        if code == -getattr(signal, "SIGXCPU", 0):
            return Outcome(Status.TIMEOUT, _timeout(job, f"{self._settings.analysis_cpu_s} s of computing"))
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        _log.error("worker ended", extra={"task_id": job.task_id, "ended_by": name})
        return Outcome(
            Status.FAILED,
            Problem(
                500,
                "worker_ended",
                f"The process that analysed {job.task.file_name} ended by {name}.",
                "Analyse it again; if that fails too, quote the task id when you report it.",
            ),
        )

    async def _watch_uploads(self) -> None:
        """Takes the worker from uploads that are slower than it is worth."""
        sizes: dict[Job, deque[tuple[float, int]]] = {}
        while True:
            await asyncio.sleep(_RATE_STEP_S)
            now = time.monotonic()
            arriving = [job for job in self._jobs.values() if not job.complete and not job.slow]
            sizes = {job: sizes.get(job, deque()) for job in arriving}
            for job, seen in sizes.items():
                seen.append((now, job.size_bytes))
                while now - seen[0][0] > _RATE_WINDOW_S + _RATE_STEP_S / 2:
                    seen.popleft()
                elapsed, arrived = now - seen[0][0], job.size_bytes - seen[0][1]
                if elapsed >= _RATE_WINDOW_S and arrived < self._settings.slow_upload_mb_per_s * 1e6 * elapsed:
                    job.slow = True
                    if process := self._processes.get(job.task_id):
                        process.abandon()


def _timeout(job: Job, limit: str) -> Problem:
    packets = job.progress.get("packets", 0)
    return Problem(
        504,
        "timeout",
        f"Stopped after {limit} at packet {packets:,}.",
        "Cut the capture into parts, or use the command line, which has no limit: pcap-analyzer analyze FILE.",
    )


def _failed(job: Job, name: str, detail: str) -> Problem:
    """What a worker reported, as users are told. A fault of ours goes to the log, not to the user."""
    match name:
        case "not_a_capture":
            return Problem(400, name, detail, "Send a capture file: pcap, pcapng, snoop, …, also as gzip, zstd or lz4.")
        case "decompressed_too_large":
            return Problem(413, name, detail, "Use the command line, which has no limit: pcap-analyzer analyze FILE.")
        case "out_of_memory":
            return Problem(507, name, detail, "Cut the capture into parts, or raise WORKER_MEMORY_MB.")
        case "disk_full":
            return Problem(507, name, "The disk of the service is full.", "Tell whoever runs the service.")
    _log.error("internal fault", extra={"task_id": job.task_id, "worker_traceback": detail})
    return Problem(
        500,
        "internal_fault",
        "The analysis failed; this is our fault.",
        f"Quote {job.task_id} when you report it.",
    )

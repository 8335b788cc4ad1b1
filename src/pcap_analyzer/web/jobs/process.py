"""The service's end of a worker process."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any, Self

from .base import Job

_LONGEST_LINE_BYTES = 4 << 20
_START_S = 60


class WorkerFailedError(Exception):
    """A worker process ended before it was ready."""


class WorkerProcess:
    """Starts ready to work, and takes one job at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._commands = process.stdin
        self._news = process.stdout

    @classmethod
    async def start(cls, memory_mb: int) -> Self:
        """A process that has everything loaded.

        Raises:
            WorkerFailedError: it ended, or was not ready in time.

        """
        command = (sys.executable, "-m", "pcap_analyzer.web.jobs.worker", str(memory_mb))
        worker = cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE_BYTES))
        try:
            async with asyncio.timeout(_START_S):
                async for news in worker.news():
                    if news["kind"] == "ready":
                        return worker
        except TimeoutError:
            worker.kill()
        raise WorkerFailedError(f"a worker process ended with {await worker.wait()} before it was ready")

    @property
    def is_alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.returncode is None and not self._commands.is_closing()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def run(self, job: Job, folder: str, limits: dict[str, int]) -> None:
        """Gives it a job, and how much that may take."""
        self._command(
            kind="run",
            path=str(job.path),
            file_name=job.task.file_name,
            folder=folder,
            size_bytes=job.size_bytes,
            complete=job.complete,
            expected_bytes=job.task.expected_bytes,
            **limits,
        )

    def grow(self, job: Job) -> None:
        """The capture of its job has grown, or is complete."""
        self._command(kind="grow", size_bytes=job.size_bytes, complete=job.complete)

    def abandon(self) -> None:
        """The rest of the capture will not come soon."""
        self._command(kind="abandon")

    async def news(self) -> AsyncIterator[dict[str, Any]]:
        """What it says, until it ends."""
        while line := await self._news.readline():
            yield json.loads(line)

    def kill(self) -> None:
        """Ends it at once."""
        if self._process.returncode is None:
            self._process.kill()

    async def wait(self) -> int:
        """Waits for its end; gives its exit code, or minus the signal that ended it."""
        return await self._process.wait()

    def _command(self, **order: object) -> None:
        # A process that has ended is noticed where its news end.
        if self.is_alive:
            self._commands.write(json.dumps(order).encode() + b"\n")

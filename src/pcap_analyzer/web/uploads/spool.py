"""Uploaded captures on the disk, and how bytes get there without holding up anything else."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pcap_analyzer.web.jobs.base import Job
from pcap_analyzer.web.task import Task

# A writev(2) takes no more parts than this.
MOST_PARTS = 512


class Captures(Protocol):
    """Captures from their first byte until they have served."""

    def path(self, task_id: str) -> Path:
        """Where this process writes a capture that it receives, or reads one that it analyses."""

    async def begin(self, task_id: str) -> None:
        """An upload without a byte."""

    def open(self, job: Job) -> "SpoolFile":
        """For bytes that follow those which the job has."""

    async def keep(self, job: Job) -> int:
        """Makes sure that what was received outlives this process as far as it can; gives how many bytes are safe."""

    async def offset(self, task: Task) -> int:
        """How many bytes of an unfinished upload are there."""

    async def changed_at(self, task: Task) -> datetime:
        """When the newest of them came."""

    async def remove(self, task_id: str) -> None:
        """Removes a capture, if it is there."""

    async def task_ids(self) -> list[str]:
        """All tasks that have a capture."""


class Spool:
    """Captures in a local folder: one file for each task."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, task_id: str) -> Path:
        """Where the capture of a task lies."""
        return self._folder / task_id

    async def begin(self, task_id: str) -> None:
        """An empty file."""
        await asyncio.to_thread(self.path(task_id).touch, 0o600)

    def open(self, job: Job) -> "SpoolFile":
        """The file at its end."""
        return SpoolFile(job.path)

    async def keep(self, job: Job) -> int:
        """The file is where it belongs."""
        return job.size_bytes

    async def offset(self, task: Task) -> int:
        """How long the file is."""
        path = self.path(task.id)
        return path.stat().st_size if path.exists() else 0

    async def changed_at(self, task: Task) -> datetime:
        """When the file was written to."""
        path = self.path(task.id)
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else task.created_at

    async def remove(self, task_id: str) -> None:
        """Removes the file."""
        await asyncio.to_thread(self.path(task_id).unlink, missing_ok=True)

    async def task_ids(self) -> list[str]:
        """All tasks that have a file here."""
        return sorted(path.name for path in self._folder.iterdir())


class SpoolFile:
    """A capture that is being written at its end. A write goes on while the next bytes are received.

    `before_bytes` of the capture are elsewhere.
    """

    def __init__(self, path: Path, before_bytes: int = 0) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._pending: asyncio.Future[None] | None = None
        self.size_bytes = before_bytes + os.fstat(self._file).st_size

    async def append(self, parts: list[bytes], count_bytes: int) -> None:
        """Waits for the write before this one, and starts this one."""
        await self.settle()
        self._pending = asyncio.ensure_future(asyncio.to_thread(_write, self._file, parts))
        self._pending_bytes = count_bytes

    async def settle(self) -> None:
        """Waits until everything is written, so that `size_bytes` is the size of the file."""
        if self._pending:
            pending, self._pending = self._pending, None
            await pending
            self.size_bytes += self._pending_bytes

    async def close(self) -> None:
        """Finishes the write that goes on, whatever becomes of it, and closes the file."""
        if self._pending:
            await asyncio.wait((self._pending,))
        os.close(self._file)


def _write(file: int, parts: list[bytes]) -> None:
    written = os.writev(file, parts)
    for part in parts:
        if written >= len(part):
            written -= len(part)
            continue
        rest = memoryview(part)[written:]
        written = 0
        while rest:
            rest = rest[os.write(file, rest) :]

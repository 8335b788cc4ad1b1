"""Uploaded captures on the disk, and how bytes get there without holding up anything else."""

import asyncio
import os
from pathlib import Path

# A writev(2) takes no more parts than this.
MOST_PARTS = 512


class Spool:
    """The folder of uploads: one file for each task."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, task_id: str) -> Path:
        """Where the capture of a task lies."""
        return self._folder / task_id

    def task_ids(self) -> list[str]:
        """All tasks that have a capture here."""
        return sorted(path.name for path in self._folder.iterdir())


class SpoolFile:
    """A capture that is being written at its end. A write goes on while the next bytes are received."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._pending: asyncio.Future[None] | None = None
        self.size_bytes = os.fstat(self._file).st_size

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

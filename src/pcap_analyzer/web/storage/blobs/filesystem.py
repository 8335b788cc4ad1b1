"""Finished files in a local folder: one folder for each task."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from .base import Blob

_CHUNK_BYTES = 1 << 20


class FilesystemBlobs:
    """`folder/<task>/<name>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def adopt(self, task_id: str, folder: Path) -> None:
        """Moves the files, which takes no room on the same disk. Those of the same name are replaced."""
        target = self._folder / task_id

        def move() -> None:
            target.mkdir(exist_ok=True)
            for file in folder.iterdir():
                file.replace(target / file.name)
            folder.rmdir()

        await asyncio.to_thread(move)

    async def find(self, task_id: str, name: str) -> Blob | None:
        """The file, if it is there."""
        try:
            status = await asyncio.to_thread((self._folder / task_id / name).stat)
        except FileNotFoundError:
            return None
        return Blob(status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}"')

    async def read(self, task_id: str, name: str, first: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file, or a part of them."""
        file = await asyncio.to_thread((self._folder / task_id / name).open, "rb")
        try:
            file.seek(first)
            rest = length
            while rest is None or rest > 0:
                wanted = _CHUNK_BYTES if rest is None else min(rest, _CHUNK_BYTES)
                chunk = await asyncio.to_thread(file.read, wanted)
                if not chunk:
                    return
                rest = None if rest is None else rest - len(chunk)
                yield chunk
        finally:
            file.close()

    async def local(self, task_id: str, name: str) -> Path:
        """A path at which this machine can read the file."""
        return self._folder / task_id / name

    async def folder(self, task_id: str) -> Path:
        """Where all files of a task are."""
        return self._folder / task_id

    async def names(self, task_id: str) -> list[str]:
        """The files of a task."""
        folder = self._folder / task_id
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    async def delete(self, task_id: str) -> None:
        """Removes all files of a task."""
        await asyncio.to_thread(shutil.rmtree, self._folder / task_id, ignore_errors=True)

    async def task_ids(self) -> list[str]:
        """All tasks that have files."""
        return sorted(path.name for path in self._folder.iterdir())

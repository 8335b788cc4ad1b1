"""What a store of finished files offers, wherever it keeps them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class BlobsAwayError(Exception):
    """The store does not answer, or does not let us in."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: how large it is, and a tag that changes with its content."""

    size_bytes: int
    etag: str


class BlobStore(Protocol):
    """Files by task and name. Both are made by the service, never by a client."""

    async def adopt(self, task_id: str, folder: Path) -> None:
        """Takes over all files of a local folder, which is gone after it; what the task had before stays."""

    async def find(self, task_id: str, name: str) -> Blob | None:
        """The file, if it is there."""

    def read(self, task_id: str, name: str, first: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file, or a part of them."""

    async def local(self, task_id: str, name: str) -> Path:
        """A path at which this machine can read the file."""

    async def folder(self, task_id: str) -> Path:
        """A folder in which this machine can read the tables and the data of a report."""

    async def names(self, task_id: str) -> list[str]:
        """The files of a task."""

    async def delete(self, task_id: str) -> None:
        """Removes all files of a task."""

    async def task_ids(self) -> list[str]:
        """All tasks that have files."""

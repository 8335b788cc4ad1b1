"""Captures in the bucket, in the parts in which they came, so that each part may come to another process."""

import asyncio
import logging
import shutil
from datetime import datetime
from pathlib import Path

from pcap_analyzer.web.jobs.base import Job
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.blobs.base import BlobsAwayError
from pcap_analyzer.web.storage.blobs.s3 import Bucket
from pcap_analyzer.web.task import Task
from pcap_analyzer.web.uploads.spool import SpoolFile

_log = logging.getLogger(NAME)

# Names in the order of offsets: no offset has more digits.
_DIGITS = 20


class SharedCaptures:
    """A part is received into a local folder that belongs to this process alone, and then copied to the bucket."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "uploads"
        self._bucket = Bucket(settings, "captures")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)

    def path(self, task_id: str) -> Path:
        """Where this process writes what it receives, or reads what it analyses."""
        return self._folder / task_id

    async def begin(self, task_id: str) -> None:
        """No part is there yet."""

    def open(self, job: Job) -> SpoolFile:
        """A new part."""
        job.path.unlink(missing_ok=True)
        return SpoolFile(job.path, job.size_bytes)

    async def keep(self, job: Job) -> int:
        """Copies the part to the bucket; gives how many bytes are there."""
        part_bytes = job.path.stat().st_size if job.path.exists() else 0
        first = job.size_bytes - part_bytes
        if part_bytes:
            try:
                await self._bucket.put(job.task_id, f"{first:0{_DIGITS}}", job.path)
            except BlobsAwayError as error:
                _log.error("part not kept", extra={"task_id": job.task_id, "error": str(error)})
                return first
            await asyncio.to_thread(job.path.unlink)
        return job.size_bytes

    async def fetch(self, task: Task) -> Path:
        """A local copy of a whole capture.

        Raises:
            FileNotFoundError: it is not there, or not whole.

        """
        path, size_bytes = self.path(task.id), 0
        with path.open("wb") as file:
            for name in await self._bucket.objects(task.id):
                if int(name) > size_bytes:
                    break
                # A part may have come again, since its sender never heard that it had arrived.
                file.seek(int(name))
                async for chunk in self._bucket.get(task.id, name):
                    await asyncio.to_thread(file.write, chunk)
                size_bytes = file.tell()
        if size_bytes != task.size_bytes:
            raise FileNotFoundError(f"{size_bytes} of {task.size_bytes} bytes are there")
        return path

    async def offset(self, task: Task) -> int:
        """What the record says: it is written after each part."""
        return task.size_bytes

    async def changed_at(self, task: Task) -> datetime:
        """When the newest part came."""
        return max((await self._bucket.objects(task.id)).values(), default=task.created_at)

    async def remove(self, task_id: str) -> None:
        """Removes all parts. What cannot be removed now is found by the hourly sweep."""
        await asyncio.to_thread(self.path(task_id).unlink, missing_ok=True)
        try:
            await self._bucket.delete(task_id)
        except BlobsAwayError as error:
            _log.error("capture not removed", extra={"task_id": task_id, "error": str(error)})

    async def task_ids(self) -> list[str]:
        """All tasks that have parts."""
        return await self._bucket.task_ids()

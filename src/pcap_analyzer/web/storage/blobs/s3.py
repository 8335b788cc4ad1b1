"""Finished files in a bucket of any S3-compatible store: `prefix/<task>/<name>`."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from pcap_analyzer.web.settings import Settings

from .base import Blob, BlobsAwayError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

_CHUNK_BYTES = 1 << 20
_CONNECT = timedelta(seconds=5)
_READ = timedelta(seconds=30)
# A large capture in one request; what does not move is ended by `_READ`.
_WHOLE = timedelta(hours=1)
_RETRIES: "RetryConfig" = {"max_retries": 8, "retry_timeout": timedelta(seconds=60)}


class Bucket:
    """Objects by task and name, in one area of the bucket that the settings name."""

    def __init__(self, settings: Settings, area: str) -> None:
        url = urlsplit(settings.blob_url)
        config: S3Config = {"region": settings.blob_region}
        if settings.blob_endpoint:
            config["endpoint"] = settings.blob_endpoint
        if settings.blob_access_key:
            config["access_key_id"] = settings.blob_access_key
            config["secret_access_key"] = settings.blob_secret_key
        client: ClientConfig = {
            "connect_timeout": _CONNECT,
            "read_timeout": _READ,
            "timeout": _WHOLE,
            "allow_http": settings.blob_endpoint.startswith("http://"),
        }
        prefix = "/".join(part for part in (url.path.strip("/"), area) if part)
        self._store = S3Store(url.netloc, prefix=prefix, config=config, client_options=client, retry_config=_RETRIES)

    async def put(self, task_id: str, name: str, path: Path) -> None:
        """Keeps a copy of a local file."""
        with _asking():
            await self._store.put_async(f"{task_id}/{name}", path)

    async def get(self, task_id: str, name: str, first: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of an object, or a part of them.

        Raises:
            FileNotFoundError: there is none.

        """
        if length == 0:
            return
        with _asking():
            options: Any = None
            if first or length is not None:
                options = {"range": {"offset": first} if length is None else (first, first + length)}
            found = await self._store.get_async(f"{task_id}/{name}", options=options)
            async for chunk in found.stream(_CHUNK_BYTES):
                yield bytes(chunk)

    async def find(self, task_id: str, name: str) -> Blob | None:
        """The object, if it is there."""
        try:
            with _asking():
                facts = await self._store.head_async(f"{task_id}/{name}")
        except FileNotFoundError:
            return None
        return Blob(facts["size"], facts["e_tag"] or f'"{facts["size"]:x}"')

    async def objects(self, task_id: str) -> dict[str, datetime]:
        """The names of a task's objects in their order, and when each was made."""
        found = dict[str, datetime]()
        with _asking():
            async for some in self._store.list(f"{task_id}/"):
                found |= {each["path"].rpartition("/")[2]: each["last_modified"] for each in some}
        return dict(sorted(found.items()))

    async def delete(self, task_id: str) -> None:
        """Removes all objects of a task."""
        names = await self.objects(task_id)
        if names:
            with _asking():
                await self._store.delete_async([f"{task_id}/{name}" for name in names])

    async def task_ids(self) -> list[str]:
        """All tasks that have objects."""
        with _asking():
            found = await self._store.list_with_delimiter_async()
        return sorted(prefix.strip("/").rpartition("/")[2] for prefix in found["common_prefixes"])


@contextmanager
def _asking() -> Iterator[None]:
    """Errors of the client in our words."""
    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(str(error).splitlines()[0]) from error
    except BaseError as error:
        raise BlobsAwayError(str(error).splitlines()[0]) from error


class S3Blobs:
    """Reports in a bucket. What must be read as a local file is copied to `cache`, which has a bound."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = Bucket(settings, "reports")
        self._cache = settings.data_dir / "cache"
        self._most_bytes = settings.blob_cache_mb * 1_000_000
        shutil.rmtree(self._cache, ignore_errors=True)
        self._cache.mkdir(parents=True)

    async def adopt(self, task_id: str, folder: Path) -> None:
        """Copies the files to the bucket, and removes the folder."""
        await asyncio.gather(*(self._bucket.put(task_id, file.name, file) for file in folder.iterdir()))
        await asyncio.to_thread(shutil.rmtree, folder)

    async def find(self, task_id: str, name: str) -> Blob | None:
        """The file, if it is there."""
        return await self._bucket.find(task_id, name)

    def read(self, task_id: str, name: str, first: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file, or a part of them."""
        return self._bucket.get(task_id, name, first, length)

    async def local(self, task_id: str, name: str) -> Path:
        """A copy on this machine, made when it is first asked for."""
        path = self._cache / task_id / name
        path.parent.mkdir(exist_ok=True)
        path.parent.touch()
        if not path.exists():
            await self._copy(task_id, path)
            await asyncio.to_thread(self._trim, path.parent)
        return path

    async def folder(self, task_id: str) -> Path:
        """A folder on this machine with all files that can be asked about."""
        for name in await self.names(task_id):
            if name == "report.json" or name.endswith(".parquet"):
                await self.local(task_id, name)
        return self._cache / task_id

    async def names(self, task_id: str) -> list[str]:
        """The files of a task."""
        return list(await self._bucket.objects(task_id))

    async def delete(self, task_id: str) -> None:
        """Removes all files of a task."""
        await self._bucket.delete(task_id)
        await asyncio.to_thread(shutil.rmtree, self._cache / task_id, ignore_errors=True)

    async def task_ids(self) -> list[str]:
        """All tasks that have files."""
        return await self._bucket.task_ids()

    async def _copy(self, task_id: str, path: Path) -> None:
        partial = path.with_name(f".{uuid4().hex}")
        try:
            with partial.open("wb") as file:
                async for chunk in self._bucket.get(task_id, path.name):
                    await asyncio.to_thread(file.write, chunk)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def _trim(self, keep: Path) -> None:
        """Removes the copies that nobody asked for the longest, until the rest is small enough."""
        folders = sorted((folder for folder in self._cache.iterdir() if folder != keep), key=_used)
        sizes = {folder: sum(file.stat().st_size for file in folder.iterdir()) for folder in [*folders, keep]}
        total = sum(sizes.values())
        for folder in folders:
            if total <= self._most_bytes:
                return
            shutil.rmtree(folder, ignore_errors=True)
            total -= sizes[folder]


def _used(folder: Path) -> float:
    return folder.stat().st_mtime

"""Finished files, in each store that they may be in."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.blobs.base import BlobsAwayError, BlobStore
from pcap_analyzer.web.storage.blobs.filesystem import FilesystemBlobs

LARGE = bytes(range(256)) * 50_000


@pytest.fixture(params=["files", "s3"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], BlobStore]:
    if request.param == "files":
        return lambda: FilesystemBlobs(tmp_path / "reports")
    settings: Settings = request.getfixturevalue("shared_settings")
    from pcap_analyzer.web.storage.blobs.s3 import S3Blobs

    own = settings.model_copy(update={"blob_url": f"{settings.blob_url}/{tmp_path.name}"})
    return lambda: S3Blobs(own)


def folder(tmp_path: Path, **files: bytes) -> Path:
    path = tmp_path / "made"
    path.mkdir()
    for name, content in files.items():
        (path / name.replace("_", ".")).write_bytes(content)
    return path


async def whole(blobs: BlobStore, name: str, *part: Any) -> bytes:
    return b"".join([chunk async for chunk in blobs.read("task", name, *part)])


def run(doing: Coroutine[Any, Any, None]) -> None:
    asyncio.run(doing)


def test_files_come_back_whole_and_in_parts(make: Callable[[], BlobStore], tmp_path: Path) -> None:
    async def check() -> None:
        blobs, made = make(), folder(tmp_path, report_json=b"{}", flows_parquet=LARGE, empty_txt=b"")
        await blobs.adopt("task", made)
        assert not made.exists()
        assert sorted(await blobs.names("task")) == ["empty.txt", "flows.parquet", "report.json"]
        assert await whole(blobs, "flows.parquet") == LARGE
        assert await whole(blobs, "flows.parquet", 1_000_000, 3_000_000) == LARGE[1_000_000:4_000_000]
        assert await whole(blobs, "flows.parquet", len(LARGE) - 5) == LARGE[-5:]
        assert await whole(blobs, "empty.txt", 0, 0) == b""
        found = await blobs.find("task", "flows.parquet")
        assert found is not None
        assert found.size_bytes == len(LARGE)
        assert found.etag.startswith('"')
        assert await blobs.find("task", "other") is None
        assert await blobs.find("other", "report.json") is None

    run(check())


def test_what_comes_later_stays_beside_what_was_there(make: Callable[[], BlobStore], tmp_path: Path) -> None:
    async def check() -> None:
        blobs = make()
        await blobs.adopt("task", folder(tmp_path, report_json=b"1", a_txt=b"a"))
        before = await blobs.find("task", "report.json")
        await blobs.adopt("task", folder(tmp_path, report_json=b"22", b_txt=b"b"))
        after = await blobs.find("task", "report.json")
        assert sorted(await blobs.names("task")) == ["a.txt", "b.txt", "report.json"]
        assert await whole(blobs, "report.json") == b"22"
        assert before is not None
        assert after is not None
        assert before.etag != after.etag

    run(check())


def test_tables_can_be_read_as_files(make: Callable[[], BlobStore], tmp_path: Path) -> None:
    async def check() -> None:
        blobs = make()
        await blobs.adopt("task", folder(tmp_path, report_json=b"{}", flows_parquet=LARGE))
        assert (await blobs.local("task", "flows.parquet")).read_bytes() == LARGE
        place = await blobs.folder("task")
        assert sorted(path.name for path in place.iterdir()) == ["flows.parquet", "report.json"]

    run(check())


def test_what_is_deleted_is_gone(make: Callable[[], BlobStore], tmp_path: Path) -> None:
    async def check() -> None:
        blobs = make()
        await blobs.adopt("task", folder(tmp_path, report_json=b"{}"))
        await blobs.folder("task")
        assert await blobs.task_ids() == ["task"]
        await blobs.delete("task")
        await blobs.delete("never")
        assert await blobs.task_ids() == []
        assert await blobs.names("task") == []
        with pytest.raises(FileNotFoundError):
            await whole(blobs, "report.json")

    run(check())


def test_local_copies_have_a_bound(shared_settings: Settings, tmp_path: Path) -> None:
    from pcap_analyzer.web.storage.blobs.s3 import S3Blobs

    async def check() -> None:
        blobs = S3Blobs(shared_settings.model_copy(update={"blob_cache_mb": 20}))
        for number in range(4):
            await blobs.adopt(f"t{number}", folder(tmp_path, flows_parquet=LARGE))
            await blobs.local(f"t{number}", "flows.parquet")
        kept = sorted(path.name for path in (tmp_path / "cache").iterdir())
        assert kept == ["t3"], "each has 12.8 MB"
        assert (await blobs.local("t0", "flows.parquet")).read_bytes() == LARGE

    run(check())


def test_a_store_that_lets_nobody_in_is_away(shared_settings: Settings) -> None:
    from pcap_analyzer.web.storage.blobs.s3 import S3Blobs

    async def check() -> None:
        blobs = S3Blobs(shared_settings.model_copy(update={"blob_url": "s3://no-such-bucket/x"}))
        with pytest.raises(BlobsAwayError):
            await blobs.task_ids()

    run(check())

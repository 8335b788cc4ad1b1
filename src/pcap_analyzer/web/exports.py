"""The tables of a report as CSV and Parquet, one by one or all in a zip."""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from fastapi.responses import Response, StreamingResponse

from pcap_analyzer.database import connect, quote_text
from pcap_analyzer.render import files
from pcap_analyzer.settings import SQL_THREADS
from pcap_analyzer.tables import Row, Tables

from .files import attachment
from .storage.blobs.base import BlobStore

_CHUNK_BYTES = 1 << 20


async def csv_of(blobs: BlobStore, task_id: str, table: str, name: str) -> Response:
    """One table as CSV, made while it is sent."""
    path = await blobs.local(task_id, f"{table}.parquet")
    headers = {"Content-Disposition": attachment(name)}
    return StreamingResponse(_csv(path), media_type="text/csv; charset=utf-8", headers=headers)


async def bundle(blobs: BlobStore, task_id: str, tables: list[str], kind: str, name: str) -> Response:
    """All tables in a zip."""
    paths = [await blobs.local(task_id, f"{table}.parquet") for table in tables]
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 – closed when it is sent
    await asyncio.to_thread(_zip, file, paths, kind)
    headers = {"Content-Disposition": attachment(name), "Content-Length": str(file.tell())}
    return StreamingResponse(_read(file), media_type="application/zip", headers=headers)


async def page_of(
    blobs: BlobStore, task_id: str, table: str, where: str, values: Mapping[str, object], limit: int, offset: int
) -> dict[str, Any]:
    """Some rows of a table. `where` is SQL of ours, and what clients sent is in `values`."""
    path = await blobs.local(task_id, f"{table}.parquet")
    total, rows = await asyncio.to_thread(_page, path, where, values, limit, offset)
    return {"total": total, "limit": limit, "offset": offset, "rows": rows}


def _page(path: Path, where: str, values: Mapping[str, object], limit: int, offset: int) -> tuple[int, list[Row]]:
    with connect(writable=path.parent, threads=SQL_THREADS) as connection:
        tables = Tables(connection)
        source = f"FROM read_parquet({quote_text(str(path))}) WHERE {where}"
        unsorted = source.partition(" ORDER BY ")[0]
        (counted,) = tables.rows(f"SELECT count(*) AS total {unsorted}", **values)
        return counted["total"], tables.rows(f"SELECT * {source} LIMIT {limit} OFFSET {offset}", **values)


def _zip(file: IO[bytes], paths: list[Path], kind: str) -> None:
    # Parquet is compressed by itself.
    method = zipfile.ZIP_DEFLATED if kind == "csv" else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as archive:
        for path in paths:
            if kind == "parquet":
                archive.write(path, path.name)
                continue
            with archive.open(f"{path.stem}.csv", "w") as member:
                for text in _csv(path):
                    member.write(text.encode())


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


def _csv(path: Path) -> Iterator[str]:
    connection = connect(writable=path.parent, threads=SQL_THREADS)
    try:
        yield from files.csv(connection, f"SELECT * FROM read_parquet({quote_text(str(path))})")  # noqa: S608
    finally:
        connection.close()

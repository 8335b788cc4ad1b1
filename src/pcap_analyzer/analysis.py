"""One analysis: a capture read by the core, its tables in DuckDB."""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from . import _core
from .database import connect_to
from .errors import SettingError, UnreadableCaptureError, describe_os_error
from .selection import Selection
from .settings import MEMORY_BYTES
from .tables import Row, Tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from ._core import ProgressCallback
    from .findings._run import Options
    from .verdict import Diagnosis

Source = str | os.PathLike[str]

_ALL = Selection()


def carve_frames(
    sources: Sequence[Source], frames: Mapping[int, str], output: Path, *, progress: "ProgressCallback | None" = None
) -> tuple[int, int]:
    """Copies frames of a capture, each with what to say about it, into a pcapng file, as they are and in their order.

    Several `sources` are one capture, as for `analyze`.
    Gives how many were written, and how many were left out since pcapng has no number for how they begin.

    Raises:
        UnreadableCaptureError: nothing could be read.

    """
    try:
        return _core.carve(sources, list(frames.items()), output, progress=progress)
    except (_core.CaptureError, OSError) as error:
        raise _translated(error, [os.fspath(source) for source in sources]) from error


def _translated(error: BaseException, names: list[str]) -> BaseException:
    """`error` as one of ours where it says that nothing could be read."""
    name = " + ".join("standard input" if name == "-" else name for name in names)
    if isinstance(error, _core.CaptureError):
        # The core begins with the source, of several captures the one that it could not read.
        line = str(error)
        return UnreadableCaptureError(f"standard input{line[1:]}" if line.startswith("-:") else line)
    if isinstance(error, ValueError):
        return SettingError(str(error))
    if isinstance(error, OSError):
        return UnreadableCaptureError(describe_os_error(error, str(error.filename or name)))
    return error


def _read(
    names: Sequence[str], selection: Selection, memory_bytes: int, spill_directory: str | None, **options: Any
) -> _core.Tables:
    try:
        return _core.analyze(
            names,
            memory_bytes=memory_bytes,
            spill_directory=spill_directory,
            matching=selection.filter,
            since=selection.since,
            until=selection.until,
            **options,
        )
    except BaseException as error:
        raise _translated(error, list(names)) from error


class Analysis:
    """The tables of one analysis. Close it, or use it in a `with`, to remove what it spilled to disk."""

    def __init__(
        self,
        core: _core.Tables,
        sources: Sequence[str],
        *,
        read_ns: int = 0,
        memory_bytes: int = MEMORY_BYTES,
        selection: Selection = _ALL,
        spill: "tempfile.TemporaryDirectory[str] | None" = None,
        writable: Path | None = None,
    ) -> None:
        self.sources = tuple(sources)
        self.read_ns = read_ns
        self.memory_bytes = memory_bytes
        self.selection = selection
        self._core = core
        self._spill = spill
        self._writable = writable

    @classmethod
    def read(
        cls,
        *sources: Source,
        memory_bytes: int = MEMORY_BYTES,
        on_demand: Sequence[str] = (),
        progress: "ProgressCallback | None" = None,
        selection: Selection = _ALL,
        only: Sequence[str] = (),
        writable: Path | None = None,
    ) -> Self:
        """Reads a capture (`-` is standard input); several are merged into one in time order.

        Only frames of the `selection` are analysed. Tables that have a row for every packet are filled only when `on_demand`
        names them; where `only` names tables, the others may stay empty. SQL may write into the folder `writable`, and nowhere when there is none.

        Raises:
            UnreadableCaptureError: nothing could be read.
            SettingError: the selection's filter is none.

        """
        if not sources:
            raise TypeError("an analysis needs at least one capture")
        names = [os.fspath(source) for source in sources]
        spill = tempfile.TemporaryDirectory(prefix="pcap-analyzer-", ignore_cleanup_errors=True)
        started_ns = time.perf_counter_ns()
        try:
            core = _read(names, selection, memory_bytes, spill.name, on_demand=on_demand, progress=progress, only=only)
        except BaseException:
            spill.cleanup()
            raise
        read_ns = time.perf_counter_ns() - started_ns
        return cls(
            core,
            names,
            read_ns=read_ns,
            memory_bytes=memory_bytes,
            selection=selection,
            spill=spill,
            writable=writable,
        )

    @cached_property
    def connection(self) -> "DuckDBPyConnection":
        """The tables in DuckDB, closed off from everything else."""
        spill = Path(self._spill.name) / "sql" if self._spill else None
        connection = connect_to(self._core, spill, self._writable)
        del self._core  # what DuckDB has copied need not be held twice
        return connection

    @cached_property
    def tables(self) -> Tables:
        """The tables as findings and reports read them."""
        return Tables(self.connection)

    def diagnose(self, options: "Options | None" = None) -> "Diagnosis":
        """What is wrong, ranked, and the verdict that it comes to."""
        from .verdict import diagnose  # findings are many modules, and not every command needs them

        return diagnose(self.tables, options)

    def sql(self, query: str, **parameters: object) -> "DuckDBPyRelation":
        """`query` as a relation of DuckDB; see `Tables.sql`."""
        return self.tables.sql(query, **parameters)

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """All rows that `query` gives, by column name; see `Tables.rows`."""
        return self.tables.rows(query, **parameters)

    def read_segments(self, streams: Sequence[int], *, name: str) -> None:
        """Reads the capture once more for the segments of a few TCP connections, a table like `tcp_segments` called `name`.

        Raises:
            UnreadableCaptureError: it cannot be read any more.

        """
        self.connection.register(name, self._read_again("tcp_segments", streams))

    def read_packets(self, *, name: str) -> None:
        """Reads the capture once more for a table like `packets` called `name`.

        Raises:
            UnreadableCaptureError: it cannot be read any more.

        """
        self.connection.register(name, self._read_again("packets"))

    def _read_again(self, table: str, streams: Sequence[int] | None = None) -> _core.Table:
        core = _read(
            self.sources,
            self.selection,
            self.memory_bytes,
            self._spill.name if self._spill else None,
            on_demand=[table],
            only=[table],
            streams=streams,
        )
        return core.table(table)

    def close(self) -> None:
        """Lets go of the tables and removes what they spilled to disk."""
        if "connection" in self.__dict__:
            self.connection.close()
        if self._spill:
            self._spill.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


analyze = Analysis.read

"""The Rust core. What must look at every packet is behind this one door."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Self, TypedDict, final

__all__ = ["Analyzer", "CaptureError", "Table", "Tables", "__version__", "analyze", "carve", "catalogue"]

__version__: str

class CaptureError(Exception):
    """Nothing could be read: the text is one line that says what, where, and what to do."""

class ColumnSpec(TypedDict):
    name: str
    type: str
    nullable: bool
    unit: str
    sentence: str

class TableSpec(TypedDict):
    name: str
    sentence: str
    on_demand: bool
    columns: list[ColumnSpec]

@final
class Table:
    """One table, as an Arrow stream that can be asked for any number of times."""

    name: str
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any: ...

@final
class Tables:
    """All tables of an analysis. Tables on demand that were not asked for are there with no rows."""

    def names(self) -> list[str]: ...
    def table(self, name: str) -> Table: ...

# Bytes read, bytes in all (None when not known, as from a pipe), packets read.
ProgressCallback = Callable[[int, int | None, int], None]

def catalogue() -> list[TableSpec]:
    """Every table with its columns, units and sentences, in the order in which people want them."""

def analyze(
    sources: Sequence[str | PathLike[str]],
    *,
    memory_bytes: int = 512 << 20,
    on_demand: Sequence[str] = ...,
    spill_directory: str | None = None,
    progress: ProgressCallback | None = None,
    matching: str | None = None,
    since: tuple[int, bool] | None = None,
    until: tuple[int, bool] | None = None,
    only: Sequence[str] = ...,
    streams: Sequence[int] | None = None,
) -> Tables:
    """Reads files (`-` is standard input); several are merged into one capture in time order.

    `matching`, a filter in the words of tcpdump, and the moments `since` and `until` say which frames are analysed. A moment is a
    number of nanoseconds, and whether it counts from the first frame on or from 1970 UTC. Where `only` names tables, the
    others may stay empty; where `streams` is given, `tcp_segments` holds those alone.

    `progress` is called at most ten times a second. Ctrl-C and whatever `progress` raises end the run.

    Raises:
        CaptureError: a source is not a capture.
        OSError: a source cannot be opened or read.
        ValueError: `matching` is no filter; the text is one line that says why.

    """

def carve(
    sources: Sequence[str | PathLike[str]],
    frames: Sequence[tuple[int, str]],
    output: str | PathLike[str],
    *,
    progress: ProgressCallback | None = None,
) -> tuple[int, int]:
    """Copies frames of files, given as numbers with comments, into a pcapng file, as they are and in their order.

    Frames of several files are numbered as `analyze` numbers them: over all, in time order.

    Gives how many were written, and how many left out since pcapng has no number for how they begin.

    Raises:
        CaptureError: a source is not a capture.
        OSError: a file cannot be read or written.

    """

@final
class Analyzer:
    """The same, fed by the caller in chunks of any size: the result does not depend on the chunks."""

    def __new__(
        cls, *, memory_bytes: int = 512 << 20, on_demand: Sequence[str] = ..., spill_directory: str | None = None
    ) -> Self: ...
    @property
    def packets(self) -> int: ...
    @property
    def decompressed_bytes(self) -> int:
        """Bytes that came out of a compressed capture so far, 0 for one that is not compressed."""

    def feed(self, chunk: bytes) -> None: ...
    def finish(self) -> Tables: ...

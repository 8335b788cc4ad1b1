"""Where a result goes: standard output, or a file that is whole or not there."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..text import visible_lines


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; what is written there replaces `path` at the end, and leaves it alone after an error."""
    target = path.resolve()
    # In the same folder, since a file can be moved in one step only within a disk.
    folder = Path(tempfile.mkdtemp(prefix=".pcap-analyzer-", dir=target.parent))
    try:
        yield folder / target.name
        os.replace(folder / target.name, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_replaceable(path: Path) -> bool:
    """Whether `path` is a file or not there yet: a pipe or device is written to, never replaced."""
    return path.is_file() or not path.exists()


def write_text(chunks: Iterable[str], path: Path | None) -> None:
    """Writes `chunks` to a file or, without one, to standard output, where a terminal gets no control characters."""
    if path is None:
        _write_to_stdout(chunks)
    elif is_replaceable(path):
        with replacing(path) as new, new.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)


def _write_to_stdout(chunks: Iterable[str]) -> None:
    if sys.stdout.isatty():
        for chunk in chunks:
            sys.stdout.write(visible_lines(chunk))
        return
    sys.stdout.flush()
    # Always UTF-8, and no line end is changed on its way.
    for chunk in chunks:
        sys.stdout.buffer.write(chunk.encode())
    sys.stdout.buffer.flush()

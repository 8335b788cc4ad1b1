"""Where a result goes: standard output, or a file that is whole or not there."""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pcap_analyzer.i18n import say
from pcap_analyzer.text import visible_lines


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Makes errors tell what was written to, which those of a write do not, and those of a neighbour tell wrongly."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; what is written there replaces `path` at the end, and leaves it alone after an error."""
    target = path.resolve()
    # In the same folder, since a file can be moved in one step only within a disk.
    with _named(str(path)):
        folder = Path(tempfile.mkdtemp(prefix=".pcap-analyzer-", dir=target.parent))
    try:
        yield folder / target.name
        with _named(str(path)):
            (folder / target.name).replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_replaceable(path: Path) -> bool:
    """Whether `path` is a file or not there yet: a pipe or device is written to, never replaced."""
    return path.is_file() or not path.exists()


def write_text(chunks: Iterable[str], path: Path | None) -> None:
    """Writes `chunks` to a file or, without one, to standard output, where a terminal gets no control characters."""
    with _named(str(path or say("standard output"))):
        if path is None:
            _write_to_stdout(chunks)
        elif is_replaceable(path):
            with replacing(path) as new, new.open("w", encoding="utf-8", newline="") as file:
                file.writelines(chunks)
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(chunks)


def write_bytes(content: bytes) -> None:
    """Writes to standard output what no terminal can show."""
    with _named(say("standard output")):
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _write_to_stdout(chunks: Iterable[str]) -> None:
    if sys.stdout.isatty():
        for chunk in chunks:
            sys.stdout.write(visible_lines(chunk))
        return
    sys.stdout.flush()
    # Always UTF-8, and no line end is changed on its way.
    for chunk in chunks:
        rest = memoryview(chunk.encode())
        while rest:
            # With PYTHONUNBUFFERED this is the bare file, which may take a part and say so only here.
            rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()

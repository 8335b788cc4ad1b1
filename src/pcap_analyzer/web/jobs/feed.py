"""A capture file that may still be growing, as a worker reads it."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Large enough that system calls cost nothing, small enough for the processor's cache.
_CHUNK_BYTES = 256 << 10
# In less time than this nothing can be said about how fast bytes come.
_JUDGED_S = 0.5


class AbandonedError(Exception):
    """The rest of the capture is not worth waiting for now."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How much of a capture is there, in how many seconds the rest will be (None: nobody knows), and whether none will come."""

    size_bytes: int
    left_s: float | None
    ended: bool


class Feed:
    """Yields the bytes of `path` as far as it has grown, and waits for more until it is complete."""

    def __init__(self, path: Path, size_bytes: int, *, complete: bool, expected_bytes: int | None = None) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._complete = complete
        self._expected_bytes = expected_bytes
        self._began = time.monotonic(), size_bytes
        self._abandoned = False
        self._changed = threading.Condition()

    def grow(self, size_bytes: int, *, complete: bool = False) -> None:
        """There are so many bytes now."""
        with self._changed:
            self._size_bytes, self._complete = size_bytes, complete
            self._changed.notify()

    def abandon(self) -> None:
        """No more bytes will come."""
        with self._changed:
            self._abandoned = True
            self._changed.notify()

    def arrival(self) -> Arrival:
        """How the capture arrives, as far as is known now."""
        with self._changed:
            size_bytes, ended = self._size_bytes, self._complete or self._abandoned
        began, began_bytes = self._began
        elapsed_s, arrived_bytes = time.monotonic() - began, size_bytes - began_bytes
        if self._expected_bytes is None or elapsed_s < _JUDGED_S or arrived_bytes <= 0:
            return Arrival(size_bytes, None, ended)
        return Arrival(size_bytes, (self._expected_bytes - size_bytes) * elapsed_s / arrived_bytes, ended)

    def __iter__(self) -> Iterator[bytes]:
        """Raises AbandonedError when the upload was given up or is too slow."""
        position = 0
        with self._path.open("rb", buffering=0) as file:
            while (size_bytes := self._wait_beyond(position)) > position:
                chunk = file.read(min(_CHUNK_BYTES, size_bytes - position))
                if not chunk:
                    raise OSError(f"{self._path.name} is shorter than {size_bytes} bytes")
                position += len(chunk)
                yield chunk

    def _wait_beyond(self, position: int) -> int:
        """The size of the file once it is larger than `position` or will not grow any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned or self._complete or self._size_bytes > position)
            if self._abandoned:
                raise AbandonedError
            return self._size_bytes

"""A capture file that may still be growing, as a worker reads it."""

import threading
from collections.abc import Iterator
from pathlib import Path

# Large enough that system calls cost nothing, small enough for the processor's cache.
_CHUNK_BYTES = 256 << 10


class AbandonedError(Exception):
    """The rest of the capture is not worth waiting for now."""


class Feed:
    """Yields the bytes of `path` as far as it has grown, and waits for more until it is complete."""

    def __init__(self, path: Path, size_bytes: int, *, complete: bool) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._complete = complete
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

"""Takes the bytes of a capture out of a request, as they arrive."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from pcap_analyzer.web.errors import Problem

# What a form adds around a file.
FORM_BYTES = 64 << 10

# `curl --data-binary` calls everything a form unless told otherwise.
_RAW = re.compile(
    r"^(application/(octet-stream|gzip|x-gzip|zstd|x-lz4|x-www-form-urlencoded|(x-|vnd\.tcpdump\.)?pcap(ng)?)|binary/.*)?$"
)
_BOUNDARY = re.compile(r';\s*boundary="?([^";,]{1,70})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A capture on its way: what its sender calls it, and its bytes."""

    name: str
    chunks: AsyncIterator[bytes]


async def incoming(request: Request) -> Incoming:
    """The capture in a request: the part `file` of a form, or the whole body."""
    media_type = request.headers.get("content-type", "").strip()
    if media_type.lower().startswith("multipart/form-data"):
        boundary = _BOUNDARY.search(media_type)
        if not boundary:
            raise Problem(400, "wrong_form", "The form has no boundary.")
        form = _Form(request, boundary[1])
        return Incoming(await form.begin(), form.file())
    if not _RAW.match(media_type.partition(";")[0].strip().lower()):
        raise Problem(
            415,
            "wrong_media_type",
            f"A body of type {media_type} is not taken.",
            "Send a form (multipart/form-data) with the field `file`, or the capture as application/octet-stream.",
        )
    return Incoming(request.query_params.get("name", "capture"), request.stream())


def content_length(request: Request) -> int | None:
    """How long the body says to be."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else None


class _Form:
    """A form with one file in it. Small parts before the file are passed over."""

    def __init__(self, request: Request, boundary: str) -> None:
        self._body = request.stream()
        self._parser = PushMultipartParser(boundary, max_header_size=4096, max_header_count=8, max_segment_count=16)
        self._held: list[bytes] = []
        self._in_file = False
        self._found = False
        self._name = ""

    async def begin(self) -> str:
        """Reads up to the file, and gives its name."""
        async for chunk in self._body:
            self._held += self._parse(chunk)
            if self._found:
                return self._name
        raise Problem(
            400, "no_file", "The form has no field `file` with a file in it.", 'For example: curl -F "file=@a.pcap"'
        )

    async def file(self) -> AsyncIterator[bytes]:
        """The bytes of the file, to the end of the form."""
        for data in self._held:
            yield data
        self._held = []
        async for chunk in self._body:
            for data in self._parse(chunk):
                yield data
        try:
            self._parser.close()
        except MultipartError as error:
            raise Problem(400, "wrong_form", "The form ends in the middle.") from error

    def _parse(self, chunk: bytes) -> list[bytes]:
        """The parts of `chunk` that belong to the file."""
        if not chunk:
            return []
        found: list[bytes] = []
        try:
            for event in self._parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    self._open(event)
                elif event and self._in_file:
                    found.append(event)
        except MultipartError as error:
            raise Problem(400, "wrong_form", f"The form is malformed: {error}.") from error
        return found

    def _open(self, segment: MultipartSegment) -> None:
        self._in_file = segment.name == "file"
        if not self._in_file:
            return
        if self._found:
            raise Problem(400, "several_files", "The form has more than one file.", "Send each capture by itself.")
        self._found, self._name = True, segment.filename or "capture"

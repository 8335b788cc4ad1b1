"""Stored files as answers: unchanged ones are not sent again, parts are sent when asked for, and text goes compressed."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from .errors import Problem
from .storage.blobs.base import Blob, BlobStore

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored file, what it is, and how it is called where it is saved."""

    name: str
    media_type: str
    download_name: str | None = None


async def send_blob(request: Request, blobs: BlobStore, task_id: str, sent: Sent) -> Response:
    """The file, or the part of it that is asked for."""
    blob = await blobs.find(task_id, sent.name)
    if blob is None:
        raise Problem(404, "unknown_file", "The report does not have this file.")
    wanted = request.headers.get("range")
    headers = {"Cache-Control": "private, no-cache", "Accept-Ranges": "bytes", "Vary": "Accept-Encoding"}
    if sent.download_name:
        headers["Content-Disposition"] = attachment(sent.download_name)
    name, etag = sent.name, blob.etag
    if not wanted and "gzip" in request.headers.get("accept-encoding", ""):
        packed = await blobs.find(task_id, f"{name}.gz")
        if packed:
            name, blob, etag = f"{name}.gz", packed, f'{etag[:-1]}-gzip"'
            headers["Content-Encoding"] = "gzip"
    headers["ETag"] = etag
    if etag in (tag.strip() for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    first, length = 0, blob.size_bytes
    status = 200
    if wanted and request.headers.get("if-range", etag) == etag and (part := _part(wanted, blob)):
        first, length = part
        status = 206
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{blob.size_bytes}"
    headers["Content-Length"] = str(length)
    chunks = blobs.read(task_id, name, first, length)
    return StreamingResponse(chunks, status, headers, sent.media_type)


def _part(wanted: str, blob: Blob) -> tuple[int, int] | None:
    """First byte and length of a range (RFC 9110, section 14); None for what may be ignored."""
    match = _RANGE.fullmatch(wanted.replace(" ", ""))
    if not match or not any(match.groups()):
        return None
    start, end = match.groups()
    # More digits than any file has bytes are as good as the end.
    first = int(start[:18]) if start else max(0, blob.size_bytes - int(end[:18]))
    last = min(int(end[:18]), blob.size_bytes - 1) if start and end else blob.size_bytes - 1
    if start and end and int(end[:18]) < first:
        return None
    if first >= blob.size_bytes:
        raise Problem(416, "wrong_range", f"The file has {blob.size_bytes:,} bytes.")
    return first, last - first + 1


def attachment(name: str) -> str:
    """The header that names a download (RFC 6266), whatever characters the name has."""
    plain = re.sub(r"[^\w.+ -]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"

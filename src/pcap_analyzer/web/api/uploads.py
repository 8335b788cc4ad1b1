"""Uploads that can pause: the tus 1.0 core protocol with creation, expiration and termination (https://tus.io)."""

import base64
import binascii
import uuid
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, TaskDep
from pcap_analyzer.web.errors import Problem, not_found, responses
from pcap_analyzer.web.service import Service
from pcap_analyzer.web.task import Task
from pcap_analyzer.web.uploads.checks import check_name, clean_name
from pcap_analyzer.web.uploads.intake import new_task

from .upload import TaskIdHeader, limit_upload_rate

router = APIRouter(tags=["resumable uploads"])

_VERSION = "1.0.0"
_OFFSET_TYPE = "application/offset+octet-stream"
_BODY = {
    "requestBody": {"required": True, "content": {_OFFSET_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}

TusVersion = Annotated[str, Header(alias="Tus-Resumable", description="Always 1.0.0.")]
# No file has more bytes than an offset of 63 bits can tell.
Count = Annotated[int, Header(ge=0, lt=1 << 63)]


@router.options("/uploads", status_code=204)
async def options(service: ServiceDep) -> Response:
    """What this server can do."""
    return _answer(
        204,
        {
            "Tus-Version": _VERSION,
            "Tus-Max-Size": str(service.settings.max_upload_bytes),
            "Tus-Extension": "creation,expiration,termination",
        },
    )


@router.post("/uploads", status_code=201, responses=responses(400, 401, 403, 409, 412, 413, 429))
async def create(
    request: Request,
    service: ServiceDep,
    principal: PrincipalDep,
    upload_length: Annotated[int, Header(ge=0, lt=1 << 63, description="How long the capture is, in bytes.")],
    tus_resumable: TusVersion,
    upload_metadata: Annotated[str, Header(max_length=4000, description="`filename` and its value in base64.")] = "",
    task_id: TaskIdHeader = None,
) -> Response:
    """A new upload; its bytes follow by PATCH."""
    _check_version(tus_resumable)
    await limit_upload_rate(request, service, principal.user_id)
    service.intake.check_size(upload_length)
    service.intake.check_room(upload_length)
    await service.intake.check_queue()
    metadata = _metadata(upload_metadata)
    name = clean_name(metadata.get("filename", "capture"))
    check_name(name)
    keep = "keep_capture" in metadata
    task = new_task(str(task_id or uuid.uuid4()), name, principal.user_id, upload_length, keep=keep)
    await service.resumable.create(task)
    return _answer(201, {"Location": f"/uploads/{task.id}", **await _state(service, task, 0)})


@router.head("/uploads/{task_id}", responses=responses(401, 404, 412))
async def head(service: ServiceDep, task: TaskDep, tus_resumable: TusVersion) -> Response:
    """How many bytes have arrived."""
    _check_version(tus_resumable)
    _check_resumable(task)
    length = {"Upload-Length": str(task.expected_bytes)}
    return _answer(200, length | await _state(service, task, await service.resumable.offset(task)))


@router.patch(
    "/uploads/{task_id}",
    status_code=204,
    openapi_extra=_BODY,
    responses=responses(400, 401, 403, 404, 408, 409, 412, 413, 415),
)
async def patch(
    request: Request, service: ServiceDep, task: TaskDep, upload_offset: Count, tus_resumable: TusVersion
) -> Response:
    """The next bytes. The analysis runs along with them, and ends when the last one is there."""
    _check_version(tus_resumable)
    _check_resumable(task)
    if request.headers.get("content-type") != _OFFSET_TYPE:
        raise Problem(415, "wrong_media_type", f"The body must be {_OFFSET_TYPE}.")
    offset = await service.resumable.append(task, upload_offset, request.stream())
    return _answer(204, await _state(service, task, offset))


@router.delete("/uploads/{task_id}", status_code=204, responses=responses(401, 403, 404, 409, 412))
async def terminate(service: ServiceDep, task: TaskDep, tus_resumable: TusVersion) -> Response:
    """Gives an upload up."""
    _check_version(tus_resumable)
    _check_resumable(task)
    if task.uploaded or task.status.is_final:
        raise Problem(409, "upload_ended", "This upload has ended.", f"POST /cancel/{task.id} ends its analysis.")
    await service.resumable.end(task)
    return _answer(204, {})


def _check_version(version: str) -> None:
    if version != _VERSION:
        raise Problem(412, "wrong_tus_version", f"Only tus {_VERSION} is spoken here.")


def _check_resumable(task: Task) -> None:
    if not task.resumable:
        raise not_found()


def _metadata(header: str) -> dict[str, str]:
    """Keys and their values: `filename d29ybGQ=,keep_capture`."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise Problem(400, "wrong_metadata", f"The value of {key!r} in Upload-Metadata is not base64.") from error
    return found


async def _state(service: Service, task: Task, offset: int) -> dict[str, str]:
    expires = format_datetime(await service.resumable.expires_at(task), usegmt=True)
    return {"Upload-Offset": str(offset), "Upload-Expires": expires, "X-Task-Id": task.id}


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": _VERSION, "Cache-Control": "no-store", **headers})

"""A capture in one request."""

import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request

from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.uploads.body import FORM_BYTES, content_length, incoming
from pcap_analyzer.web.uploads.checks import check_name, clean_name
from pcap_analyzer.web.uploads.intake import new_task

router = APIRouter(tags=["captures"])

_FILE = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}},
            "application/octet-stream": {"schema": _FILE},
        },
    }
}

TaskIdHeader = Annotated[
    UUID | None, Header(alias="X-Task-Id", description="An id for the task, chosen by the client.")
]


@router.post(
    "/upload", status_code=202, openapi_extra=_BODY, responses=responses(400, 401, 403, 408, 409, 413, 415, 429)
)
async def upload(
    request: Request,
    service: ServiceDep,
    principal: PrincipalDep,
    task_id: TaskIdHeader = None,
    name: Annotated[str, Query(description="The name of the file, for a raw body.", max_length=1000)] = "capture",
    keep_capture: Annotated[bool, Query(description="Keep the capture for KEEP_CAPTURES_HOURS.")] = False,
) -> dict[str, Any]:
    """Takes a capture as the field `file` of a form or as the body itself, and analyses it while it arrives."""
    intake = service.intake
    length = content_length(request)
    await limit_upload_rate(request, service, principal.user_id)
    intake.check_size(max(0, length - FORM_BYTES) if length else None)
    intake.check_room(length or 0)
    await intake.check_queue()
    capture = await incoming(request)
    file_name = clean_name(capture.name)
    check_name(file_name)
    task = new_task(str(task_id or uuid.uuid4()), file_name, principal.user_id, length, keep=keep_capture)
    task = await intake.upload(task, capture.chunks)
    (state,) = await service.jobs.states([task])
    return {key: state[key] for key in ("task_id", "status", "queue_position", "links")}


async def limit_upload_rate(request: Request, service: ServiceDep, user_id: str | None) -> None:
    """Refuses when one user, or without users one address, sends too many."""
    key = user_id or address(request) or ""
    if wait_s := await service.upload_limiter.wait_s(key):
        raise Problem(429, "too_many_uploads", "Too many uploads in a minute.", "Wait.", retry_after_s=wait_s)
    await service.upload_limiter.count(key)

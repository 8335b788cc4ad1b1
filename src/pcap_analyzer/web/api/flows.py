"""Looking closer: connections, their segments, and the packets that prove a finding."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from pcap_analyzer.web.deps import ServiceDep, TaskDep
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.exports import page_of
from pcap_analyzer.web.files import Sent, send_blob

from .report import arrival, check_there

router = APIRouter(tags=["reports"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]

_PACKETS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/vnd.tcpdump.pcap": {}}}}

# Columns by which connections can be put in order; the largest first.
Order = Literal["duration_ns", "first_time_ns", "client_wire_bytes", "server_wire_bytes", "client_packets"]


@router.get("/flows/{task_id}", responses=responses(401, 404, 409, 410))
async def flows(
    service: ServiceDep,
    task: TaskDep,
    search: Annotated[str, Query(max_length=200, description="Part of a client or server.")] = "",
    order: Annotated[Order, Query(description="The column to sort by, largest first.")] = "duration_ns",
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Connections as in the table `flows`, page by page."""
    check_there(task)
    await arrival(service, task, "flows.parquet")
    return await page_of(
        service.blobs,
        task.id,
        "flows",
        f"contains(lower(client || ' ' || server), lower($search)) ORDER BY {order} DESC, flow",
        {"search": search},
        limit,
        offset,
    )


@router.get("/flows/{task_id}/{stream}/segments", responses=responses(401, 404, 409, 410))
async def segments(
    service: ServiceDep,
    task: TaskDep,
    stream: Annotated[int, Path(ge=0, lt=1 << 31, description="The TCP stream, as in Wireshark.")],
    limit: Limit = 1000,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Segments of a connection that a finding names or that cost much time, as in the table `tcp_segments`."""
    check_there(task)
    await arrival(service, task, "tcp_segments.parquet")
    where = "stream = $stream ORDER BY frame_number"
    page = await page_of(service.blobs, task.id, "tcp_segments", where, {"stream": stream}, limit, offset)
    if not page["total"]:
        raise Problem(
            404,
            "no_segments",
            f"The segments of stream {stream} are not kept.",
            'Use the command line: pcap-analyzer query FILE "SELECT * FROM tcp_segments".',
        )
    return page


@router.get(
    "/evidence/{task_id}/{finding}",
    response_class=Response,
    responses=_PACKETS | responses(401, 404, 409, 410),
)
async def evidence(
    request: Request,
    service: ServiceDep,
    task: TaskDep,
    finding: Annotated[str, Path(max_length=200, pattern=r"^[\w.:-]+$", description="The id of a finding.")],
) -> Response:
    """The packets that prove a finding, as a pcapng file with comments."""
    check_there(task)
    name = f"evidence-{finding}.pcapng"
    await arrival(service, task, name)
    sent = Sent(name, "application/vnd.tcpdump.pcap", f"{task.file_name}-{finding}.pcapng")
    return await send_blob(request, service.blobs, task.id, sent)

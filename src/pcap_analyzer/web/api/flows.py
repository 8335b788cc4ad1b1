"""Looking closer: connections, their segments, and the packets that prove a finding."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from pcap_analyzer.web.deps import ServiceDep, ShownTaskDep
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.exports import page_of
from pcap_analyzer.web.files import Sent, send_blob
from pcap_analyzer.web.readers.asking import ask

from .report import Language, arrival, check_there

router = APIRouter(tags=["reports"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]

_PACKETS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/vnd.tcpdump.pcap": {}}}}

_SEARCH = (
    "Words that all must fit: `port:443`, `protocol:udp`, `stream:3`, `longer:1.5` (seconds), `bytes:1000000` (at least);"
    " any other is a part of a client or server."
)
# What a word of the filter asks for; its value is a parameter.
_WORDS = {
    "port": "TRY_CAST(${} AS BIGINT) IN (client_port, server_port)",
    "protocol": "protocol = lower(${})",
    "stream": "stream = TRY_CAST(${} AS BIGINT)",
    "longer": "duration_ns >= TRY_CAST(${} AS DOUBLE) * 1e9",
    "bytes": "client_wire_bytes + server_wire_bytes >= TRY_CAST(${} AS DOUBLE)",
}
_ANYTHING = "contains(lower(client || ' ' || server), lower(${}))"
# Columns by which connections can be put in order; the largest first.
Order = Literal["duration_ns", "first_time_ns", "client_wire_bytes", "server_wire_bytes", "client_packets"]


@router.get("/flows/{task_id}", responses=responses(401, 404, 409, 410))
async def flows(
    service: ServiceDep,
    task: ShownTaskDep,
    search: Annotated[str, Query(max_length=200, description=_SEARCH)] = "",
    order: Annotated[Order, Query(description="The column to sort by, largest first.")] = "duration_ns",
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Connections as in the table `flows`, page by page."""
    check_there(task)
    where, values = _condition(search)
    await arrival(service, task, "flows.parquet")
    return await page_of(
        service.blobs,
        task.id,
        "flows",
        f"{where} ORDER BY {order} DESC, flow",
        values,
        limit,
        offset,
    )


def _condition(search: str) -> tuple[str, dict[str, object]]:
    """A filter as a condition, and what was typed as its parameters."""
    conditions, values = ["true"], dict[str, object]()
    for number, word in enumerate(search.split()):
        name, colon, value = word.partition(":")
        known = colon and value and name.lower() in _WORDS
        parameter = f"word{number}"
        conditions.append((_WORDS[name.lower()] if known else _ANYTHING).replace("{}", parameter))
        values[parameter] = value if known else word
    return " AND ".join(conditions), values


@router.get("/flows/{task_id}/{stream}/segments", responses=responses(401, 404, 409, 410))
async def segments(
    service: ServiceDep,
    task: ShownTaskDep,
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
        raise _no_segments(stream)
    return page


def _no_segments(stream: int) -> Problem:
    return Problem(
        404,
        "no_segments",
        f"The segments of stream {stream} are not kept.",
        'Use the command line: pcap-analyzer query FILE "SELECT * FROM tcp_segments".',
    )


@router.get("/flows/{task_id}/{stream}/drawing", responses=responses(401, 404, 409, 410))
async def drawing(
    request: Request,
    service: ServiceDep,
    task: ShownTaskDep,
    stream: Annotated[int, Path(ge=0, lt=1 << 31, description="The TCP stream, as in Wireshark.")],
    language: Language = "en",
) -> dict[str, Any]:
    """A connection as the report draws it: figures, bytes over time, rates, ladder. HTML for pages with our style and script."""
    check_there(task)
    await arrival(service, task, "tcp_segments.parquet")
    answer = await ask(request, service, task.id, kind="drawing", stream=stream, language=language)
    if answer["html"] is None:
        raise _no_segments(stream)
    return answer


@router.get("/evidence/{task_id}", responses=responses(401, 404, 409, 410))
async def evidences(service: ServiceDep, task: ShownTaskDep) -> list[str]:
    """The ids of the findings whose packets are there."""
    check_there(task)
    names = await service.blobs.names(task.id)
    return [name[len("evidence-") : -len(".pcapng")] for name in names if name.startswith("evidence-")]


@router.get(
    "/evidence/{task_id}/{finding}",
    response_class=Response,
    responses=_PACKETS | responses(401, 404, 409, 410),
)
async def evidence(
    request: Request,
    service: ServiceDep,
    task: ShownTaskDep,
    finding: Annotated[str, Path(max_length=200, pattern=r"^[\w.:-]+$", description="The id of a finding.")],
) -> Response:
    """The packets that prove a finding, as a pcapng file with comments."""
    check_there(task)
    name = f"evidence-{finding}.pcapng"
    await arrival(service, task, name)
    sent = Sent(name, "application/vnd.tcpdump.pcap", f"{task.file_name}-{finding}.pcapng")
    return await send_blob(request, service.blobs, task.id, sent)

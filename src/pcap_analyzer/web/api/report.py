"""The report of a task, in the formats that people and programs want, and its end."""

import asyncio
from base64 import b64decode
from importlib.util import find_spec
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pcap_analyzer import _core
from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, ShownTaskDep, TaskDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.exports import bundle, csv_of
from pcap_analyzer.web.files import Sent, attachment, send_blob
from pcap_analyzer.web.readers.asking import ask
from pcap_analyzer.web.service import Service
from pcap_analyzer.web.task import Status, Task
from pcap_analyzer.web.tasks import page_name

router = APIRouter(tags=["reports"])

_POLL_S = 0.05

# html is what people get; programs say what they want.
Format = Literal["html", "json", "csv", "parquet", "pdf"]
Language = Annotated[Literal["en", "fr"], Query(description="The language of what people read.")]

_FORMATS = (
    "text/html",
    "application/json",
    "text/csv",
    "application/vnd.apache.parquet",
    "application/zip",
    "application/pdf",
)
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in _FORMATS}},
    206: {"description": "The range that was asked for."},
    304: {"description": "What the client has is current."},
}


@router.get("/report/{task_id}", response_class=Response, responses=_FILES | responses(401, 404, 409, 410, 416))
async def report(
    request: Request,
    service: ServiceDep,
    task: ShownTaskDep,
    format: Annotated[Format, Query(description="html, json, pdf, or tables as csv or parquet.")] = "html",  # noqa: A002
    language: Language = "en",
    table: Annotated[str | None, Query(max_length=100, description="One table; without it a zip of all.")] = None,
) -> Response:
    """The report of a completed task."""
    check_there(task)
    stem = task.file_name
    if format == "json":
        return await send_blob(request, service.blobs, task.id, Sent("report.json", "application/json", f"{stem}.json"))
    if format == "html":
        return await _page(request, service, task, page_name(language))
    if format == "pdf":
        return await _pdf(request, service, task, language)
    if table is None:
        return await bundle(service.blobs, task.id, await _tables(service, task), format, f"{stem}.{format}.zip")
    await _check_table(service, task, table)
    if format == "csv":
        return await csv_of(service.blobs, task.id, table, f"{stem}.{table}.csv")
    sent = Sent(f"{table}.parquet", "application/vnd.apache.parquet", f"{stem}.{table}.parquet")
    return await send_blob(request, service.blobs, task.id, sent)


def check_there(task: Task) -> None:
    """Refuses when there is no report, and says why."""
    if task.status is Status.COMPLETED:
        return
    if task.status is Status.EXPIRED:
        raise Problem(410, "expired", "This report was removed.", "Analyse the capture again to get it back.")
    if task.status.is_final:
        why = (task.error or {}).get("detail", "")
        raise Problem(409, "no_report", f"There is no report, the task is {task.status.value}. {why}".strip())
    raise Problem(409, "unfinished", "The analysis has not finished.", f"Follow /progress/{task.id}.", retry_after_s=1)


async def arrival(service: Service, task: Task, name: str) -> None:
    """Waits for a file that is made after the verdict; refuses when it will never come."""
    while await service.blobs.find(task.id, name) is None:
        if not await service.jobs.is_open(task.id):
            raise Problem(404, "unknown_file", "The report does not have this file.")
        await asyncio.sleep(_POLL_S)


async def _pdf(request: Request, service: Service, task: Task, language: str) -> Response:
    if find_spec("reportlab") is None:
        raise Problem(
            404, "no_pdf", "This service makes no PDF.", "It needs ReportLab: pip install 'pcap-analyzer[pdf]'."
        )
    found = await ask(request, service, task.id, kind="pdf", title=task.file_name, language=language)
    headers = {"Content-Disposition": attachment(f"{task.file_name}.pdf")}
    return Response(b64decode(found["pdf"]), media_type="application/pdf", headers=headers)


async def _page(request: Request, service: Service, task: Task, name: str) -> Response:
    await arrival(service, task, name)
    policy = b"".join([chunk async for chunk in service.blobs.read(task.id, "report.policy")]).decode()
    answer = await send_blob(request, service.blobs, task.id, Sent(name, "text/html; charset=utf-8"))
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return answer


async def _tables(service: Service, task: Task) -> list[str]:
    """The tables that the report came with."""
    await arrival(service, task, "flows.parquet")
    return [name.removesuffix(".parquet") for name in await service.blobs.names(task.id) if name.endswith(".parquet")]


async def _check_table(service: Service, task: Task, name: str) -> None:
    if name not in await _tables(service, task):
        known = ", ".join(table["name"] for table in _core.catalogue() if not table["on_demand"])
        raise Problem(404, "unknown_table", "There is no such table.", f"There are {known}.")


@router.delete("/report/{task_id}", status_code=204, responses=responses(401, 403, 404, 409, 410))
async def delete(request: Request, service: ServiceDep, principal: PrincipalDep, task: TaskDep) -> None:
    """Removes a report and whatever was kept of its capture; the task stays in the history as expired."""
    check_there(task)
    if await service.jobs.cancel(task.id):
        # Its tables may still be on their way.
        await service.jobs.settled(task.id)
    await service.tasks.update(task.id, status=Status.EXPIRED.value, capture_expires_at=None)
    await service.blobs.delete(task.id)
    await service.shares.remove_of(task.id)
    await service.captures.remove(task.id)
    await service.audit.note("delete_report", principal.name, address(request), task.id)

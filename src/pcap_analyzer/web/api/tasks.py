"""Tasks: what became of one, live and at rest; ending one; all of them."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from pcap_analyzer.web import views
from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, ShownTaskDep, TaskDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.progress import News
from pcap_analyzer.web.service import Service
from pcap_analyzer.web.task import Status, Task

router = APIRouter(tags=["tasks"])

_HEARTBEAT_S = 15.0
_RECONNECT_MS = 1000


@router.get("/status/{task_id}", responses=responses(401, 404))
async def status(service: ServiceDep, task: ShownTaskDep) -> dict[str, Any]:
    """A task as it is now."""
    (state,) = await service.jobs.states([task])
    return state


_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}},
    204: {"description": "All news are known."},
}


@router.get("/progress/{task_id}", response_class=StreamingResponse, responses=_STREAM | responses(401, 404))
async def progress(
    service: ServiceDep, task: TaskDep, last_event_id: Annotated[str, Header(alias="Last-Event-ID")] = ""
) -> Response:
    """News of a task as server-sent events, each its whole state, until it has ended."""
    after_id = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else 0
    if task.status.is_final and task.finished_at and after_id >= int(task.finished_at.timestamp() * 1e6):
        return Response(status_code=204)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-cache"}
    return StreamingResponse(_events(service, task, after_id), media_type="text/event-stream", headers=headers)


async def _events(service: Service, task: Task, after_id: int) -> AsyncIterator[str]:
    """The events of one client."""
    yield f"retry: {_RECONNECT_MS}\n\n"
    with service.metrics.sse_clients.track_inprogress():
        if not await service.progress.has_news(task.id):
            # What changed since the record was read is in the record by now.
            task = await service.tasks.get(task.id) or task
            news = service.progress.news(views.of_task(task), final=task.status.is_final)
            yield _event(news)
            if news.final:
                return
        async for following in service.progress.follow(task.id, after_id, _HEARTBEAT_S):
            if following:
                service.metrics.sse_delay.observe(following.age_s)
            yield _event(following) if following else ": alive\n\n"


def _event(news: News) -> str:
    return f"id: {news.id}\nevent: {'end' if news.final else 'progress'}\ndata: {news.data}\n\n"


@router.post("/cancel/{task_id}", status_code=202, responses=responses(401, 403, 404, 409))
async def cancel(request: Request, service: ServiceDep, principal: PrincipalDep, task: TaskDep) -> dict[str, Any]:
    """Ends a task that arrives, waits or runs; its capture is deleted."""
    if not task.status.is_final and await service.jobs.cancel(task.id):
        pass
    elif not task.status.is_final and task.resumable and not task.uploaded:
        await service.resumable.end(task)
    else:
        raise Problem(409, "task_ended", f"The task has ended already: {task.status.value}.")
    await service.audit.note("cancel", principal.name, address(request), task.id)
    return {"task_id": task.id, "status": Status.CANCELLED.value}


@router.get("/history", responses=responses(401))
async def history(
    service: ServiceDep,
    principal: PrincipalDep,
    search: Annotated[str, Query(max_length=200, description="Part of a file's name.")] = "",
    status: Annotated[Status | None, Query(description="Only tasks with this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> dict[str, Any]:
    """Tasks, newest first."""
    page = await service.tasks.history(principal.user_id, search, status, limit, offset)
    return {
        "total": page.total,
        "limit": limit,
        "offset": offset,
        "tasks": await service.jobs.states(page.tasks),
    }

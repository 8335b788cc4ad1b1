"""Questions in SQL about the tables of a report."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from pcap_analyzer.views import catalogue
from pcap_analyzer.web.deps import ServiceDep, ShownTaskDep
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.service import Service

from .report import arrival, check_there

router = APIRouter(tags=["reports"])


@router.get("/sql/{task_id}", responses=responses(400, 401, 404, 409, 410))
async def query(
    request: Request,
    service: ServiceDep,
    task: ShownTaskDep,
    query: Annotated[
        str, Query(min_length=1, max_length=20_000, description="One SELECT, as for the command `query`.")
    ],
    limit: Annotated[int, Query(ge=1, le=10_000, description="Rows at most.")] = 1000,
) -> Any:
    """Rows as text; NULL is null. Ends after SQL_TIMEOUT_S, and when the client goes away."""
    check_there(task)
    await arrival(service, task, "flows.parquet")
    return await ask(request, service, task.id, kind="sql", sql=query, limit=limit)


@router.get("/tables")
async def tables() -> list[dict[str, Any]]:
    """Every table that SQL can ask, with its columns, their units, and a sentence for each."""
    return [dict(table) for table in catalogue()]


async def ask(request: Request, service: Service, task_id: str, **question: Any) -> JSONResponse:
    """The answer of a reader process, which is ended when nobody waits for it any more."""
    folder = (await service.blobs.local(task_id, "report.json")).parent
    asking = asyncio.create_task(service.readers.ask(folder, **question))
    gone = asyncio.create_task(_until_gone(request))
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise Problem(400, "cancelled", "The question was withdrawn.")
        return JSONResponse(asking.result())
    finally:
        gone.cancel()
        asking.cancel()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

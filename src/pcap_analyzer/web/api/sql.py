"""Questions in SQL about the tables of a report."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pcap_analyzer.views import catalogue
from pcap_analyzer.web.deps import ServiceDep, ShownTaskDep
from pcap_analyzer.web.errors import responses
from pcap_analyzer.web.readers.asking import ask

from .report import Language, arrival, check_there

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
    language: Language = "en",
) -> dict[str, Any]:
    """Rows as text; NULL is null. Ends after SQL_TIMEOUT_S, and when the client goes away."""
    check_there(task)
    await arrival(service, task, "flows.parquet")
    return await ask(request, service, task.id, kind="sql", sql=query, limit=limit, language=language)


@router.get("/tables")
async def tables() -> list[dict[str, Any]]:
    """Every table that SQL can ask, with its columns, their units, and a sentence for each."""
    return [dict(table) for table in catalogue()]

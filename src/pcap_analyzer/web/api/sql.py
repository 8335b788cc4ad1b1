"""Questions in SQL about the tables of a report."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pcap_analyzer.i18n import speaking, translated
from pcap_analyzer.views import catalogue
from pcap_analyzer.web.deps import ServiceDep, ShownTaskDep
from pcap_analyzer.web.errors import responses
from pcap_analyzer.web.files import attachment
from pcap_analyzer.web.readers.asking import ask

from .report import Language, arrival, check_there

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec

router = APIRouter(tags=["reports"])

_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


@router.get("/sql/{task_id}", responses=_CSV | responses(400, 401, 404, 409, 410))
async def query(
    request: Request,
    service: ServiceDep,
    task: ShownTaskDep,
    query: Annotated[
        str, Query(min_length=1, max_length=20_000, description="One SELECT, as for the command `query`.")
    ],
    limit: Annotated[int, Query(ge=1, le=10_000, description="Rows at most.")] = 1000,
    format: Annotated[Literal["json", "csv"], Query(description="json, or csv to save.")] = "json",  # noqa: A002
    language: Language = "en",
) -> Any:
    """Rows as text; NULL is null. Ends after SQL_TIMEOUT_S, and when the client goes away."""
    check_there(task)
    await arrival(service, task, "flows.parquet")
    kind = "sql" if format == "json" else "csv"
    answer = await ask(request, service, task.id, kind=kind, sql=query, limit=limit, language=language)
    if format == "json":
        return answer
    headers = {"Content-Disposition": attachment(f"{task.file_name}.query.csv")}
    return Response(answer["csv"], media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/tables")
async def tables(language: Language = "en") -> list[dict[str, Any]]:
    """Every table that SQL can ask, with its columns, their units, and a sentence for each."""
    with speaking(language):
        return [_told(table) for table in catalogue()]


def _told(table: "TableSpec") -> dict[str, Any]:
    columns = [{**column, "sentence": translated(column["sentence"])} for column in table["columns"]]
    return {**table, "sentence": translated(table["sentence"]), "columns": columns}

"""The pages and what they load. Their text is made in the browser, in its language, from what the API says."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from pcap_analyzer import render

_STATIC = Path(__file__).parent / "static"
# Colours, type and the parts that the pages share with the report.
_SHARED = Path(render.__path__[0]) / "static"

router = APIRouter(include_in_schema=False)


class _Revalidated(StaticFiles):
    """Files that browsers keep and ask about: a new version of the service is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, or that it has not changed."""
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-cache"
        return answer


@router.get("/")
@router.get("/tasks/{task_id}")
async def index() -> FileResponse:
    """Upload, progress and history."""
    return FileResponse(_STATIC / "index.html")


@router.get("/explore/{task_id}")
@router.get("/explore/{task_id}/{view:path}")
async def explore() -> FileResponse:
    """A report: read, its connections, SQL, links that share it."""
    return FileResponse(_STATIC / "explore.html")


@router.get("/settings")
async def settings() -> FileResponse:
    """What applies here."""
    return FileResponse(_STATIC / "settings.html")


@router.get("/login")
async def login() -> FileResponse:
    """A name and a password."""
    return FileResponse(_STATIC / "login.html")


@router.get("/docs")
async def documentation() -> FileResponse:
    """The API, from its OpenAPI document."""
    return FileResponse(_STATIC / "docs.html")


def install(app: FastAPI) -> None:
    """Adds pages and their files to the application."""
    app.include_router(router)
    app.mount("/static/ui", _Revalidated(directory=_STATIC))
    app.mount("/static/shared", _Revalidated(directory=_SHARED))

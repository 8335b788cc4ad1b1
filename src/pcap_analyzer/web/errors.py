"""Refusals as problem documents (RFC 9457): what is wrong, why, and what to do."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from .storage.blobs.base import BlobsAwayError

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that is not served. `name` never changes; `advice` is what the client can do about it."""

    def __init__(
        self, status: int, name: str, detail: str, advice: str = "", *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.advice = advice
        self.retry_after_s = retry_after_s

    def document(self) -> dict[str, Any]:
        """The problem document."""
        document = {
            "type": f"urn:pcap-analyzer:problem:{self.name}",
            "title": self.name.replace("_", " "),
            "status": self.status,
            "detail": self.detail,
        }
        if self.advice:
            document["advice"] = self.advice
        return document

    def response(self, headers: Mapping[str, str] | None = None) -> JSONResponse:
        """The answer to the request."""
        all_headers = dict(headers or {})
        if self.retry_after_s is not None:
            all_headers["Retry-After"] = str(self.retry_after_s)
        return JSONResponse(self.document(), self.status, all_headers, media_type=MEDIA_TYPE)


class ProblemDocument(BaseModel):
    """How a problem looks in the OpenAPI document."""

    type: str
    title: str
    status: int
    detail: str
    advice: str | None = None


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an endpoint may answer, for its OpenAPI entry."""
    content = {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}
    return {status: {"description": _TITLES[status], "content": content} for status in (*statuses, 422, 503)}


_TITLES = {
    400: "The request is wrong; the document says where.",
    401: "A login or a token is needed.",
    403: "Not allowed.",
    404: "Unknown, or not yours.",
    408: "The upload came too slowly.",
    409: "Not now: the state of the task does not allow it.",
    410: "Expired or deleted.",
    412: "The tus version is not supported.",
    413: "Too large.",
    415: "A media type that is not taken here.",
    416: "The range is outside of the file.",
    421: "The name of the service is not in `ALLOWED_HOSTS`.",
    422: "A parameter is wrong; the document says which.",
    429: "Too often; wait for `Retry-After`.",
    503: "Busy; wait for `Retry-After`.",
}


def not_found() -> Problem:
    """The same whether a task does not exist or belongs to somebody else."""
    return Problem(404, "unknown_task", "There is no such task.", "Check the address, or look into the history.")


def install(app: FastAPI) -> None:
    """Every refusal of the application leaves as a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(OperationalError, _on_database)
    app.add_exception_handler(BlobsAwayError, _on_blobs)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.response()


async def _on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return Problem(error.status_code, f"http_{error.status_code}", str(error.detail)).response(error.headers)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return Problem(422, "wrong_parameter", f"{place}: {first['msg']}").response()


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    request.app.state.service.log.error("database unavailable", extra={"error": str(error).splitlines()[0]})
    return database_busy().response()


async def _on_blobs(request: Request, error: Exception) -> JSONResponse:
    request.app.state.service.log.error("store unavailable", extra={"error": str(error)})
    return store_away().response()


def store_away() -> Problem:
    """The store of reports and captures does not answer."""
    return Problem(503, "store_away", "The store of reports does not answer.", "Try again.", retry_after_s=5)


def database_busy() -> Problem:
    """The database does not answer, or another process holds its lock."""
    return Problem(
        503, "database_busy", "The database does not answer.", "Try again; nothing was lost.", retry_after_s=2
    )

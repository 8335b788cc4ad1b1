"""What holds for every request: which hosts are answered, which origins may change anything, ids, headers, the log."""

import logging
import time
import uuid
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access.principal import SAFE_METHODS
from .errors import Problem
from .logs import NAME, request_id
from .settings import Settings

_log = logging.getLogger(NAME)

_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# Asked every few seconds by machines, which may know only the address: worth a line only when somebody looks for it, and
# answered under any name, since they tell nothing of anybody's captures.
_FOR_MACHINES = ("/health", "/live", "/metrics")


class Gate:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = frozenset(settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers or passes on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        identifier = uuid.uuid4().hex
        token = request_id.set(identifier)
        started = time.perf_counter()
        status = 0

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-Id"] = identifier
                for name, value in _HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        try:
            problem = self._refusal(scope["method"], scope["path"], headers)
            await (problem.response() if problem else self._app)(scope, receive, marked)
        finally:
            level = logging.DEBUG if scope["path"] in _FOR_MACHINES else logging.INFO
            facts = {"method": scope["method"], "path": scope["path"], "status": status}
            _log.log(level, "request", extra={**facts, "duration_s": round(time.perf_counter() - started, 4)})
            request_id.reset(token)

    def _refusal(self, method: str, path: str, headers: Headers) -> Problem | None:
        host = headers.get("host", "")
        if not self._is_own_name(host) and path not in _FOR_MACHINES:
            return Problem(
                421, "unknown_host", "This service does not answer to that name.", "Add it to ALLOWED_HOSTS."
            )
        if method not in SAFE_METHODS and not _is_own(headers, host):
            return Problem(403, "foreign_origin", "Another site may not change anything here.")
        return None

    def _is_own_name(self, host: str) -> bool:
        return _without_port(host.lower()) in self._hosts or "*" in self._hosts


def _is_own(headers: Headers, host: str) -> bool:
    """Whether a request comes from a page of this service, or from no browser at all, which would say where from."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == host.lower()
    return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]

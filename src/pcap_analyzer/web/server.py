"""Uvicorn as this service wants it: bounded headers, bounded patience, one line when it is ready."""

import asyncio
import socket
import sys
from collections.abc import Callable

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pcap_analyzer.errors import SettingError, describe_os_error

from .app import create_app
from .service import Service
from .settings import Access, Settings, is_loopback
from .storage.records.database import bring_up_to_date

_MOST_HEADER_BYTES = 32 << 10
_HEADER_PATIENCE_S = 20
_KEEP_ALIVE_S = 75
_GRACE_S = 3
_BACKLOG = 4096


class _BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose headers have an end, in size and in time."""

    _header_bytes = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(_HEADER_PATIENCE_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._header_bytes = 0
        self._stop_waiting()
        self._deadline = self.loop.call_later(_HEADER_PATIENCE_S, self.transport.close)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def _count(self, more_bytes: int) -> None:
        self._header_bytes += more_bytes
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise ValueError("the headers are too long")

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


class _Server(uvicorn.Server):
    """Says when it is ready, and lets go of those who follow progress when it should end."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.progress.close()
        await super().shutdown(sockets)


def serve(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Runs the service until it is told to end.

    Raises:
        SettingError: what is asked for cannot be, or would let everybody in.

    """
    check_access(settings, host)
    if host not in settings.allowed_hosts and host not in ("0.0.0.0", "::"):  # noqa: S104
        name = f"[{host}]" if ":" in host else host
        settings = settings.model_copy(update={"allowed_hosts": (*settings.allowed_hosts, name)})
    if settings.database_url:
        bring_up_to_date(settings.database)
    listener = _listen(host, port)
    _raise_file_limit()
    app = create_app(settings)
    service: Service = app.state.service
    config = uvicorn.Config(
        app,
        http=_BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        backlog=_BACKLOG,
    )
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    server = _Server(config, service, lambda: say(f"PCAP Analyzer is ready: {url}"))
    server.run(sockets=[listener])


def check_access(settings: Settings, host: str) -> None:
    """Nobody is let in by accident."""
    if settings.access is Access.NONE and not is_loopback(host) and not settings.allow_open_access:
        raise SettingError(
            f"ACCESS=none lets everybody who reaches {host} see everything: set ACCESS=users, or ALLOW_OPEN_ACCESS=true"
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingError(describe_os_error(error, f"{host}:{port}") + "; choose another --port") from error
    return listener


def _raise_file_limit() -> None:
    """Everybody who follows progress holds a connection."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

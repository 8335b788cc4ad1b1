"""A running service, and what tests ask of it."""

import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

PATIENCE_S = int(os.environ.get("TEST_PATIENCE_S", "60"))
T = TypeVar("T")
FINAL = {"completed", "failed", "expired", "timeout", "cancelled"}


def wait_for(what: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """The first true value of `what`."""
    deadline = time.monotonic() + patience_s
    while not (value := what()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


class Service:
    """A running service, and what tests ask of it."""

    def __init__(self, data_dir: Path, limit_file_bytes: int | None = None, **settings: object) -> None:
        self.data_dir = data_dir
        self._limit = limit_file_bytes
        self._settings = {name.upper(): str(value) for name, value in settings.items()}
        self.start()

    def start(self) -> None:
        environment = os.environ | {"DATA_DIR": str(self.data_dir)} | self._settings
        command = [sys.executable, "-m", "pcap_analyzer", "serve", "--port", "0"]
        # Not a pipe: stopped workers hold its other end when their service is gone.
        self._said = self.data_dir.parent / "stderr"
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=said, text=True, preexec_fn=self._prepare
            )
        assert self.process.stdout is not None
        with self.process.stdout as out:
            line = out.readline()
        assert "ready" in line, self._said.read_text()
        self.url = line.split()[-1]
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_S)

    def _prepare(self) -> None:
        if self._limit:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (self._limit, self._limit))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> str:
        """Ends it; gives what it said on standard error."""
        self.client.close()
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE_S)
        return self._said.read_text()

    def workers(self) -> list[int]:
        """The processes that analyse."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def wait_for_workers(self, count: int = 2) -> list[int]:
        """The workers once they are ready."""
        wait_for(lambda: f"pcap_workers_ready {count:.1f}" in self.client.get("/metrics").text)
        return self.workers()

    def upload(self, capture: Path | bytes, name: str = "a.pcap", **more: Any) -> httpx.Response:
        content = capture if isinstance(capture, bytes) else capture.read_bytes()
        return self.client.post("/upload", files={"file": (name, content)}, **more)

    def status(self, task_id: str) -> dict[str, Any]:
        state: dict[str, Any] = self.client.get(f"/status/{task_id}").json()
        return state

    def wait(self, task_id: str, *statuses: str) -> dict[str, Any]:
        """The task once it has one of these, or without any, a final status."""
        wanted = set(statuses) or FINAL
        return wait_for(lambda: state if (state := self.status(task_id))["status"] in wanted else None) or {}

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.data_dir / "pcap_analyzer.db", isolation_level=None)


class HasUrl(Protocol):
    """Whatever serves."""

    url: str


class SlowUpload:
    """An upload that is sent by hand."""

    def __init__(self, service: HasUrl, content: bytes) -> None:
        self.task_id = str(uuid.uuid4())
        url = httpx.URL(service.url)
        self.socket = socket.create_connection((url.host, url.port or 0))
        head = (
            f"POST /upload HTTP/1.1\r\nHost: localhost\r\nX-Task-Id: {self.task_id}\r\n"
            f"Content-Length: {len(content)}\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        self.socket.sendall(head.encode())
        self._rest = content

    def send(self, count: int) -> None:
        self.socket.sendall(self._rest[:count])
        self._rest = self._rest[count:]

    def answer(self) -> str:
        self.socket.settimeout(60)
        return self.socket.recv(65536).decode()


def long_capture(capture: Path, times: int) -> bytes:
    """The records of a pcap file (little-endian, microseconds) again and again, each time an hour later."""
    content = capture.read_bytes()
    parts = [content[:24]]
    for number in range(times):
        place = 24
        while place < len(content):
            seconds, rest, length, original = struct.unpack_from("<IIII", content, place)
            parts.append(struct.pack("<IIII", seconds + 3600 * number, rest, length, original))
            parts.append(content[place + 16 : place + 16 + length])
            place += 16 + length
    return b"".join(parts)

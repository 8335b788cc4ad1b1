"""Lines about a running service: what it answers, what it logs, what it leaves behind."""

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from lines import Line, at_most, holds, not_checked
from measuring import COMMAND, ROOT

FINAL = ("completed", "failed", "expired", "timeout", "cancelled")
METRICS = [
    "pcap_analysis_duration_seconds",
    "pcap_analysis_total",
    "pcap_queue_size",
    "pcap_queue_wait_seconds",
    "pcap_upload_duration_seconds",
    "pcap_sse_delay_seconds",
    "pcap_worker_memory_bytes",
    "pcap_memory_used_bytes",
    "pcap_disk_used_share",
]
HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


@dataclass
class Service:
    """A running service on a folder of its own."""

    place: str
    data_dir: Path

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
        connection = http.client.HTTPConnection(self.place, timeout=120)
        method, kind = ("GET", {}) if body is None else ("POST", {"Content-Type": "application/octet-stream"})
        # Who is refused early may find the door shut while still sending; the answer is there all the same.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, kind | headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def json(self, path: str) -> Any:
        return json.loads(self.ask(path)[2])

    def analyse(self, name: str, content: bytes) -> tuple[int, str, str]:
        """The answer's status, the task's id and how the task ended."""
        status, _, body = self.ask(f"/upload?name={name}", content)
        task_id = json.loads(body).get("task_id", "")
        if status != 202:
            return status, task_id, "refused"
        while (state := self.json(f"/status/{task_id}")["status"]) not in FINAL:
            time.sleep(0.1)
        return status, task_id, state

    def left_in(self, folder: str) -> list[str]:
        """Files that are still there when a job has had time to end: tables and evidence follow its report."""
        patience_until = time.monotonic() + 60
        while (left := [path.name for path in self.files(folder)]) and time.monotonic() < patience_until:
            time.sleep(0.1)
        return left

    def files(self, folder: str) -> list[Path]:
        place = self.data_dir / folder
        return [path for path in place.rglob("*") if path.is_file()] if place.exists() else []


@contextmanager
def running(data_dir: Path, **settings: str) -> Iterator[Service]:
    environment = os.environ | {"DATA_DIR": str(data_dir)} | settings
    command = [*COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Service(process.stdout.readline().split("/")[-1].strip(), data_dir)
        finally:
            process.terminate()


def all_lines(folder: Path, capture: Path) -> Iterator[Line]:
    data_dir, content = folder / "live", capture.read_bytes()
    with running(data_dir, MAX_UPLOAD_SIZE_MB="5", REPORT_TTL_HOURS="0.0001") as service:
        yield from answers(service)
        yield from refusals(service)
        status, task_id, state = service.analyse("checklist.pcap", content)
        yield holds(
            "runtime", "an upload becomes a report", "202, completed", state == "completed", f"{status}, {state}"
        )
        yield from observed(service, task_id)
        yield from kept(service, task_id)
        ended = time.monotonic()
    yield at_most("runtime", "end of the service when it is told to", time.monotonic() - ended, "s", floor=30, goal=10)
    with running(data_dir) as service:
        yield from expired(service, task_id)
    yield from rules()


def answers(service: Service) -> Iterator[Line]:
    status, headers, _ = service.ask("/live")
    yield holds("runtime", "`/live` answers", "200", status == 200, str(status))
    for name, wanted in HEADERS.items():
        found = str(headers.get(name))
        yield holds("security", f"header `{name}`", f"`{wanted}`", wanted in found, f"`{found.partition(';')[0]}`")
    yield holds("security", "no header says what serves", "none", headers.get("Server") is None)
    status = service.ask("/history", Host="evil.example")[0]
    yield holds("security", "another name in `Host` is refused", "421", status == 421, str(status))
    status = service.ask("/upload?name=a.pcap", b"x", Origin="http://evil.example")[0]
    yield holds("security", "another site changes nothing", "403", status == 403, str(status))
    status = service.ask("/report/..%2f..%2fetc%2fpasswd")[0]
    yield holds("security", "no way out of the folder of reports", "404 or 422", status in (404, 422), str(status))


def refusals(service: Service) -> Iterator[Line]:
    for what, path, body, wanted in (
        ("a name that is none of a capture", "/upload?name=a.exe", b"MZ", 400),
        ("bytes that are no capture", "/upload?name=a.pcap", b"hello world, this is no capture", 400),
        ("more than MAX_UPLOAD_SIZE_MB", "/upload?name=a.pcap", b"\xd4\xc3\xb2\xa1" + bytes(6_000_000), 413),
    ):
        status = service.ask(path, body)[0]
        yield holds("security", f"{what}: refused", str(wanted), status == wanted, str(status))
    left = service.left_in("uploads")
    yield holds("clean-up", "nothing is left of refused uploads", "no file", not left, ", ".join(left) or "no file")


def observed(service: Service, task_id: str) -> Iterator[Line]:
    group = "observability"
    health = service.json("/health")
    keys = {*health["checks"], *health["metrics"], "status"}
    wanted = {
        "status",
        "memory_ok",
        "disk_ok",
        "queue_ok",
        "memory_percent",
        "memory_used_mb",
        "disk_percent",
        "queue_size",
    }
    yield holds(
        group, "`/health` tells what it should", f"{len(wanted)} names", wanted <= keys, f"{len(wanted & keys)} names"
    )
    text = service.ask("/metrics")[2].decode()
    missing = [name for name in METRICS if f"\n{name}" not in text]
    yield holds(
        group, "`/metrics` tells what it should", f"{len(METRICS)} names", not missing, ", ".join(missing) or "all"
    )
    counted = 'pcap_analysis_total{status="completed"} 1.0' in text
    yield holds(group, "an analysis is counted by its status", "1 completed", counted)
    raw = (service.data_dir / "logs" / "service.log").read_text()
    logged = [json.loads(line) for line in raw.splitlines()]
    complete = all({"at", "level", "module", "message"} <= set(line) and line["at"].endswith("Z") for line in logged)
    yield holds(group, "logs are lines of JSON in UTC with level and module", "all", complete, f"{len(logged)} lines")
    told = [line for line in logged if line.get("task_id") == task_id and "duration_s" in line]
    yield holds(group, "a task is logged with its id and duration", "1 line or more", bool(told), f"{len(told)} lines")


def kept(service: Service, task_id: str) -> Iterator[Line]:
    left = service.left_in("uploads")
    yield holds(
        "clean-up", "the capture is deleted after its analysis", "no file", not left, ", ".join(left) or "no file"
    )
    bad = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00\x01\x00\x00\x00" + b"\xff" * 400
    _, _, state = service.analyse("bad.pcap", bad)
    left = service.left_in("uploads")
    yield holds("clean-up", f"also when it ends as {state}", "no file", not left, ", ".join(left) or "no file")
    work = service.left_in("work")
    yield holds("clean-up", "no working files are left", "no file", not work, ", ".join(work) or "no file")
    reports = [path for path in service.files("reports") if task_id in str(path)]
    yield holds(
        "clean-up", "the report is there until its time is over", "files", bool(reports), f"{len(reports)} files"
    )


def expired(service: Service, task_id: str) -> Iterator[Line]:
    """The first run of retention is that of the start."""
    state = service.json(f"/status/{task_id}")["status"]
    yield holds("clean-up", "a report whose time is over", "expired", state == "expired", state)
    left = [path for path in service.files("reports") if task_id in str(path)]
    yield holds("clean-up", "its files", "no file", not left, f"{len(left)} files" if left else "no file")


def rules() -> Iterator[Line]:
    goal = "each threshold from both sides"
    if not shutil.which("promtool"):
        yield not_checked("observability", "alert rules", goal, "promtool is not installed (Debian: prometheus)")
        return
    test = ROOT / "tests" / "deploy" / "alerts_test.yml"
    done = subprocess.run(["promtool", "test", "rules", test], capture_output=True, text=True, check=False)
    yield holds("observability", "alert rules by promtool", goal, done.returncode == 0)

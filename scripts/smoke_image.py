"""Runs an image as it is meant to be run, and uses it: from the first administrator to a report.

    scripts/smoke_image.py IMAGE [--engine docker|podman] [--capture FILE] [--output JSON]

The container has a read-only root, no capabilities, no new privileges, 4 GB and 2 CPUs, and listens on loopback alone. Prints
figures and PASS or FAIL, and exits with 0 or 1. Standard library only.
"""

import argparse
import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CAPTURE = Path(__file__).parents[1] / "tests" / "captures" / "server_think.pcap"
PATIENCE_S = 120
NEVER_IN = "cc gcc cargo rustc maturin pip strip"
HARDENING = [
    "--read-only",
    "--tmpfs=/tmp:size=256m,mode=1777",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=4g",
    "--cpus=2",
]


@dataclass
class Container:
    """A running container, and the way to its service."""

    engine: str
    name: str
    port: int
    authorization: str = ""
    csrf_token: str = ""
    cookie: str = ""

    def run(self, *command: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
        """A command inside."""
        whole = [self.engine, "exec", "-i", self.name, *command]
        return subprocess.run(whole, input=said, capture_output=True, text=True, check=False)

    def shell(self, script: str) -> str:
        return self.run("/bin/sh", "-c", script).stdout.strip()

    def ask(self, path: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body)
        for header, value in (
            ("Content-Type", kind if body is not None else ""),
            ("Origin", f"http://127.0.0.1:{self.port}"),
            ("X-CSRF-Token", self.csrf_token),
            ("Cookie", self.cookie),
        ):
            if value:
                request.add_header(header, value)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                if cookie := answer.headers.get("Set-Cookie"):
                    self.cookie = cookie.partition(";")[0]
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def log_in(self, name: str, password: str) -> bool:
        status, body = self.ask("/login", json.dumps({"name": name, "password": password}).encode())
        if status == 200:
            self.csrf_token = json.loads(body)["csrf_token"]
        return status == 200


def wait_for(what: Callable[[], bool]) -> float:
    """Seconds until `what` holds."""
    started = time.monotonic()
    while not what():
        if time.monotonic() - started > PATIENCE_S:
            raise SystemExit("FAIL it did not come up in time")
        time.sleep(0.1)
    return time.monotonic() - started


def is_alive(container: Container) -> bool:
    try:
        return container.ask("/live")[0] == 200
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(engine: str, image: str, options: list[str]) -> Container:
    container = Container(engine, f"pcap-smoke-{secrets.token_hex(4)}", free_port())
    where = [
        f"--publish=127.0.0.1:{container.port}:8000",
        f"--name={container.name}",
        f"--volume={container.name}:/data",
    ]
    command = [engine, "run", "--detach", *HARDENING, *options, *where, image]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"FAIL {engine} run: {done.stderr.strip()}")
    return container


def analyse(container: Container, capture: Path) -> tuple[str, dict[str, Any], bytes]:
    """Status, report and page of an upload."""
    status, body = container.ask(f"/upload?name={capture.name}", capture.read_bytes(), "application/octet-stream")
    if status != 202:
        return f"refused: {status} {body.decode()}", {}, b""
    task_id = json.loads(body)["task_id"]
    state: dict[str, Any] = {}

    def ended() -> bool:
        state.update(json.loads(container.ask(f"/status/{task_id}")[1]))
        return state["status"] not in ("pending", "processing")

    wait_for(ended)
    if state["status"] != "completed":
        return str(state["status"]), {}, b""
    report = json.loads(container.ask(f"/report/{task_id}?format=json")[1])
    return "completed", report, container.ask(f"/report/{task_id}")[1]


def examine(container: Container, capture: Path) -> tuple[dict[str, float], dict[str, bool]]:
    figures = {"start_to_live_s": wait_for(lambda: is_alive(container))}
    inside = {
        "it runs as uid 1000": container.shell("id -u") == "1000",
        "the root is read-only": bool(container.shell("touch /opt/x /usr/x /etc/x 2>/dev/null || echo refused")),
        "/data can be written": container.shell("test -w /data && echo yes") == "yes",
        "no capabilities": container.shell("sed -n 's/^CapEff:[[:space:]]*//p' /proc/1/status").strip("0") == "",
        "no new privileges": container.shell("sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/1/status") == "1",
        "no compiled Python": container.shell("find / -xdev -name '*.pyc' 2>/dev/null | head -1") == "",
        "no compiler": container.shell(f"command -v {NEVER_IN.replace('pip ', '')}") == "",
        "no cache of pip": container.shell("find / -xdev -path '*/.cache/pip' 2>/dev/null | head -1") == "",
        "a bill of materials": '"CycloneDX"' in container.shell("cat /opt/pcap-analyzer/sbom.cdx.json"),
    }
    logs = subprocess.run([container.engine, "logs", container.name], capture_output=True, text=True, check=True)
    inside["it says how to make the first administrator"] = "pcap-analyzer admin NAME" in logs.stdout + logs.stderr
    inside["nobody gets in without a login"] = container.ask("/history")[0] == 401
    password = secrets.token_urlsafe(20)
    made = container.run("pcap-analyzer", "admin", "root", said=password + "\n")
    inside["the first administrator is made"] = made.returncode == 0 and container.log_in("root", password)
    started = time.monotonic()
    status, report, page = analyse(container, capture)
    figures["upload_to_reports_s"] = time.monotonic() - started
    inside[f"a capture becomes a report ({status})"] = status == "completed" and report["capture"]["packets"] > 0
    inside["the page is there"] = page.lower().startswith(b"<!doctype html>")
    figures["page_kb"] = len(page) / 1e3
    inside["nothing is left of the capture"] = container.shell("find /data/uploads /data/work -type f -size +0") == ""
    memory = container.shell("cat /proc/[0-9]*/status | sed -n 's/^VmRSS:[[:space:]]*//p'")
    figures["resident_mb"] = sum(int(line.split()[0]) for line in memory.splitlines()) * 1.024e-3
    return figures, inside


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("image")
    parser.add_argument("--engine", default="docker", choices=["docker", "podman"])
    parser.add_argument("--capture", type=Path, default=CAPTURE)
    parser.add_argument("--option", action="append", default=[], help="one more option of `run`")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    container = start(options.engine, options.image, options.option)
    try:
        figures, checks = examine(container, options.capture)
        began = time.monotonic()
        subprocess.run([options.engine, "stop", "--time=30", container.name], capture_output=True, check=True)
        figures["stop_s"] = time.monotonic() - began
        checks["it stops when it is told to"] = figures["stop_s"] < 20
    finally:
        subprocess.run([options.engine, "rm", "--force", container.name], capture_output=True, check=False)
        subprocess.run([options.engine, "volume", "rm", "--force", container.name], capture_output=True, check=False)
    for name, value in figures.items():
        print(f"{name:28} {value:8.2f}")
    for sentence, holds in checks.items():
        print("PASS" if holds else "FAIL", sentence)
    if options.output:
        options.output.write_text(json.dumps({"figures": figures, "checks": checks}, indent=2) + "\n")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

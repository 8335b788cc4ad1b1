"""Many at once: followers of one task, tiny uploads, and clients that say next to nothing.

    scripts/stress_service.py [--followers 1000] [--uploads 10000] [--at-once 1000] [--slow 200] [--output JSON]

Starts a service in a temporary folder. Every upload must be admitted and end in a report, or be told to come back with
503 and Retry-After; every follower must hear the end; slow clients must be cut off, while others are served; no file may be
left over. Prints figures with PASS or FAIL, and ends with 0 or 1. Standard library only.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CAPTURE = Path(__file__).parents[1] / "tests" / "captures" / "server_think.pcap"
# The service ends an upload that brings next to nothing for so long.
IDLE_S = 30
PATIENCE_S = 600


@dataclass
class Answer:
    """What came back: status, headers in small letters, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Service:
    """A service of its own, by sockets without a library between."""

    def __init__(self, process: subprocess.Popen[str], url: str, folder: Path) -> None:
        self.process = process
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.folder = folder

    async def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            )
            writer.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + body)
            return parse(await reader.read())
        finally:
            writer.close()

    async def status(self, task_id: str) -> str:
        return str(json.loads((await self.ask("GET", f"/status/{task_id}")).body)["status"])

    async def ready(self) -> None:
        while b"pcap_workers_ready 2.0" not in (await self.ask("GET", "/metrics")).body:
            await asyncio.sleep(0.1)

    def memory_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def left_over(self) -> list[str]:
        return [path.name for name in ("uploads", "work") for path in (self.folder / name).iterdir()]


def parse(text: bytes) -> Answer:
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, body)


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    environment = os.environ | {"DATA_DIR": str(folder), "UPLOAD_IDLE_S": str(IDLE_S), "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "pcap_analyzer", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Service(process, process.stdout.readline().split()[-1], folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


async def follow(one: Service, task_id: str, begun: asyncio.Semaphore) -> bool:
    """Whether the news of a task came to their end."""
    reader, writer = await asyncio.open_connection(one.host, one.port)
    writer.write(f"GET /progress/{task_id} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    seen = await reader.readuntil(b"data:")
    begun.release()
    while chunk := await reader.read(65536):
        seen += chunk
        if b"event: end" in seen and seen.endswith(b"0\r\n\r\n"):
            break
    writer.close()
    return b'"status": "completed"' in seen


async def followers(one: Service, count: int) -> dict[str, float]:
    """All follow an upload that waits for its last bytes, and hear how it ends."""
    content, task_id = CAPTURE.read_bytes(), str(uuid.uuid4())
    reader, writer = await asyncio.open_connection(one.host, one.port)
    head = f"POST /upload HTTP/1.1\r\nHost: localhost\r\nX-Task-Id: {task_id}\r\nContent-Length: {len(content)}\r\n"
    writer.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content[:-10])
    while (await one.ask("GET", f"/status/{task_id}")).status != 200:
        await asyncio.sleep(0.05)
    begun, started = asyncio.Semaphore(0), time.monotonic()
    all_ = [asyncio.create_task(follow(one, task_id, begun)) for _ in range(count)]
    for _ in range(count):
        await begun.acquire()
    connected_s, asked = time.monotonic() - started, time.monotonic()
    await one.ask("GET", "/live")
    live_s = time.monotonic() - asked
    writer.write(content[-10:])
    ended = time.monotonic()
    heard = sum(await asyncio.gather(*all_))
    await reader.read(1)
    writer.close()
    return {
        "heard_the_end": heard,
        "connected_s": connected_s,
        "live_s": live_s,
        "told_all_s": time.monotonic() - ended,
    }


async def limited(count: int, at_once: int, work: Callable[[], Awaitable[Answer]]) -> list[Answer]:
    gate = asyncio.Semaphore(at_once)

    async def one() -> Answer:
        async with gate:
            return await work()

    return await asyncio.gather(*(one() for _ in range(count)))


async def uploads(one: Service, count: int, at_once: int) -> dict[str, float]:
    """All at once; the service takes what it has places for."""
    content = CAPTURE.read_bytes()
    before_mb, started = one.memory_mb(), time.monotonic()
    answers = await limited(count, at_once, lambda: one.ask("POST", "/upload", content))
    took_s = time.monotonic() - started
    statuses = Counter(answer.status for answer in answers)
    taken = [json.loads(answer.body)["task_id"] for answer in answers if answer.status == 202]
    ends = Counter([await end_of(one, task_id) for task_id in taken])
    return {
        "taken": statuses[202],
        "told_to_come_back": sum(a.status == 503 and "retry-after" in a.headers for a in answers),
        "completed": ends["completed"],
        "took_s": took_s,
        "memory_growth_mb": one.memory_mb() - before_mb,
    }


async def end_of(one: Service, task_id: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while (status := await one.status(task_id)) in ("pending", "processing") and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return status


async def slow(one: Service, count: int) -> dict[str, float]:
    """Clients that announce a capture and send a byte a second; meanwhile another one is served."""

    async def dribble() -> int:
        reader, writer = await asyncio.open_connection(one.host, one.port)
        head = "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
        writer.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode())
        answer = asyncio.create_task(reader.read(4096))
        content = CAPTURE.read_bytes()
        for byte in content[: 4 * IDLE_S]:
            if answer.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(1)
        text = await answer
        writer.close()
        return parse(text).status

    dribbling = [asyncio.create_task(dribble()) for _ in range(count)]
    await asyncio.sleep(1)
    started = time.monotonic()
    await one.ask("GET", "/live")
    live_s = time.monotonic() - started
    ends = Counter(await asyncio.gather(*dribbling))
    answer = await one.ask("POST", "/upload", CAPTURE.read_bytes())
    served = answer.status == 202 and await end_of(one, json.loads(answer.body)["task_id"]) == "completed"
    return {"cut_off": ends[408] + ends[503], "live_s": live_s, "served_after": served}


async def run(one: Service, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    await one.ready()
    figures = {"followers": await followers(one, options.followers)}
    figures["uploads"] = await uploads(one, options.uploads, options.at_once)
    figures["slow"] = await slow(one, options.slow)
    deadline = time.monotonic() + 30
    while one.left_over() and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    figures["left_over"] = {"files": len(one.left_over())}
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description="Many clients at once.")
    for name, default in (("followers", 1000), ("uploads", 10_000), ("at-once", 1000), ("slow", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pcap-analyzer-stress-") as folder, service(Path(folder)) as one:
        figures = asyncio.run(run(one, options))
    for name, found in figures.items():
        print(f"{name}:", ", ".join(f"{key} {value:g}" for key, value in found.items()))
    sent = figures["uploads"]
    checks = {
        f"all {options.followers} followers heard the end": figures["followers"]["heard_the_end"] == options.followers,
        f"{options.uploads} uploads were taken or told to come back": sent["taken"] + sent["told_to_come_back"]
        == options.uploads,
        "all that were taken ended in a report": 0 < sent["taken"] == sent["completed"],
        f"all {options.slow} slow clients were cut off": figures["slow"]["cut_off"] == options.slow,
        "another one was served after them": bool(figures["slow"]["served_after"]),
        "no file is left over": figures["left_over"]["files"] == 0,
    }
    for what, holds in checks.items():
        print("PASS" if holds else "FAIL", what)
    if options.output:
        options.output.write_text(json.dumps({"figures": figures, "checks": checks}, indent=2) + "\n", encoding="utf-8")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""A service spread over several processes, and what it does when they and its engines die.

    scripts/scale_test.py [--uploads 500] [--drained 60] [--short] [--output JSON]

Starts PostgreSQL, Redis, an S3 store, two web processes and workers in a temporary folder, on this machine alone. Measures
how many analyses end in a second with one, two and three workers. Then sends uploads to both web processes, kills a worker
every 20 s (-9), and restarts Redis and PostgreSQL once each. Every task must end in one state that is true, none twice, none
lost, none left over. Prints figures with PASS or FAIL, and ends with 0 or 1; with 2 when a program is missing.
"""

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from scaled import PATIENCE_S, Process, Scaled, missing, scaled

CAPTURE = Path(__file__).parents[1] / "tests" / "captures" / "healthy_dns_web.pcap"
KILL_EVERY_S = 20
WORKERS = 3
AT_ONCE = 8
FINAL = {"completed", "failed", "expired", "timeout", "cancelled"}
# A job whose worker has died is taken up within so many seconds.
TAKE_UP_S = 60


@dataclass
class Found:
    """Figures, and what was expected of them."""

    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def check(self, name: str, value: Any, *, holds: bool) -> None:
        """One line."""
        self.figures[name] = value
        print(f"{'PASS' if holds else 'FAIL'}  {name}: {value}", flush=True)
        if not holds:
            self.failures.append(name)


class Client:
    """Uploads through any web process, and tries again when it is told to, or when nobody answers."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls
        self._client = httpx.AsyncClient(timeout=PATIENCE_S)
        self.refused: Counter[str] = Counter()
        self.unknown: set[str] = set()

    async def upload(self, content: bytes) -> str:
        """Sends a capture until it is taken; gives the id of its task."""
        while True:
            task_id = str(uuid.uuid4())
            try:
                answer = await self._client.post(
                    f"{random.choice(self._urls)}/upload?name=a.pcap",
                    content=content,
                    headers={"X-Task-Id": task_id, "Content-Type": "application/octet-stream"},
                )
            except httpx.TransportError as error:
                self.refused[type(error).__name__] += 1
                self.unknown.add(task_id)
                continue
            if answer.status_code == 202:
                return task_id
            self.refused[answer.json()["title"]] += 1
            self.unknown.add(task_id)
            await asyncio.sleep(min(1.0, float(answer.headers["retry-after"])))

    async def get(self, path: str) -> httpx.Response:
        """Asks any web process until one answers; that its queue is full is an answer of /health."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.get(random.choice(self._urls) + path)
                if answer.status_code != 503 or "metrics" in answer.json():
                    return answer
            await asyncio.sleep(0.2)

    async def tasks(self) -> dict[str, dict[str, Any]]:
        """All tasks by their ids."""
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = (await self.get(f"/history?limit=200&offset={len(found)}")).json()
            found |= {task["task_id"]: task for task in page["tasks"]}
            if len(found) >= page["total"] or not page["tasks"]:
                return found

    async def ended(self) -> int:
        """How many tasks have ended."""
        pages = [await self.get(f"/history?status={status}&limit=1") for status in sorted(FINAL)]
        return sum(page.json()["total"] for page in pages)

    async def wait_for_end(self, patience_s: float) -> None:
        """Returns when no task waits or runs any more, or patience is over."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            metrics = (await self.get("/health")).json()["metrics"]
            if not metrics["queue_size"] + metrics["running"]:
                return
            await asyncio.sleep(0.2)


async def send(client: Client, content: bytes, count: int) -> list[str]:
    """Uploads, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> str:
        async with gate:
            return await client.upload(content)

    return await asyncio.gather(*(one() for _ in range(count)))


async def drain(service: Scaled, client: Client, content: bytes, count: int, workers: int) -> float:
    """Analyses per second of so many workers, from the moment they are ready to the end of the last."""
    await send(client, content, count)
    begun = time.monotonic()
    running = [await asyncio.to_thread(service.worker, workers=1) for _ in range(workers)]
    begun = max(begun, time.monotonic() - 1)
    await client.wait_for_end(600)
    rate = count / (time.monotonic() - begun)
    for worker in running:
        await asyncio.to_thread(worker.end)
    return rate


@dataclass
class Killer:
    """Kills a worker every so often, and starts another in its place."""

    service: Scaled
    workers: list[Process]
    every_s: float
    kills: dict[int, float] = field(default_factory=dict)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self.every_s)
            victim = self.workers.pop(0)
            self.kills[victim.process.pid] = time.time()
            await asyncio.to_thread(victim.end, signal.SIGKILL)
            self.workers.append(await asyncio.to_thread(self.service.worker, workers=1))


async def restart(service: Scaled, client: Client, total: int) -> None:
    """Redis once a third is done, PostgreSQL after two thirds."""
    for share, engine in ((1, service.redis), (2, service.postgres)):
        while 3 * await client.ended() < share * total:
            await asyncio.sleep(0.5)
        await asyncio.to_thread(engine.restart)


def logged(folder: Path, message: str | None = None) -> Iterator[dict[str, Any]]:
    """Lines of all logs of all processes, or those that say `message`."""
    for file in folder.glob("*/logs/service.log*"):
        for line in file.read_text().splitlines():
            # The last line of a process that was killed may be cut.
            with contextlib.suppress(json.JSONDecodeError):
                record = json.loads(line)
                if message in (None, record["message"]):
                    yield record


async def faults(found: Found, service: Scaled, client: Client, content: bytes, uploads: int, every_s: float) -> None:
    """Uploads while things die."""
    before = set(await client.tasks())
    workers = [await asyncio.to_thread(service.worker, workers=1) for _ in range(WORKERS)]
    killer = Killer(service, workers, every_s)
    begun = time.monotonic()
    helpers = [asyncio.create_task(killer.run()), asyncio.create_task(restart(service, client, len(before) + uploads))]
    ids = await send(client, content, uploads)
    await client.wait_for_end(600)
    tasks = {task_id: task for task_id, task in (await client.tasks()).items() if task_id not in before}
    found.figures["seconds"] = round(time.monotonic() - begun, 1)
    restarted = helpers[1].done()
    for helper in helpers:
        helper.cancel()
    await asyncio.gather(*helpers, return_exceptions=True)
    found.check("workers killed", len(killer.kills), holds=bool(killer.kills))
    found.check("Redis and PostgreSQL restarted", restarted, holds=restarted)
    found.figures["refused and sent again"] = dict(client.refused)
    await judge(found, service, client, ids, tasks)
    late = take_up_s(service, killer)
    found.check(
        "longest time from a kill to the next worker's turn, s",
        max(late, default=0),
        holds=max(late, default=0) < TAKE_UP_S,
    )
    found.figures["jobs taken from dead workers"] = len(late)
    grave = Counter(line["message"][:80] for line in logged(service.folder) if line["level"] in ("ERROR", "WARNING"))
    found.figures["logged as warnings and errors"] = dict(grave)
    for line in logged(service.folder):
        if "traceback" in line:
            found.figures.setdefault("first traceback", line["traceback"].splitlines()[-1])


def take_up_s(service: Scaled, killer: Killer) -> list[float]:
    """Seconds between the death of a worker and the moment that its job was free for others."""
    late = []
    for line in logged(service.folder, "taken over"):
        pid = int(line["holder"].rsplit("-", 2)[1])
        if pid in killer.kills:
            late.append(round(datetime.fromisoformat(line["at"]).timestamp() - killer.kills[pid], 1))
    return late


async def judge(
    found: Found, service: Scaled, client: Client, ids: list[str], tasks: dict[str, dict[str, Any]]
) -> None:
    """Whether every task that was taken ended in one true state, and nothing is left over."""
    states = Counter(tasks[task_id]["status"] for task_id in ids if task_id in tasks)
    found.check("taken uploads by their end", dict(states), holds=states == {"completed": len(ids)})
    lost = [task_id for task_id in ids if task_id not in tasks]
    found.check("lost", len(lost), holds=not lost)
    others = {task_id: task["status"] for task_id, task in tasks.items() if task_id not in set(ids)}
    strangers = set(others) - client.unknown
    found.check("tasks that nobody sent", len(strangers), holds=not strangers)
    unended = [status for status in others.values() if status not in FINAL]
    found.check("refused uploads without an end", len(unended), holds=not unended)
    ends = Counter(line["task_id"] for line in logged(service.folder, "task ended"))
    twice = [task_id for task_id, count in ends.items() if count > 1]
    found.check("told to have ended twice", len(twice), holds=not twice)
    broken = [task_id for task_id in ids if not await is_whole(client, task_id)]
    found.check("reports that are not whole", len(broken), holds=not broken)
    await check_left_over(found, service, client)


async def is_whole(client: Client, task_id: str) -> bool:
    """Whether a report has its data, its page and its tables, and stayed completed."""
    paths = ("?format=json", "?format=html&language=fr", "?format=parquet&table=flows")
    answers = [await client.get(f"/report/{task_id}{query}") for query in paths]
    return all(answer.status_code == 200 and answer.content for answer in answers)


async def check_left_over(found: Found, service: Scaled, client: Client) -> None:
    """No queue, no lease, no capture."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        health = (await client.get("/health")).json()["metrics"]
        captures = await service.objects("captures/")
        idle = not (health["queue_size"] or health["running"] or captures)
        if idle or time.monotonic() > deadline:
            break
        await asyncio.sleep(1)
    found.check("waiting or running at the end", health["queue_size"] + health["running"], holds=idle)
    found.check("captures left over", len(captures), holds=not captures)


async def run(found: Found, uploads: int, drained: int, every_s: float) -> None:
    """The whole test."""
    content = CAPTURE.read_bytes()
    with scaled(max_queue_size=10 * (uploads + drained), log_level="INFO", worker_memory_mb=2048) as service:
        client = Client([service.web().url, service.web().url])
        rates = [await drain(service, client, content, drained, workers) for workers in range(1, WORKERS + 1)]
        shown = {f"{workers} workers": round(rate, 2) for workers, rate in enumerate(rates, 1)}
        found.check("analyses per second", shown, holds=max(rates[1:]) > rates[0])
        await faults(found, service, client, content, uploads, every_s)


def main() -> int:
    """Parses, runs, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--uploads", type=int, default=500, help="sent while things die")
    parser.add_argument("--drained", type=int, default=60, help="analysed for each number of workers")
    parser.add_argument("--kill-every", type=float, default=KILL_EVERY_S, help="seconds between kills")
    parser.add_argument("--short", action="store_true", help="few uploads: a minute or two")
    parser.add_argument("--output", type=Path, help="figures as JSON")
    arguments = parser.parse_args()
    if why := missing():
        print(f"FAIL  {why}")
        return 2
    if arguments.short:
        arguments.uploads, arguments.drained, arguments.kill_every = 100, 20, 8
    found = Found()
    asyncio.run(run(found, arguments.uploads, arguments.drained, arguments.kill_every))
    for name, value in found.figures.items():
        print(f"      {name}: {value}")
    if arguments.output:
        document = {"figures": found.figures, "failures": found.failures, "pass": not found.failures}
        arguments.output.write_text(json.dumps(document, indent=2) + "\n")
    print("FAIL" if found.failures else "PASS")
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())

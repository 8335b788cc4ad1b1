"""The service over several processes: what clients see, whichever process they ask, and what becomes of jobs whose worker dies."""

import asyncio
import base64
import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import scaled
from running import FINAL, SlowUpload, wait_for

from pcap_analyzer.web.storage.records.database import connect
from pcap_analyzer.web.storage.records.schema import tasks

TUS = {"Tus-Resumable": "1.0.0"}


class Cluster:
    """Two web processes, and as many workers as a test starts."""

    def __init__(self, engines: scaled.Scaled) -> None:
        self.engines = engines
        self.webs = [httpx.Client(base_url=engines.web().url, timeout=60) for _ in range(2)]

    @property
    def any(self) -> httpx.Client:
        """One or the other."""
        return random.choice(self.webs)

    def upload(self, capture: Path, **more: Any) -> str:
        answer = self.any.post("/upload", files={"file": ("a.pcap", capture.read_bytes())}, **more)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def status(self, task_id: str) -> dict[str, Any]:
        state: dict[str, Any] = self.any.get(f"/status/{task_id}").json()
        return state

    def wait(self, task_id: str, *statuses: str, patience_s: float = 60) -> dict[str, Any]:
        wanted = set(statuses) or FINAL
        found = wait_for(lambda: state if (state := self.status(task_id))["status"] in wanted else None, patience_s)
        assert found is not None
        return found

    def change(self, task_id: str, **changes: Any) -> None:
        """Changes the record behind everybody's back."""

        async def main() -> None:
            engine = connect(self.engines.settings["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"))
            async with engine.begin() as connection:
                await connection.execute(tasks.update().where(tasks.c.id == task_id).values(**changes))
            await engine.dispose()

        asyncio.run(main())

    def captures(self, task_id: str) -> list[str]:
        """What the store has of its capture."""
        return asyncio.run(self.engines.objects(f"captures/{task_id}/"))


@pytest.fixture(scope="module")
def cluster(engines: scaled.Scaled) -> Iterator[Cluster]:
    cluster = Cluster(engines)
    yield cluster
    for client in cluster.webs:
        client.close()


@pytest.fixture(scope="module")
def captures() -> Path:
    return Path(__file__).parents[1] / "captures"


@pytest.fixture
def capture(captures: Path) -> Path:
    return captures / "healthy_dns_web.pcap"


@pytest.fixture
def work(cluster: Cluster) -> Iterator[Callable[..., scaled.Process]]:
    """Starts workers, and ends them after the test."""
    workers: list[scaled.Process] = []

    def start(count: int = 1) -> scaled.Process:
        workers.append(cluster.engines.worker(workers=count))
        return workers[-1]

    yield start
    for worker in workers:
        worker.end(signal.SIGKILL)


def hold(worker: scaled.Process) -> list[int]:
    """Stops the processes that analyse, so that what they take never ends."""

    def children() -> list[int]:
        threads = Path(f"/proc/{worker.process.pid}/task").iterdir()
        return [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]

    pids = wait_for(children)
    time.sleep(1.5)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


def events(client: httpx.Client, task_id: str, last_id: str = "") -> list[tuple[int, str]]:
    """Ids and kinds of all events of a task, to the last."""
    found, number = [], 0
    with client.stream("GET", f"/progress/{task_id}", headers={"Last-Event-ID": last_id} if last_id else {}) as lines:
        for line in lines.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("event: "):
                found.append((number, line[7:]))
    return found


def test_any_process_answers_for_what_came_to_another(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    first, second = cluster.webs
    task_id = first.post("/upload", files={"file": ("a.pcap", capture.read_bytes())}).json()["task_id"]
    assert second.get(f"/status/{task_id}").json()["queue_position"] == 1
    assert second.get("/health").json()["metrics"]["queue_size"] == 1
    work()
    told = events(second, task_id)
    assert told[-1][1] == "end"
    assert [number for number, _ in told] == sorted({number for number, _ in told})
    for client in cluster.webs:
        assert client.get(f"/report/{task_id}?format=json").json()["capture"]["packets"] == 255
        assert client.get(f"/report/{task_id}?language=fr").status_code == 200
        assert client.get(f"/flows/{task_id}").json()["total"] > 0
        asked = client.get(f"/sql/{task_id}", params={"query": "SELECT count(*) AS n FROM flows"}).json()
        assert int(asked["rows"][0][0]) > 0
        assert (
            client.get(f"/progress/{task_id}", headers={"Last-Event-ID": str(told[-1][0] + 10**7)}).status_code == 204
        )
    wait_for(lambda: not cluster.captures(task_id))
    assert second.delete(f"/report/{task_id}").status_code == 204
    assert first.get(f"/report/{task_id}").status_code == 410


def test_an_upload_in_parts_may_go_to_several_processes(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    content = capture.read_bytes()
    name = base64.b64encode(b"a.pcap").decode()
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
    place = cluster.any.post("/uploads", headers=headers).headers["location"]
    offset = 0
    for number, end in enumerate((50_000, 50_001, 200_000, len(content))):
        client = cluster.webs[number % 2]
        assert client.head(place, headers=TUS).headers["upload-offset"] == str(offset)
        bytes_of = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        assert client.patch(place, headers=bytes_of, content=content[offset:end]).status_code == 204
        offset = end
    work()
    state = cluster.wait(place.split("/")[-1])
    assert (state["status"], state["packets"]) == ("completed", 255)


def test_cancel_reaches_what_waits_and_what_runs_anywhere(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    hold(work())
    running = cluster.upload(capture)
    cluster.wait(running, "processing")
    waiting = cluster.upload(capture)
    for task_id in (waiting, running):
        assert cluster.any.post(f"/cancel/{task_id}").status_code == 202
        assert cluster.wait(task_id)["status"] == "cancelled"
        assert events(cluster.any, task_id)[-1][1] == "end"
        wait_for(lambda task_id=task_id: not cluster.captures(task_id))  # type: ignore[misc]
    assert cluster.any.post(f"/cancel/{running}").status_code == 409
    assert cluster.wait(cluster.upload(capture))["status"] == "completed"


def test_the_queue_is_one_for_all(cluster: Cluster, capture: Path) -> None:
    room = int(cluster.engines.settings["MAX_QUEUE_SIZE"])
    ids = [cluster.upload(capture) for _ in range(room)]
    for client in cluster.webs:
        answer = client.post("/upload", files={"file": ("a.pcap", capture.read_bytes())})
        assert (answer.status_code, answer.json()["title"]) == (503, "queue full")
        assert client.get("/health").status_code == 503
    assert cluster.status(ids[-1])["queue_position"] == room
    for task_id in ids:
        assert cluster.any.post(f"/cancel/{task_id}").status_code == 202
    assert cluster.any.get("/health").status_code == 200


def test_a_known_id_is_refused_everywhere(cluster: Cluster, capture: Path) -> None:
    task_id = str(uuid.uuid4())
    cluster.webs[0].post("/upload", files={"file": ("a.pcap", capture.read_bytes())}, headers={"X-Task-Id": task_id})
    again = cluster.webs[1].post("/upload", content=capture.read_bytes(), headers={"X-Task-Id": task_id})
    assert (again.status_code, again.json()["title"]) == (409, "known task")
    assert cluster.any.post(f"/cancel/{task_id}").status_code == 202


def test_what_is_no_capture_fails_and_leaves_nothing(cluster: Cluster) -> None:
    task_id = str(uuid.uuid4())
    answer = cluster.any.post("/upload", files={"file": ("a.pcap", b"GIF89a" * 100)}, headers={"X-Task-Id": task_id})
    assert answer.status_code == 400
    assert cluster.status(task_id)["status"] == "failed"
    assert not cluster.captures(task_id)


def test_an_upload_whose_web_process_died_has_failed(cluster: Cluster, capture: Path) -> None:
    doomed = cluster.engines.web()
    upload = SlowUpload(doomed, capture.read_bytes())
    upload.send(100_000)
    wait_for(lambda: cluster.any.get(f"/status/{upload.task_id}").status_code == 200)
    doomed.end(signal.SIGKILL)
    upload.socket.close()
    # As it is when its lease has run out.
    cluster.change(upload.task_id, lease_expires_at=datetime.now(UTC) - timedelta(minutes=5))
    state = cluster.wait(upload.task_id)
    assert (state["status"], state["error"]["title"]) == ("failed", "interrupted")


def test_a_job_whose_worker_died_is_taken_up_within_a_minute(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    doomed = work()
    hold(doomed)
    task_id = cluster.upload(capture)
    cluster.wait(task_id, "processing")
    doomed.end(signal.SIGKILL)
    died = time.monotonic()
    work()
    assert cluster.wait(task_id, patience_s=90)["status"] == "completed"
    assert time.monotonic() - died < 60
    assert cluster.any.get(f"/report/{task_id}?format=parquet&table=flows").status_code == 200
    wait_for(lambda: not cluster.captures(task_id))


def test_a_capture_that_ends_every_worker_is_parked(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    hold(work())
    task_id = cluster.upload(capture)
    cluster.wait(task_id, "processing")
    past = datetime.now(UTC) - timedelta(minutes=5)
    cluster.change(task_id, attempts=3, lease_holder="dead", lease_expires_at=past)
    state = cluster.wait(task_id)
    assert (state["status"], state["error"]["title"]) == ("failed", "parked")
    assert events(cluster.any, task_id)[-1][1] == "end"
    wait_for(lambda: not cluster.captures(task_id))


def test_a_report_whose_worker_died_after_the_verdict_is_made_whole(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    task_id = cluster.upload(capture)
    assert cluster.captures(task_id)
    past = datetime.now(UTC) - timedelta(minutes=5)
    # As a worker leaves it that has told the verdict and nothing else.
    done = {"status": "completed", "finished_at": past, "expires_at": datetime.now(UTC) + timedelta(hours=1)}
    cluster.change(task_id, **done, queued=False, attempts=1, lease_holder="dead", lease_expires_at=past)
    work()
    wait_for(lambda: cluster.any.get(f"/flows/{task_id}").status_code == 200)
    assert cluster.status(task_id)["finished_at"][:19] == past.isoformat()[:19]
    wait_for(lambda: not cluster.captures(task_id))


def test_a_worker_that_is_told_to_end_gives_its_jobs_back(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    leaving = work()
    hold(leaving)
    task_id = cluster.upload(capture)
    cluster.wait(task_id, "processing")
    leaving.process.send_signal(signal.SIGTERM)
    work()
    assert cluster.wait(task_id)["status"] == "completed"
    assert leaving.process.wait(60) == 0


def test_a_worker_that_hears_of_nothing_looks_for_itself(
    cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]
) -> None:
    ids = [cluster.upload(capture) for _ in range(3)]

    def steal() -> int:
        # The messages alone: that they were sent is still written down.
        with redis.Redis.from_url(cluster.engines.settings["REDIS_URL"]) as connection:
            return int(connection.delete("pcap.analyses", "pcap.analyses5"))

    wait_for(steal)
    work()
    for task_id in ids:
        assert cluster.wait(task_id, patience_s=90)["status"] == "completed"


def test_redis_may_forget_everything(cluster: Cluster, capture: Path, work: Callable[..., scaled.Process]) -> None:
    task_id = cluster.upload(capture)
    server = cluster.engines.redis
    server.stop(signal.SIGKILL)
    for file in cluster.engines.folder.glob("appendonlydir/*"):
        file.unlink()
    assert cluster.status(task_id)["status"] == "pending"
    accepted = cluster.upload(capture)
    server.start()
    work()
    for each in (task_id, accepted):
        assert cluster.wait(each)["status"] == "completed"

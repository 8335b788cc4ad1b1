"""Whatever is killed, full or locked: one job fails at most, nothing is lost, and everything says what became of it."""

import gzip
import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import craft
import httpx
import pytest
from running import Service, SlowUpload, long_capture, wait_for

ENDINGS = {"gzip": "gz", "zstd": "zst", "lz4": "lz4"}


def hold(service: Service, count: int = 2) -> list[int]:
    """Stops the workers, so that what they take never ends."""
    pids = service.wait_for_workers(count)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


def test_a_killed_worker_fails_its_job_alone(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    (pid,) = hold(service, 1)
    first = service.upload(capture).json()["task_id"]
    second = service.upload(capture).json()["task_id"]
    service.wait(first, "processing")
    assert service.status(second)["queue_position"] == 1
    os.kill(pid, signal.SIGKILL)
    state = service.wait(first)
    assert (state["status"], state["error"]["title"]) == ("failed", "worker ended")
    assert "SIGKILL" in state["error"]["detail"]
    assert service.wait(second)["status"] == "completed"
    assert not (service.data_dir / "uploads" / first).exists()


def test_a_worker_killed_at_rest_is_replaced(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    (pid,) = service.wait_for_workers(1)
    os.kill(pid, signal.SIGKILL)
    assert service.wait(service.upload(capture).json()["task_id"])["status"] == "completed"


def test_cancel_ends_an_analysis(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    hold(service, 1)
    running, waiting = (service.upload(capture).json()["task_id"] for _ in range(2))
    service.wait(running, "processing")
    for task_id in (waiting, running):
        assert service.client.post(f"/cancel/{task_id}").status_code == 202
        assert service.wait(task_id)["status"] == "cancelled"
        wait_for(lambda task_id=task_id: not (service.data_dir / "uploads" / task_id).exists())  # type: ignore[misc]
        assert service.client.get(f"/report/{task_id}").status_code == 409
    assert service.wait(service.upload(capture).json()["task_id"])["status"] == "completed"


def test_an_analysis_that_takes_too_long_is_ended(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1, analysis_timeout_s=0.3)
    (pid,) = hold(service, 1)
    state = service.wait(service.upload(capture).json()["task_id"])
    assert (state["status"], state["error"]["title"]) == ("timeout", "timeout")
    assert not Path(f"/proc/{pid}").exists()


def test_a_killed_service_resumes_what_waited_and_what_ran(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    pids = hold(service, 1)
    tasks = [service.upload(capture).json()["task_id"] for _ in range(3)]
    service.wait(tasks[0], "processing")
    service.stop(signal.SIGKILL)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
        # A worker ends with its service.
        wait_for(lambda pid=pid: not Path(f"/proc/{pid}/exe").exists())  # type: ignore[misc]
    service.start()
    assert [service.wait(task_id)["status"] for task_id in tasks] == ["completed"] * 3
    wait_for(lambda: not list((service.data_dir / "uploads").iterdir()))


def test_a_capture_that_ends_the_service_again_and_again_is_given_up(
    start: Callable[..., Service], capture: Path
) -> None:
    service = start(workers=1)
    hold(service, 1)
    running, waiting = (service.upload(capture).json()["task_id"] for _ in range(2))
    service.wait(running, "processing")
    pids = service.workers()
    service.stop(signal.SIGKILL)
    os.kill(pids[0], signal.SIGKILL)
    with closing(service.database()) as database:
        assert database.execute("UPDATE tasks SET attempts = attempts + 1 WHERE status = 'processing'").rowcount == 1
    service.start()
    state = service.status(running)
    assert (state["status"], state["error"]["title"]) == ("failed", "interrupted")
    assert service.wait(waiting)["status"] == "completed"


def test_a_service_killed_while_a_capture_arrives_says_so(
    start: Callable[..., Service], large: Path, slow: Callable[..., SlowUpload]
) -> None:
    service = start()
    upload = slow(service, large.read_bytes())
    upload.send(30_000)
    wait_for(lambda: service.client.get(f"/status/{upload.task_id}").is_success)
    orphan = service.data_dir / "uploads" / "00000000-0000-0000-0000-000000000000"
    orphan.write_bytes(b"left")
    service.stop(signal.SIGKILL)
    service.start()
    state = service.status(upload.task_id)
    assert (state["status"], state["error"]["title"]) == ("failed", "interrupted")
    assert not list((service.data_dir / "uploads").iterdir())


def test_a_full_disk_refuses_and_leaves_nothing(start: Callable[..., Service], large: Path) -> None:
    service = start(limit_file_bytes=180_000)
    answer = service.upload(large)
    assert (answer.status_code, answer.json()["title"]) == (503, "disk full")
    assert int(answer.headers["retry-after"]) > 0
    assert not list((service.data_dir / "uploads").iterdir())
    assert service.client.get("/health").status_code == 200


def test_a_disk_without_room_takes_nothing(start: Callable[..., Service], capture: Path) -> None:
    service = start(min_free_disk_mb=10**9)
    answer = service.upload(capture)
    assert (answer.status_code, answer.json()["title"]) == (503, "disk full")
    assert service.client.get("/health").json()["checks"]["disk_ok"] is False


def test_a_machine_without_memory_takes_nothing(start: Callable[..., Service], capture: Path) -> None:
    service = start(min_free_memory_mb=10**9)
    answer = service.upload(capture)
    assert (answer.status_code, answer.json()["title"]) == (503, "memory low")
    assert service.client.get("/health").json()["checks"]["memory_ok"] is False


def test_a_locked_database_is_waited_for_and_then_admitted_to(start: Callable[..., Service], capture: Path) -> None:
    service = start()
    service.wait_for_workers()
    done = service.upload(capture).json()["task_id"]
    service.wait(done)
    wait_for(lambda: not list((service.data_dir / "work").iterdir()))
    with closing(service.database()) as database:
        database.execute("BEGIN EXCLUSIVE")
        refused = service.upload(capture)
        assert (refused.status_code, refused.json()["title"]) == (503, "database busy")
        assert refused.headers["retry-after"]
        assert service.client.get("/health").status_code == 200
        assert service.status(done)["status"] == "completed"
        database.execute("ROLLBACK")
    assert service.wait(service.upload(capture).json()["task_id"])["status"] == "completed"
    assert len(service.client.get("/history").json()["tasks"]) == 2


def connect(service: Service) -> socket.socket:
    url = httpx.URL(service.url)
    return socket.create_connection((url.host, url.port or 0), timeout=30)


def test_headers_have_an_end(service: Service) -> None:
    with connect(service) as client:
        client.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n")
        try:
            for _ in range(100):
                client.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")
            answer = client.recv(1000)
        except ConnectionError:
            answer = b""
    assert answer == b"" or b"400 Bad Request" in answer
    assert service.client.get("/live").status_code == 200


def test_workers_have_no_network_and_start_no_programs(service: Service) -> None:
    for pid in service.wait_for_workers():
        facts = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
        )
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
        assert "Max core file size        0 " in Path(f"/proc/{pid}/limits").read_text()


@pytest.mark.parametrize("compression", ["gzip", "zstd", "lz4"])
def test_a_capture_that_unpacks_to_too_much_is_ended_in_one_line(
    start: Callable[..., Service], large: Path, compression: str
) -> None:
    service = start(max_decompressed_size_mb=1)
    small, much = large.read_bytes(), long_capture(large, 10)
    for content, status in ((small, "completed"), (much, "failed")):
        state = service.wait(
            service.upload(_packed(compression, content), f"a.pcap.{ENDINGS[compression]}").json()["task_id"]
        )
        assert state["status"] == status
    assert state["error"]["title"] == "decompressed too large"
    assert "more than 1 MB came out" in state["error"]["detail"]
    # What comes as it is has the limit of uploads alone.
    assert service.wait(service.upload(much).json()["task_id"])["status"] == "completed"


def _packed(compression: str, content: bytes) -> bytes:
    """Compressed in small pieces, so that a decoder gives them as they come."""
    parts = [content[place : place + 50_000] for place in range(0, len(content), 50_000)]
    match compression:
        case "gzip":
            return gzip.compress(content)
        case "zstd":
            return craft.zstd_frame([(0, len(part), part) for part in parts], window=0x40)
        case _:
            return craft.lz4_frame([struct.pack("<I", len(part) | 1 << 31) + part for part in parts])


def test_bombs_end_small(service: Service) -> None:
    header = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")
    bomb = gzip.compress(header + bytes(200 << 20))
    state = service.wait(service.upload(bomb, "bomb.pcap.gz").json()["task_id"])
    assert state["status"] in ("completed", "failed")
    wait_for(lambda: not list((service.data_dir / "work").iterdir()))

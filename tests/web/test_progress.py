"""News of a task, live and late."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Service, SlowUpload, long_capture, wait_for


def events(text: str) -> list[dict[str, Any]]:
    """Server-sent events: id, event and data."""
    blocks = [block for block in text.split("\n\n") if "data:" in block]
    parsed = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [{**event, "id": int(event["id"]), "data": json.loads(event["data"])} for event in parsed]


def test_news_are_told_to_the_end(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    (pid,) = service.wait_for_workers(1)
    os.kill(pid, signal.SIGSTOP)
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id, "processing")
    with service.client.stream("GET", f"/progress/{task_id}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_text()
        text = next(lines)
        while "data:" not in text:
            text += next(lines)
        os.kill(pid, signal.SIGCONT)
        text += "".join(lines)
    told = events(text)
    ids = [event["id"] for event in told]
    assert ids == sorted(set(ids))
    assert told[0]["data"]["status"] == "processing"
    assert {
        "phase",
        "percent",
        "read_bytes",
        "packets",
        "packets_per_s",
        "eta_s",
        "memory_bytes",
        "queue_position",
    } <= set(told[0]["data"])
    assert told[-1]["event"] == "end"
    assert told[-1]["data"]["status"] == "completed"
    assert told[-1]["data"] == service.status(task_id)
    # Who comes late learns the same; who has heard everything is told not to come again.
    late = events(service.client.get(f"/progress/{task_id}").text)
    assert [event["data"]["status"] for event in late] == ["completed"]
    again = service.client.get(f"/progress/{task_id}", headers={"Last-Event-ID": str(ids[-1])})
    assert again.status_code == 204
    missed = service.client.get(f"/progress/{task_id}", headers={"Last-Event-ID": str(ids[0])})
    assert events(missed.text)[-1]["data"]["status"] == "completed"
    assert service.client.get(f"/progress/{task_id}", headers={"Last-Event-ID": "nonsense"}).is_success


def test_who_comes_while_the_page_is_made_hears_the_end(start: Callable[..., Service], large: Path) -> None:
    service = start(workers=1)
    for _ in range(5):
        task_id = service.upload(large).json()["task_id"]
        # Until the worker is free again every moment is tried.
        while "pcap_analysis_running 1.0" in service.client.get("/metrics").text:
            if service.status(task_id)["status"] == "completed":
                (event,) = events(service.client.get(f"/progress/{task_id}").text)
                assert event["data"]["status"] == "completed"


def test_a_stop_of_the_service_ends_the_news(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    (pid,) = service.wait_for_workers(1)
    os.kill(pid, signal.SIGSTOP)
    task_id = service.upload(capture).json()["task_id"]
    with service.client.stream("GET", f"/progress/{task_id}") as stream:
        lines = stream.iter_text()
        next(lines)
        service.process.send_signal(signal.SIGTERM)
        list(lines)
    assert service.process.wait(timeout=30) == -signal.SIGTERM


# The sockets are those of the client here, which asyncio closes when it gets to it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_many_follow_the_same_task(start: Callable[..., Service], capture: Path) -> None:
    service = start(workers=1)
    (pid,) = service.wait_for_workers(1)
    os.kill(pid, signal.SIGSTOP)
    task_id = service.upload(capture).json()["task_id"]
    count = 300

    async def follow(client: httpx.AsyncClient, begun: asyncio.Semaphore) -> str:
        text = ""
        async with client.stream("GET", f"/progress/{task_id}") as stream:
            async for part in stream.aiter_text():
                if not text:
                    begun.release()
                text += part
        return text

    async def everybody() -> list[str]:
        begun = asyncio.Semaphore(0)
        limits = httpx.Limits(max_connections=None)
        async with asyncio.timeout(60), httpx.AsyncClient(base_url=service.url, timeout=60, limits=limits) as client:
            followers = [asyncio.create_task(follow(client, begun)) for _ in range(count)]
            for _ in range(count):
                await begun.acquire()
            assert (await client.get("/health")).status_code == 200
            os.kill(pid, signal.SIGCONT)
            told = await asyncio.gather(*followers)
        # asyncio closes the sockets on its next round.
        await asyncio.sleep(0.2)
        return told

    told = asyncio.run(everybody())
    assert [events(text)[-1]["data"]["status"] for text in told] == ["completed"] * count
    assert "pcap_sse_clients 0.0" in service.client.get("/metrics").text


def test_what_is_found_so_far_is_told_while_the_rest_arrives(
    start: Callable[..., Service], capture: Path, slow: Callable[..., SlowUpload]
) -> None:
    service = start(preview_mb=0.1, slow_upload_mb_per_s=0)
    service.wait_for_workers()
    content = long_capture(capture, 1 + 2_000_000 // capture.stat().st_size)
    upload = slow(service, content)
    upload.send(100_000)

    def provisional() -> Any:
        upload.send(1_000)
        return service.status(upload.task_id).get("provisional")

    first = wait_for(provisional)
    assert 100_000 <= first["read_bytes"] < 1_000_000
    # The same as for a capture that ends there.
    beginning = sent_at_once(service, content[: first["read_bytes"]])
    assert first["sentence"] == beginning["verdict"]["summary"]
    assert first["findings"][0]["id"] == beginning["findings"][0]["id"]
    with service.client.stream("GET", f"/progress/{upload.task_id}") as stream:
        (told,) = events(next(text for text in stream.iter_text() if "data:" in text))
    assert told["data"]["provisional"] == first
    assert (told["data"]["status"], told["data"]["phase"]) == ("processing", "upload")
    upload.send(10**9)
    assert "202 Accepted" in upload.answer()
    state = service.wait(upload.task_id)
    assert (state["status"], state["provisional"]) == ("completed", None)
    whole = sent_at_once(service, content)
    assert service.client.get(f"/report/{upload.task_id}?format=json").json()["findings"] == whole["findings"]


def sent_at_once(service: Service, content: bytes) -> dict[str, Any]:
    """The report of a capture that comes in one piece."""
    task_id = service.upload(content).json()["task_id"]
    assert service.wait(task_id)["status"] == "completed"
    report: dict[str, Any] = service.client.get(f"/report/{task_id}?format=json").json()
    return report

"""Uploads that pause and resume, by the tus protocol."""

import base64
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from running import Service, wait_for

VERSION = {"Tus-Resumable": "1.0.0"}
BYTES = {**VERSION, "Content-Type": "application/offset+octet-stream"}


def create(service: Service, length: int, name: str = "a.pcap", **more: str) -> httpx.Response:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = {**VERSION, "Upload-Length": str(length), "Upload-Metadata": metadata, **more}
    return service.client.post("/uploads", headers=headers)


def send(service: Service, place: str, offset: int, content: bytes) -> httpx.Response:
    return service.client.patch(place, headers={**BYTES, "Upload-Offset": str(offset)}, content=content)


def test_an_upload_in_parts_is_analysed_when_the_last_is_there(service: Service, large: Path) -> None:
    content = large.read_bytes()
    created = create(service, len(content))
    assert created.status_code == 201
    place, task_id = created.headers["location"], created.headers["x-task-id"]
    offset = 0
    for part in (content[:100_000], content[100_000:100_001], content[100_001:]):
        assert service.status(task_id)["status"] in ("pending", "processing")
        answer = send(service, place, offset, part)
        assert answer.status_code == 204
        offset += len(part)
        assert answer.headers["upload-offset"] == str(offset)
    state = service.wait(task_id)
    assert (state["status"], state["uploaded_bytes"], state["packets"]) == ("completed", len(content), 255)
    assert send(service, place, offset, b"more").status_code == 409


def test_it_resumes_where_it_stands_also_after_a_restart(start: Callable[..., Service], large: Path) -> None:
    service = start()
    content = large.read_bytes()
    place = create(service, len(content)).headers["location"]
    send(service, place, 0, content[:50_000])
    service.stop(signal.SIGKILL)
    service.start()
    assert service.client.head(place, headers=VERSION).headers["upload-offset"] == "50000"
    assert send(service, place, 0, content).status_code == 409
    assert send(service, place, 50_000, content[50_000:]).status_code == 204
    assert service.wait(place.split("/")[-1])["status"] == "completed"


def test_a_paused_upload_holds_up_nobody(start: Callable[..., Service], large: Path) -> None:
    service = start(workers=1, max_queue_size=0)
    content = large.read_bytes()
    places = [create(service, len(content)).headers["location"] for _ in range(3)]
    for place in places:
        assert send(service, place, 0, content[:50_000]).status_code == 204
    assert service.wait(service.upload(large).json()["task_id"])["status"] == "completed"


def test_a_part_that_breaks_off_is_kept(service: Service, large: Path) -> None:
    content = large.read_bytes()
    place = create(service, len(content)).headers["location"]

    def broken() -> object:
        yield content[:80_000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        service.client.patch(place, headers={**BYTES, "Upload-Offset": "0"}, content=broken())  # type: ignore[arg-type]
    offset = 0

    def rest_is_taken() -> bool:
        nonlocal offset
        offset = int(service.client.head(place, headers=VERSION).headers["upload-offset"])
        return send(service, place, offset, content[offset:]).status_code == 204

    wait_for(rest_is_taken)
    assert offset <= 80_000
    assert service.wait(place.split("/")[-1])["status"] == "completed"


def test_what_is_no_capture_ends_the_upload(service: Service) -> None:
    place = create(service, 20_000).headers["location"]
    assert send(service, place, 0, b"hello world" * 1000).status_code == 400
    assert service.status(place.split("/")[-1])["status"] == "failed"


def test_it_can_be_given_up(service: Service, large: Path) -> None:
    place = create(service, 10_000).headers["location"]
    assert service.client.delete(place, headers=VERSION).status_code == 204
    assert service.status(place.split("/")[-1])["status"] == "cancelled"
    assert send(service, place, 0, large.read_bytes()[:100]).status_code == 409


def test_wrong_requests_are_refused(service: Service, large: Path) -> None:
    assert create(service, 10**12).status_code == 413
    assert create(service, 1000, "a.exe").status_code == 400
    assert create(service, 1000, **{"Tus-Resumable": "0.9"}).status_code == 412
    assert create(service, 1000, **{"Upload-Metadata": "filename ???"}).status_code == 400
    content = large.read_bytes()
    place = create(service, 1000).headers["location"]
    assert service.client.patch(place, headers={**VERSION, "Upload-Offset": "0"}, content=b"x").status_code == 415
    assert send(service, place, 0, content[:2000]).status_code == 400
    task_id = service.upload(large).json()["task_id"]
    assert service.client.head(f"/uploads/{task_id}", headers=VERSION).status_code == 404


def test_what_the_server_can_do_is_told(service: Service) -> None:
    answer = service.client.options("/uploads")
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-max-size"] == "1000000"

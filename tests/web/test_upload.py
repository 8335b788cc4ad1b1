"""Captures go in by form or as they are, and come out as the report that the command line makes."""

import gzip
import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from running import Service, SlowUpload, wait_for


def without_run(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith('"run"')]


def test_the_report_is_that_of_the_command_line(service: Service, captures: Path) -> None:
    for capture in sorted(captures.glob("*.pcap*")):
        answer = service.upload(capture, capture.name)
        assert answer.status_code == 202, answer.text
        task_id = answer.json()["task_id"]
        assert service.wait(task_id)["status"] == "completed"
        report = service.client.get(f"/report/{task_id}?format=json").text
        command = [sys.executable, "-m", "pcap_analyzer", "analyze", str(capture), "--format", "json"]
        expected = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert without_run(report) == without_run(expected)
        assert json.loads(report)["run"]["files"] == [capture.name]


def test_the_capture_is_deleted(service: Service, capture: Path) -> None:
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    wait_for(lambda: not list((service.data_dir / "uploads").iterdir()))


def test_a_raw_body_will_do(service: Service, capture: Path) -> None:
    content = capture.read_bytes()
    for media_type in ("application/octet-stream", "application/x-www-form-urlencoded", "application/gzip"):
        body = gzip.compress(content) if "gzip" in media_type else content
        headers = {"content-type": media_type}
        answer = service.client.post("/upload?name=b.pcap", content=body, headers=headers)
        assert answer.status_code == 202
        state = service.wait(answer.json()["task_id"])
        assert (state["status"], state["file_name"]) == ("completed", "b.pcap")


def test_small_pieces_are_put_together(service: Service, capture: Path) -> None:
    content = capture.read_bytes()[:5000]

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    task_id = service.client.post("/upload", content=pieces()).json()["task_id"]
    state = service.wait(task_id)
    assert (state["status"], state["uploaded_bytes"]) == ("completed", len(content))


def test_the_client_may_choose_the_id_once(service: Service, capture: Path) -> None:
    task_id = str(uuid.uuid4())
    first, second = (service.upload(capture, headers={"X-Task-Id": task_id}) for _ in range(2))
    assert (first.status_code, first.json()["task_id"]) == (202, task_id)
    assert (second.status_code, second.json()["title"]) == (409, "known task")
    assert service.upload(capture, headers={"X-Task-Id": "../../etc/passwd"}).status_code == 422
    assert service.wait(task_id)["status"] == "completed"


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"hello world" * 1000, "a.pcap", "not_a_capture"),
        (b"hi", "a.pcap", "not_a_capture"),
        (b"", "a.pcap", "not_a_capture"),
        (gzip.compress(b"hello", mtime=0), "a.pcap.gz", "not_a_capture"),
        (b"PK\x03\x04" + bytes(9000), "a.pcap", "not_a_capture"),
        (bytes(10), "a.exe", "not_a_capture_name"),
    ],
)
def test_what_is_no_capture_is_refused(service: Service, content: bytes, name: str, problem: str) -> None:
    answer = service.upload(content, name)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:pcap-analyzer:problem:{problem}"
    wait_for(lambda: not list((service.data_dir / "uploads").iterdir()))


def test_too_much_is_refused_as_soon_as_it_is_known(service: Service, capture: Path) -> None:
    large = capture.read_bytes() + bytes(1_200_000)
    announced = service.upload(large)
    # A body whose length is not told is counted while it arrives.
    counted = service.client.post("/upload", content=iter([large[:700_000], large[700_000:]]))
    for answer in (announced, counted):
        assert answer.status_code == 413
        assert "1 MB" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("media_type", "body", "status", "problem"),
    [
        ("application/json", b"{}", 415, "wrong_media_type"),
        ("multipart/form-data", b"", 400, "wrong_form"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\n1\r\n--x--\r\n",
            400,
            "no_file",
        ),
        ("multipart/form-data; boundary=x", b"nonsense", 400, "no_file"),
        ("multipart/form-data; boundary=x", b"", 400, "no_file"),
    ],
)
def test_a_wrong_form_is_refused(service: Service, media_type: str, body: bytes, status: int, problem: str) -> None:
    answer = service.client.post("/upload", content=body, headers={"content-type": media_type})
    assert answer.status_code == status
    assert answer.json()["type"].endswith(problem)


def form(content: bytes, end: bytes = b"\r\n--x--\r\n") -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pcap"\r\n\r\n' + content + end


def test_a_form_that_is_cut_or_has_two_files_is_refused(service: Service, capture: Path) -> None:
    content = capture.read_bytes()
    headers = {"content-type": "multipart/form-data; boundary=x"}
    cut = service.client.post("/upload", content=form(content, b""), headers=headers)
    two = service.client.post("/upload", content=form(content, b"\r\n" + form(content)), headers=headers)
    assert [answer.status_code for answer in (cut, two)] == [400, 400]
    assert [answer.json()["title"] for answer in (cut, two)] == ["wrong form", "several files"]


def test_hostile_names_stay_names(service: Service, capture: Path) -> None:
    task_id = service.upload(capture, "../../../etc/<script>\u202egnp.pcap").json()["task_id"]
    assert service.wait(task_id)["file_name"] == "<script>\\u202egnp.pcap"
    assert "attachment" in service.client.get(f"/report/{task_id}?format=json").headers["content-disposition"]


def test_analysis_starts_while_bytes_arrive(service: Service, large: Path, slow: Callable[..., SlowUpload]) -> None:
    upload = slow(service, large.read_bytes())
    upload.send(30_000)
    wait_for(lambda: service.client.get(f"/status/{upload.task_id}").status_code == 200)
    upload.send(500)
    state = service.status(upload.task_id)
    assert (state["phase"], state["status"]) in [("upload", "processing"), ("upload", "pending")]
    upload.send(10**9)
    assert "202 Accepted" in upload.answer()
    assert service.wait(upload.task_id)["status"] == "completed"


def test_a_slow_upload_gives_its_worker_back(
    start: Callable[..., Service], large: Path, slow: Callable[..., SlowUpload]
) -> None:
    service = start(workers=1, max_queue_size=1)
    service.wait_for_workers(1)
    content = large.read_bytes()
    upload = slow(service, content)
    upload.send(20_000)

    def taken() -> bool:
        upload.send(10)
        return bool(service.client.get(f"/status/{upload.task_id}").json().get("status") == "processing")

    wait_for(taken)
    wait_for(lambda: service.status(upload.task_id)["status"] == "pending")
    # The only worker is free for others meanwhile.
    assert service.wait(service.upload(large).json()["task_id"])["status"] == "completed"
    upload.send(10**9)
    assert "202 Accepted" in upload.answer()
    assert service.wait(upload.task_id)["status"] == "completed"


def test_a_client_that_goes_leaves_a_failed_task_and_no_file(
    service: Service, large: Path, slow: Callable[..., SlowUpload]
) -> None:
    upload = slow(service, large.read_bytes())
    upload.send(20_000)
    wait_for(lambda: service.client.get(f"/status/{upload.task_id}").is_success)
    upload.socket.close()
    state = service.wait(upload.task_id)
    assert (state["status"], state["error"]["title"]) == ("failed", "upload interrupted")
    wait_for(lambda: not list((service.data_dir / "uploads").iterdir()))


def test_cancel_ends_an_upload(service: Service, large: Path, slow: Callable[..., SlowUpload]) -> None:
    upload = slow(service, large.read_bytes())
    upload.send(20_000)
    wait_for(lambda: service.client.get(f"/status/{upload.task_id}").is_success)
    assert service.client.post(f"/cancel/{upload.task_id}").status_code == 202
    assert service.wait(upload.task_id)["status"] == "cancelled"
    upload.send(10**9)
    assert "409 Conflict" in upload.answer()
    assert service.client.post(f"/cancel/{upload.task_id}").status_code == 409


def test_an_upload_that_stalls_is_ended(
    start: Callable[..., Service], large: Path, slow: Callable[..., SlowUpload]
) -> None:
    service = start(upload_idle_s=0.5)
    upload = slow(service, large.read_bytes())
    upload.send(20_000)
    assert "408 Request Timeout" in upload.answer()
    assert service.wait(upload.task_id)["error"]["title"] == "upload stalled"


def test_one_more_than_may_wait_is_told_to_come_back(
    start: Callable[..., Service], large: Path, slow: Callable[..., SlowUpload]
) -> None:
    service = start(workers=1, max_queue_size=2)
    content = large.read_bytes()
    held = [slow(service, content) for _ in range(3)]
    for upload in held:
        upload.send(20_000)
        wait_for(lambda upload=upload: service.client.get(f"/status/{upload.task_id}").is_success)  # type: ignore[misc]
    refused = service.upload(large)
    assert (refused.status_code, refused.json()["title"]) == (503, "queue full")
    assert int(refused.headers["retry-after"]) > 0
    health = service.client.get("/health")
    assert (health.status_code, health.json()["checks"]["queue_ok"]) == (503, False)
    assert service.client.get("/live").status_code == 200
    for upload in held:
        upload.send(10**9)
    assert all("202 Accepted" in upload.answer() for upload in held)
    assert {service.wait(upload.task_id)["status"] for upload in held} == {"completed"}
    assert service.client.get("/health").status_code == 200


def test_many_uploads_at_once_end_in_one_of_two_ways(start: Callable[..., Service], capture: Path) -> None:
    service = start()
    content = capture.read_bytes()
    answers: list[httpx.Response] = []

    def send() -> None:
        with httpx.Client(base_url=service.url, timeout=60) as client:
            answers.extend(client.post("/upload", content=content) for _ in range(20))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {202, 503}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    taken = [answer.json()["task_id"] for answer in answers if answer.status_code == 202]
    assert taken
    assert {service.wait(task_id)["status"] for task_id in taken} == {"completed"}

"""Reports in every format, in parts, compressed, and gone."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from running import Service, wait_for

from pcap_analyzer.analysis import analyze


@pytest.fixture(scope="module")
def task_id(service: Service, large: Path) -> str:
    task_id = str(service.upload(large, "größe <b>.pcap").json()["task_id"])
    service.wait(task_id)
    wait_for(lambda: service.client.get(f"/report/{task_id}?format=parquet").is_success)
    return task_id


def test_tables_come_as_csv_and_parquet(service: Service, task_id: str, tmp_path: Path) -> None:
    answer = service.client.get(f"/report/{task_id}?format=csv&table=flows")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    path = tmp_path / "flows.parquet"
    path.write_bytes(service.client.get(f"/report/{task_id}?format=parquet&table=flows").content)
    with duckdb.connect() as connection:
        stored = connection.execute("SELECT client, server FROM read_parquet(?) ORDER BY flow", [str(path)]).fetchall()
    assert [(row["client"], row["server"]) for row in rows] == stored
    assert answer.headers["content-disposition"].endswith("gr%C3%B6%C3%9Fe%20%3Cb%3E.pcap.flows.csv")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_tables_come_in_a_zip(service: Service, task_id: str, kind: str) -> None:
    answer = service.client.get(f"/report/{task_id}?format={kind}")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert f"tcp_flows.{kind}" in archive.namelist()


def test_a_report_is_sent_once_in_parts_and_compressed(service: Service, task_id: str) -> None:
    url = f"/report/{task_id}?format=json"
    whole = service.client.get(url, headers={"Accept-Encoding": "identity"})
    packed = service.client.get(url, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in whole.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(whole.content)
    assert packed.content == whole.content
    for answer in (whole, packed):
        encoding = answer.headers.get("content-encoding", "identity")
        again = service.client.get(url, headers={"If-None-Match": answer.headers["etag"], "Accept-Encoding": encoding})
        assert (again.status_code, again.content) == (304, b"")
    for wanted, expected in (
        ("bytes=0-9", whole.content[:10]),
        ("bytes=-5", whole.content[-5:]),
        ("bytes=100-", whole.content[100:]),
    ):
        part = service.client.get(url, headers={"Range": wanted})
        assert (part.status_code, part.content) == (206, expected)
    assert service.client.get(url, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    assert service.client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200


def test_what_does_not_exist_is_not_found(service: Service, task_id: str) -> None:
    for path in (
        "/report/00000000-0000-0000-0000-000000000000",
        f"/report/{task_id}?format=csv&table=nothing",
        f"/report/{task_id}?format=parquet&table=..%2F..%2Fpcap_analyzer.db",
        f"/report/..%2F{task_id}",
    ):
        assert service.client.get(path).status_code == 404, path
    assert service.client.get("/report/nonsense").status_code == 422
    assert service.client.get(f"/report/{task_id}?format=doc").status_code == 422


def test_a_deleted_report_is_gone_and_said_to_be(service: Service, capture: Path) -> None:
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    assert service.client.delete(f"/report/{task_id}").status_code == 204
    assert service.client.get(f"/report/{task_id}?format=json").status_code == 410
    assert service.client.delete(f"/report/{task_id}").status_code == 410
    assert service.status(task_id)["status"] == "expired"
    wait_for(lambda: not (service.data_dir / "reports" / task_id).exists())


def test_reports_live_as_long_as_told(start: Callable[..., Service], capture: Path) -> None:
    service = start(keep_captures_hours=1)
    kept = service.upload(capture, params={"keep_capture": "true"}).json()["task_id"]
    service.wait(kept)
    wait_for(lambda: not list((service.data_dir / "work").iterdir()))
    assert (service.data_dir / "uploads" / kept).read_bytes() == capture.read_bytes()
    service.stop()
    with closing(service.database()) as database:
        database.execute("UPDATE tasks SET expires_at = '2020-01-01 00:00:00.000000'")
        database.execute("UPDATE tasks SET capture_expires_at = '2020-01-01 00:00:00.000000'")
    service.start()
    assert service.status(kept)["status"] == "expired"
    assert service.client.get(f"/report/{kept}").status_code == 410
    assert not list((service.data_dir / "uploads").iterdir())
    assert not list((service.data_dir / "reports").iterdir())


def test_history_finds_and_pages(service: Service, task_id: str, capture: Path) -> None:
    for number in range(3):
        service.wait(service.upload(capture, f"needle_{number}.pcap").json()["task_id"])
    found = service.client.get("/history", params={"search": "NEEDLE_", "limit": 2}).json()
    assert found["total"] == 3
    assert [task["file_name"] for task in found["tasks"]] == ["needle_2.pcap", "needle_1.pcap"]
    # A wildcard of SQL is a letter like any other.
    assert service.client.get("/history", params={"search": "needle%"}).json()["total"] == 0
    rest = service.client.get("/history", params={"search": "needle_", "limit": 2, "offset": 2}).json()
    assert [task["file_name"] for task in rest["tasks"]] == ["needle_0.pcap"]
    failed = service.client.get("/history", params={"status": "failed"}).json()
    assert failed["total"] == 0


def test_metrics_and_health_tell_what_happened(service: Service, task_id: str) -> None:
    text = service.client.get("/metrics").text
    assert 'pcap_analysis_total{status="completed"}' in text
    assert "pcap_analysis_duration_seconds_bucket" in text
    assert "pcap_queue_size 0.0" in text
    health = service.client.get("/health").json()
    assert health["status"] == "healthy"
    assert set(health["checks"]) == {"memory_ok", "disk_ok", "queue_ok"}
    assert {"memory_percent", "memory_used_mb", "disk_percent", "queue_size"} <= set(health["metrics"])


def test_the_log_has_ids_and_no_payload(service: Service, task_id: str) -> None:
    lines = [json.loads(line) for line in (service.data_dir / "logs" / "service.log").read_text().splitlines()]
    assert {"at", "level", "module", "message"} <= set(lines[0])
    ended = [line for line in lines if line.get("task_id") == task_id and line["message"] == "task ended"]
    assert ended[0]["status"] == "completed"
    assert ended[0]["duration_s"] > 0
    assert all("request_id" in line for line in lines if line["message"] == "request")


def test_the_page_is_served_under_its_own_policy(service: Service, task_id: str) -> None:
    answer = service.client.get(f"/report/{task_id}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "größe &lt;b&gt;.pcap" in answer.text
    assert "<b>.pcap" not in answer.text


def test_connections_and_their_segments_come_in_pages(service: Service, task_id: str) -> None:
    flows = service.client.get(f"/flows/{task_id}", params={"limit": 3, "order": "client_packets"}).json()
    assert [row["client_packets"] for row in flows["rows"]] == sorted(
        (row["client_packets"] for row in flows["rows"]), reverse=True
    )
    assert flows["total"] > 3
    first = next(row for row in flows["rows"] if row["protocol"] == "tcp")
    found = service.client.get(f"/flows/{task_id}", params={"search": first["client"].upper()}).json()
    assert first["flow"] in [row["flow"] for row in found["rows"]]
    url = f"/flows/{task_id}/{first['stream']}/segments"
    whole = service.client.get(url).json()
    assert whole["total"] == first["client_packets"] + first["server_packets"]
    assert service.client.get(url, params={"offset": 1, "limit": 1}).json()["rows"] == whole["rows"][1:2]
    assert service.client.get(f"/flows/{task_id}/99999/segments").status_code == 404
    hostile = service.client.get(f"/flows/{task_id}", params={"search": "'; DROP TABLE flows --"})
    assert hostile.json()["total"] == 0


def test_evidence_is_a_capture_of_its_own(service: Service, capture: Path, tmp_path: Path) -> None:
    task_id = service.upload(capture).json()["task_id"]
    service.wait(task_id)
    (finding, *_) = service.client.get(f"/report/{task_id}?format=json").json()["findings"]
    answer = service.client.get(f"/evidence/{task_id}/{finding['id']}")
    path = tmp_path / "evidence.pcapng"
    path.write_bytes(answer.content)
    with analyze(path) as analysis:
        (row,) = analysis.rows("SELECT count(*) AS flows FROM tcp_flows")
    assert row["flows"] == 1
    assert service.client.get(f"/evidence/{task_id}/nothing").status_code == 404
    assert service.client.get(f"/evidence/{task_id}/..%2Freport").status_code in (404, 422)


def test_a_report_is_read_in_the_language_of_whoever_reads(service: Service, task_id: str) -> None:
    pages = {each: service.client.get(f"/report/{task_id}?language={each}").text for each in ("en", "fr")}
    for language, page in pages.items():
        assert f'<html lang="{language}">' in page
    assert "Capture quality" in pages["en"]
    assert "Capture quality" not in pages["fr"]
    sentences = service.status(task_id)["summary"]["sentences"]
    assert sentences["en"] == service.status(task_id)["summary"]["sentence"] != sentences["fr"]
    wait_for(lambda: service.client.get(f"/flows/{task_id}/0/segments").is_success)
    drawings = {
        each: service.client.get(f"/flows/{task_id}/0/drawing?language={each}").json()["html"] for each in ("en", "fr")
    }
    assert "Ledger" in drawings["en"]
    assert "Ledger" not in drawings["fr"]
    assert service.client.get(f"/report/{task_id}?language=xx").status_code == 422


def test_a_report_comes_on_paper(service: Service, task_id: str) -> None:
    answers = [service.client.get(f"/report/{task_id}?format=pdf&language={each}") for each in ("en", "fr", "en")]
    assert {answer.headers["content-type"] for answer in answers} == {"application/pdf"}
    first, french, again = (answer.content for answer in answers)
    assert first.startswith(b"%PDF-")
    assert first == again != french

"""The report of a capture."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa
from pcap_analyzer import _core
from pcap_analyzer.render.json import document
from pcap_analyzer.report.build import build

KEYS = (
    *(
        "schema_version",
        "run",
        "capture",
        "verdict",
        "health",
        "profile",
        "findings",
        "security",
        "flows",
        "flows_total",
    ),
    *("flows_sums", "biggest_flows", "ledger", "protocols", "endpoints", "endpoints_total", "buckets"),
    *("names", "services", "issues"),
)


def without_run(text: str) -> str:
    """The document without the line of its key `run`."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith('"run": '))


def reported(path: Path) -> str:
    with pa.analyze(path) as analysis:
        return document(build(analysis))


@pytest.mark.parametrize(
    "name", ["healthy_dns_web.pcap", "healthy_one_way_capture.pcap", "loss_few_packets.pcapng", "tls_slow.pcapng"]
)
def test_the_json_report(captures: Path, golden: Callable[[str, str], None], name: str) -> None:
    golden(f"{Path(name).stem}.json", without_run(reported(captures / name)))


def test_its_keys_are_those_of_the_contract(captures: Path) -> None:
    report = json.loads(reported(captures / "healthy_dns_web.pcap"))
    assert tuple(report) == KEYS
    assert report["verdict"]["side"] == "none"
    assert report["verdict"]["cause"] == "healthy"
    assert report["findings"] == []


def test_names_and_times_of_day_stand_in_run_alone(captures: Path, tmp_path: Path) -> None:
    content = (captures / "healthy_dns_web.pcap").read_bytes()
    other = tmp_path / "other name.pcap"
    other.write_bytes(content)
    assert without_run(reported(other)) == without_run(reported(captures / "healthy_dns_web.pcap"))
    assert "other name" not in without_run(reported(other))


@pytest.mark.parametrize("chunk_bytes", [1, 977, 1 << 20])
@pytest.mark.parametrize("name", ["server_think.pcap", "tls_slow.pcapng"])
def test_chunks_never_change_the_report(captures: Path, name: str, chunk_bytes: int) -> None:
    path = captures / name
    content = path.read_bytes()
    analyzer = _core.Analyzer()
    for start in range(0, len(content), chunk_bytes):
        analyzer.feed(content[start : start + chunk_bytes])
    with pa.Analysis(analyzer.finish(), ["fed"]) as analysis:
        assert without_run(document(build(analysis))) == without_run(reported(path))


def test_an_empty_capture_has_a_report_of_the_same_shape(write_pcap: Callable[..., Path]) -> None:
    report: dict[str, Any] = json.loads(reported(write_pcap()))
    assert tuple(report) == KEYS
    assert report["capture"]["duration_ns"] is None
    assert (report["verdict"]["side"], report["verdict"]["cause"]) == ("unknown", None)
    assert report["health"]["score"] is None
    assert report["capture"]["quality"]["state"] == "unknown"
    assert report["flows"] == report["endpoints"] == report["protocols"] == report["buckets"]["rows"] == []


def test_sections_have_names_of_their_own(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        names = [section.name for section in build(analysis).sections]
    assert names == [
        *("verdict", "quality", "ledger", "connections", "dns", "http", "capture", "protocols", "endpoints"),
        *("conversations", "moments"),
    ]

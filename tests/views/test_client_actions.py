"""What clients did, on real captures whose truth is known (`tests/captures/README.md`)."""

import struct
from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa
from pcap_analyzer.database import connect_to_nothing
from pcap_analyzer.views import VIEWS

CAPTURES = Path(__file__).parents[1] / "captures"
MS = 1_000_000
PARTS = ("dns_ns", "connect_ns", "tls_ns", "client_ns", "request_ns", "network_ns", "server_ns", "response_ns")


def actions(capture: str) -> list[dict[str, Any]]:
    with pa.analyze(CAPTURES / capture) as analysis:
        return analysis.tables.rows("SELECT * FROM client_actions ORDER BY action")


@pytest.mark.parametrize("view", VIEWS, ids=[view.spec["name"] for view in VIEWS])
def test_columns_are_as_told(view: Any) -> None:
    with connect_to_nothing() as connection:
        columns = connection.execute(f"DESCRIBE {view.spec['name']}").fetchall()
    assert [(name, kind) for name, kind, *_ in columns] == [(one["name"], one["type"]) for one in view.spec["columns"]]


@pytest.mark.parametrize("capture", sorted(path.name for path in CAPTURES.glob("*.pcap*")))
def test_the_parts_add_up(capture: str) -> None:
    rows = actions(capture)
    assert [row["action"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        parts = [row[part] or 0 for part in PARTS]
        assert min(parts) >= 0
        assert sum(parts) == row["duration_ns"]


def test_the_first_request_holds_the_way_to_it() -> None:
    first, *later = [row for row in actions("healthy_dns_web.pcap") if row["stream"] == 0]
    assert (first["service"], first["outcome"], first["first_on_connection"]) == ("http", "answered", True)
    assert first["dns_frame"] == 1
    assert first["dns_ns"] >= 14 * MS, "the path takes 14 ms"
    assert first["connect_ns"] == pytest.approx(14 * MS, abs=2 * MS)
    assert {row["dns_ns"] for row in later} == {None}


def test_a_slow_handshake_of_tls_is_its_own() -> None:
    opening = [row for row in actions("tls_slow.pcapng") if row["first_on_connection"]]
    assert all(row["tls_ns"] > 600 * MS for row in opening)
    assert all(row["server_ns"] < 50 * MS for row in opening)


def test_what_fails_before_a_request_has_a_row() -> None:
    assert {row["outcome"] for row in actions("tls_alert.pcap")} == {"no_tls"}
    names = [(row["service"], row["status"], row["stream"], row["outcome"]) for row in actions("dns_nxdomain.pcap")]
    assert set(names) == {("dns", "NXDOMAIN", None, "no_name")}


def test_a_connection_long_after_the_answer_did_not_wait_for_the_name(tmp_path: Path) -> None:
    capture = bytearray((CAPTURES / "healthy_dns_web.pcap").read_bytes())
    at = 24
    for _ in range(2):  # the query and its answer, two seconds earlier
        seconds, _, captured = struct.unpack_from("<III", capture, at)
        struct.pack_into("<I", capture, at, seconds - 2)
        at += 16 + captured
    (tmp_path / "earlier.pcap").write_bytes(capture)
    first = next(row for row in actions(str(tmp_path / "earlier.pcap")) if row["stream"] == 0)
    assert (first["dns_frame"], first["dns_ns"]) == (None, None)

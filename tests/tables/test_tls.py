"""The table of TLS on real captures, whose truth the programs wrote down (`tests/captures/README.md`)."""

from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa


def rows(capture: Path, columns: str, table: str = "tls_handshakes") -> list[dict[str, Any]]:
    with pa.analyze(capture) as analysis:
        return analysis.rows(f"SELECT {columns} FROM {table} ORDER BY start_frame")


def test_a_slow_server_is_told_from_the_path(captures: Path) -> None:
    # The server waited 700 ms before its ServerHello; the path's round trip is 14 ms.
    told = rows(
        captures / "tls_slow.pcapng",
        "version, server_name, server_compute_ns / 1e6 AS ms, handshake_ns / 1e6 AS whole_ms",
    )
    assert len(told) == 3
    for row in told:
        assert (row["version"], row["server_name"]) == ("TLS 1.3", "lab.example")
        assert row["ms"] == pytest.approx(700, abs=10)
        assert row["whole_ms"] == pytest.approx(716, abs=10)


def test_an_alert_has_its_sender_and_reason(captures: Path) -> None:
    told = rows(
        captures / "tls_alert.pcap",
        "version, alert, alert_level, alert_sender, alert_frame, handshake_ns, certificate_subject, certificate_issuer",
    )
    assert [row.pop("alert_frame") for row in told] == [17, 21, 26]
    for row in told:
        assert row == {
            "version": "TLS 1.2",
            "alert": "unknown_ca",
            "alert_level": "fatal",
            "alert_sender": "client",
            "handshake_ns": None,
            "certificate_subject": "lab.example",
            "certificate_issuer": "lab.example",
        }


@pytest.mark.parametrize("table", ["tls_handshakes", "quic_connections"])
def test_without_encryption_there_is_no_row(captures: Path, table: str) -> None:
    assert rows(captures / "healthy_dns_web.pcap", "*", table) == []

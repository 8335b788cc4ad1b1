"""TCP connections."""

from typing import Any

import pytest

from pcap_analyzer.report.model import Facts, Paragraph
from pcap_analyzer.report.sections import connections

FLOW: dict[str, Any] = {
    "client": "192.0.2.1:40000",
    "server": "192.0.2.2:443",
    "stream": 3,
    "duration_ns": 2_000_000_000,
    "syn_retransmissions": 0,
    "syn_ack_retransmissions": 0,
    "vantage": "client",
    "vantage_confidence": 0.889,
    "client_data_packets": 10,
    "server_data_packets": 1204,
    "client_retransmitted_packets": 0,
    "server_retransmitted_packets": 0,
    "client_super_segments": 0,
    "server_super_segments": 0,
    "client_payload_bytes": 1000,
    "server_payload_bytes": 1_204_000,
    "client_mss_bytes": 1000,
    "server_mss_bytes": 1460,
    "client_zero_window_spans": 0,
    "server_zero_window_spans": 0,
    "client_zero_window_ns": 0,
    "server_zero_window_ns": 0,
    "client_rtt_p50_ns": 210_000,
    "server_rtt_p50_ns": 1_240_000_000,
    "client_rtt_samples": 40,
    "server_rtt_samples": 6,
    "ledger": [
        {"category": "loss_rto", "side": "network", "duration_ns": 900_000_000},
        {"category": "idle", "side": "client", "duration_ns": 800_000_000},
        {"category": "slow_start", "side": "none", "duration_ns": 299_000_000},
        {"category": "think", "side": "server", "duration_ns": 1_000_000},
    ],
}


def told(**changes: object) -> dict[str, str]:
    """What is said of a connection, after some facts of it have been changed."""
    section = connections.show({"flows": [FLOW | changes], "flows_sums": {"tcp_flows": 1}, "names": {}})
    assert section
    (facts,) = section.blocks
    assert isinstance(facts, Facts)
    return {fact.label: fact.text for fact in facts.items} | {"title": facts.title}


def test_what_is_said_of_a_connection() -> None:
    assert told() == {
        "title": "192.0.2.1:40000 → 192.0.2.2:443, stream 3",
        "Waited for": "1.20 s of 2.00 s: loss recovery, timeout (network) 75.0 %; slow start 24.9 %",
        "Retransmitted": "none of 1,214 data segments",
        "RTT p50": "to the client 210 µs (n 40), to the server 1,240 ms (n 6)",
        "Captured": "at the client (confidence 89 %)",
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"server_retransmitted_packets": 37}, "server 37 of 1,204 data segments, 3.1 %"),
        ({"client_retransmitted_packets": 2, "syn_retransmissions": 2}, "SYN 2 times"),
        (
            {"client_retransmitted_packets": 3, "syn_retransmissions": 2, "server_retransmitted_packets": 1},
            "client 1 of 10 data segments, 10.0 %; server 1 of 1,204 data segments, <0.1 %; SYN 2 times",
        ),
        ({"server_data_packets": 0, "server_retransmitted_packets": 1}, "server 1 segment"),
        ({"server_data_packets": 0, "client_data_packets": 0}, "nothing; no data was sent"),
        # Of 30 merged frames the pieces count: 1.204 MB in segments of 1,000 bytes, which is what the client takes.
        (
            {"server_data_packets": 30, "server_super_segments": 30, "server_retransmitted_packets": 37},
            "server 37 of 1,204 data segments, 3.1 %",
        ),
    ],
)
def test_retransmissions_have_a_denominator(changes: dict[str, object], text: str) -> None:
    assert told(**changes)["Retransmitted"] == text


def test_what_was_not_measured_is_said_so() -> None:
    half = told(client_rtt_p50_ns=None, client_rtt_samples=0)
    assert half["RTT p50"] == "to the client –, to the server 1,240 ms (n 6)"
    none = told(client_rtt_p50_ns=None, server_rtt_p50_ns=None, vantage="unknown", vantage_confidence=0.0)
    assert none["RTT p50"] == "not measured: no data was acknowledged while captured"
    assert none["Captured"] == "cannot tell where"


def test_zero_windows_are_told_where_there_were_any() -> None:
    changes = {"client_zero_window_spans": 3, "client_zero_window_ns": 2_990_000_000}
    assert told(**changes)["Zero window"] == "client 3 times, 2.99 s"


def test_a_connection_that_nobody_waited_for() -> None:
    assert told(ledger=FLOW["ledger"][1:2])["Waited for"] == "nothing of 2.00 s"


def test_only_a_few_are_shown_and_others_than_tcp_are_not() -> None:
    udp = {"protocol": "udp"}
    section = connections.show({"flows": [FLOW] * 5 + [udp], "flows_sums": {"tcp_flows": 50}, "names": {}})
    assert section
    assert len(section.blocks) == 4
    assert isinstance(section.blocks[-1], Paragraph)
    assert section.blocks[-1].text.startswith("3 of 50, ")
    assert connections.show({"flows": [udp], "flows_sums": {"tcp_flows": 0}, "names": {}}) is None

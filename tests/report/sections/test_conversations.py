"""The flows: the costliest and the biggest."""

from collections.abc import Callable
from typing import Any

import pytest

from pcap_analyzer.report.model import Table
from pcap_analyzer.report.sections import conversations
from pcap_analyzer.tables import Tables

TCP_ONLY = {"cost_ns", "ledger", "end_reason", "server_rtt_p50_ns", "retransmitted_packets"}


def flow(number: int, wire_bytes: int = 0, duration_ns: int = 0, protocol: str = "tcp") -> dict[str, object]:
    sizes = {"client_wire_bytes": wire_bytes, "duration_ns": duration_ns, "client": f"c{number}", "server": "s"}
    return {"flow": number, "protocol": protocol, "stream": None if protocol == "icmp" else number, **sizes}


def connection(number: int, **more: object) -> dict[str, object]:
    return {"flow": number, "stream": number, **more}


def part(stream: int, category: str, side: str, duration_ns: int) -> dict[str, object]:
    return {"stream": stream, "category": category, "side": side, "duration_ns": duration_ns}


def test_the_costliest_come_first(tables: Callable[..., Tables]) -> None:
    ledger = [
        part(0, "idle", "client", 900),
        part(0, "tls", "server", 5),
        part(1, "network_rtt", "network", 900),
        part(2, "think", "client", 900),
        part(2, "tls", "network", 7),
        part(2, "think", "server", 8),
    ]
    connections = [connection(number) for number in range(3)]
    read = conversations.read(tables(flows=[flow(n) for n in range(3)], tcp_flows=connections, tcp_ledger=ledger))
    assert [(row["flow"], row["cost_ns"]) for row in read["flows"]] == [(2, 15), (0, 5), (1, 0)]
    assert read["flows"][0]["ledger"] == [
        {"category": "think", "side": "client", "duration_ns": 900},
        {"category": "think", "side": "server", "duration_ns": 8},
        {"category": "tls", "side": "network", "duration_ns": 7},
    ]


def test_equal_cost_goes_by_stream_and_other_protocols_follow_by_size(tables: Callable[..., Tables]) -> None:
    flows = [flow(0, 1, protocol="icmp"), flow(1), flow(2, 9, protocol="udp"), flow(3), flow(4, 9, protocol="udp")]
    read = conversations.read(tables(flows=flows, tcp_flows=[connection(3), connection(1)]))
    assert [row["flow"] for row in read["flows"]] == [1, 3, 2, 4, 0]
    assert TCP_ONLY - {"retransmitted_packets"} <= set(read["flows"][0])
    assert not TCP_ONLY & set(read["flows"][2])
    assert read["flows"][0]["ledger"] == []


def test_the_list_is_bounded_and_the_sums_are_over_all(
    tables: Callable[..., Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "_KEPT", 10)
    flows = [flow(number, number % 7) for number in range(30)]
    connections = [connection(number, client_retransmitted_packets=2) for number in range(30)]
    ledger = [part(number, "tls", "server", number) for number in range(30)]
    read = conversations.read(tables(flows=flows, tcp_flows=connections, tcp_ledger=ledger))
    assert [row["flow"] for row in read["flows"]] == list(range(29, 19, -1))
    assert read["flows_total"] == 30
    assert read["flows_sums"]["client_wire_bytes"] == sum(number % 7 for number in range(30))
    assert read["flows_sums"]["client_retransmitted_packets"] == 60
    assert [row["flow"] for row in read["biggest_flows"][:3]] == [6, 13, 20]


def shown(read: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the table, by the titles of its columns."""
    (table,) = conversations.show(read | {"names": {}}).blocks
    assert isinstance(table, Table)
    return [dict(zip((column.title for column in table.columns), row, strict=True)) for row in table.rows]


def test_a_rate_needs_a_duration(tables: Callable[..., Tables]) -> None:
    rows = shown(conversations.read(tables(flows=[flow(0, 1000, 1_000_000), flow(1, 100)])))
    assert [row["Rate"] for row in rows] == [8_000_000.0, None]
    assert rows[0]["Client → server"] == "c0 → s"


def test_how_a_connection_ended_and_what_was_sent_again(tables: Callable[..., Tables]) -> None:
    ends = connection(0, end_reason="fin", client_retransmitted_packets=2, server_retransmitted_packets=3)
    read = conversations.read(tables(flows=[flow(0, 9), flow(1, 5, protocol="udp")], tcp_flows=[ends]))
    assert [(row["End"], row["Retransmitted"]) for row in shown(read)] == [("closed", 5), ("", None)]

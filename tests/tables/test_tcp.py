"""The tables of TCP on real captures, whose truth the kernels and the emulated path wrote down (`tests/captures/README.md`)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa

CAPTURES = [
    "delayed_ack_nagle.pcap",
    "loss_few_packets.pcapng",
    "mtu_pmtud_ok.pcap",
    "reset_server.pcap",
    "syn_loss.pcapng",
    "tls_slow.pcapng",
    "zero_window_slow_reader.pcap",
]

FLOW_COLUMNS = """
    stream, client, server, duration_ns, completeness, zk_conn_state, end_reason, reset_by, vantage,
    handshake_ns, handshake_server_rtt_ns, syn_retransmissions, syn_ack_retransmissions,
    COLUMNS('^(client|server)_(data_packets|unique_bytes|retransmitted_packets|fast_retransmissions|rto_retransmissions)$'),
    COLUMNS('^(client|server)_(pmtu_retransmissions|lost_upstream_packets|lost_downstream_packets|missed_bytes)$'),
    COLUMNS('^(client|server)_(rtt_min_ns|rtt_p50_ns|flight_max_bytes|window_max_bytes|zero_window_ns|zero_window_spans)$')
"""

# Every part of a table is one line for each row; of wide rows, one line for each column that holds something.
PARTS = {
    "tcp_flows": f"""
        SELECT stream, name, value FROM (
            UNPIVOT (SELECT stream, COLUMNS(* EXCLUDE stream)::VARCHAR FROM (SELECT {FLOW_COLUMNS} FROM tcp_flows))
            ON * EXCLUDE stream INTO NAME name VALUE value
        ) WHERE value NOT IN ('0', 'false') ORDER BY stream
    """,
    "tcp_ledger": "SELECT stream, category, side, duration_ns FROM tcp_ledger ORDER BY stream, duration_ns DESC",
    "tcp_events": """
        SELECT stream, frame_number, direction, kind, relative_seq, payload_bytes, reference_frame, duration_ns, place
        FROM tcp_events ORDER BY frame_number
    """,
}


def rows_of(capture: Path, sql: str) -> list[dict[str, Any]]:
    with pa.analyze(capture) as analysis:
        return analysis.rows(sql)


def dominant(capture: Path) -> tuple[str, str]:
    """The category and side that most of the connections' time went into."""
    (row,) = rows_of(
        capture,
        "SELECT category, side FROM tcp_ledger GROUP BY category, side ORDER BY sum(duration_ns) DESC LIMIT 1",
    )
    return row["category"], row["side"]


def parts_ms(capture: Path, category: str, side: str) -> float:
    (row,) = rows_of(
        capture,
        f"SELECT coalesce(sum(duration_ns), 0) / 1e6 AS ms FROM tcp_ledger"
        f" WHERE category = '{category}' AND side = '{side}'",
    )
    return float(row["ms"])


def retransmitted(capture: Path) -> tuple[int, int]:
    (row,) = rows_of(
        capture,
        "SELECT sum(client_retransmitted_packets)::BIGINT AS client, sum(server_retransmitted_packets)::BIGINT AS server"
        " FROM tcp_flows",
    )
    return row["client"], row["server"]


@pytest.mark.parametrize("name", CAPTURES)
def test_what_the_tables_say(captures: Path, golden: Callable[[str, str], None], name: str) -> None:
    parts = []
    with pa.analyze(captures / name) as analysis:
        for table, sql in PARTS.items():
            lines = [" ".join("-" if v is None else str(v) for v in row.values()) for row in analysis.rows(sql)]
            parts.append("\n".join([f"# {table}", *lines]) + "\n")
    golden(f"tcp_{name.split('.', maxsplit=1)[0]}.txt", "\n".join(parts))


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "captures").glob("*.pcap*")), ids=lambda p: p.name)
def test_the_parts_of_every_connection_add_up(path: Path) -> None:
    wrong = rows_of(
        path,
        """
        SELECT stream, flow.duration_ns AS duration_ns, coalesce(sum(part.duration_ns), 0) AS parts_ns
        FROM tcp_flows AS flow LEFT JOIN tcp_ledger AS part USING (stream)
        GROUP BY ALL HAVING parts_ns != flow.duration_ns
        """,
    )
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "sent_again"),
    [
        ("loss_few_packets.pcapng", (0, 3)),  # three data packets were dropped, and the server's kernel sent 3 again
        ("mtu_pmtud_ok.pcap", (0, 15)),  # ten were too large, and came again as 15
        ("syn_loss.pcapng", (3, 0)),  # three SYNs were dropped
        ("delayed_ack_nagle.pcap", (0, 0)),
        ("reset_server.pcap", (0, 0)),
        ("tls_slow.pcapng", (0, 0)),
        ("zero_window_slow_reader.pcap", (0, 0)),
        ("healthy_dns_web.pcap", (0, 0)),
    ],
)
def test_as_much_was_sent_again_as_the_kernels_counted(captures: Path, name: str, sent_again: tuple[int, int]) -> None:
    assert retransmitted(captures / name) == sent_again


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("delayed_ack_nagle.pcap", ("nagle_delayed_ack", "client")),
        ("syn_loss.pcapng", ("handshake_loss", "network")),
        ("tls_slow.pcapng", ("tls", "server")),
        ("server_think.pcap", ("think", "server")),
        ("zero_window_slow_reader.pcap", ("zero_window", "client")),
    ],
)
def test_most_of_the_time_went_into_the_cause(captures: Path, name: str, label: tuple[str, str]) -> None:
    assert dominant(captures / name) == label


def test_a_lost_syn_costs_the_seconds_that_the_kernel_waited(captures: Path) -> None:
    # Three SYNs were lost, and this kernel waits a second before each repeat.
    assert 3000 <= parts_ms(captures / "syn_loss.pcapng", "handshake_loss", "network") <= 3100


def test_what_a_router_rejects_is_the_pmtus_and_no_loss(captures: Path) -> None:
    capture = captures / "mtu_pmtud_ok.pcap"
    assert parts_ms(capture, "pmtu", "network") > 0
    assert [parts_ms(capture, kind, "network") for kind in ("loss_fast", "loss_tlp", "loss_rto")] == [0, 0, 0]
    assert rows_of(capture, "SELECT DISTINCT kind FROM tcp_events") == [{"kind": "retransmission_pmtu"}]


def test_losses_are_seen_as_before_a_capture_at_the_client(captures: Path) -> None:
    capture = captures / "loss_few_packets.pcapng"
    kinds = rows_of(capture, "SELECT kind, place, count(*) AS n FROM tcp_events GROUP BY ALL")
    assert kinds == [{"kind": "retransmission_fast", "place": "upstream", "n": 3}]


def test_a_reset_names_who_sent_it(captures: Path) -> None:
    assert rows_of(captures / "reset_server.pcap", "SELECT end_reason, reset_by FROM tcp_flows") == [
        {"end_reason": "reset", "reset_by": "server"}
    ]

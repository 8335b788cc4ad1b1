"""What several findings ask for, made once: temporary tables over those of the capture.

- `connections`: a row for each TCP connection, with its ledger and what `halves` shows as columns;
- `halves`: two rows for each, what the one end sent and what its peer did about it (`peer_…`);
- `neighbor_exchanges`: those of ARP and of neighbor discovery;
- `receivers`: two rows for each, what the window of the one end and the buffer of its peer cost;
- `suffered`: the streams that each finding so far has spoken about; `claims`: what it claims of their time; `shown`: the
  events that show it.
"""

from collections.abc import Iterable
from typing import Final

from pcap_analyzer.ledger import is_rest
from pcap_analyzer.tables import Tables

# Parts of the ledger as columns: of which categories, and on whose side, where that matters.
_Parts = tuple[tuple[str, ...], str | None]
_SUMS: Final[dict[str, _Parts]] = {
    "loss_ns": (("loss_fast", "loss_tlp", "loss_rto"), None),
    "loss_rto_ns": (("loss_rto",), None),
    "handshake_loss_ns": (("handshake_loss",), None),
    "handshake_part_ns": (("handshake",), None),
    "congestion_window_ns": (("congestion_window",), None),
    "slow_start_ns": (("slow_start",), None),
    "bandwidth_ns": (("bandwidth",), None),
    "queue_ns": (("queue",), None),
    "network_rtt_ns": (("network_rtt",), None),
    "pmtu_ns": (("pmtu",), None),
    "network_tls_ns": (("tls",), "network"),
    **{
        f"{side}_{category}_ns": ((category,), side)
        for category in (
            *("think", "application", "receiver_window", "zero_window", "sender_buffer"),
            *("nagle_delayed_ack", "tls", "idle"),
        )
        for side in ("client", "server")
    },
}

_OF_EACH: Final = (
    *("packets", "data_packets", "payload_bytes", "unique_bytes", "retransmitted_packets"),
    *("rto_retransmissions", "unneeded_retransmissions"),
    *("spurious_retransmissions", "pmtu_retransmissions", "lost_upstream_packets", "lost_downstream_packets"),
    *("reordered_packets", "network_duplicate_packets", "capture_duplicate_packets", "window_probes", "keep_alives"),
    *("dsack_packets", "ce_packets", "ece_packets"),
    *("largest_payload_bytes", "flight_max_bytes", "window_max_bytes"),
    *("zero_window_spans", "rtt_samples", "rtt_min_ns", "rtt_p50_ns", "rtt_p95_ns"),
    *("ttl_min", "ttl_max", "longest_pause_ns", "rst_packets"),
    *("last_data_time_ns", "fin_time_ns", "syn_packets"),
)
# What a finding about one end asks of its peer.
_OF_PEER: Final = (
    *("data_packets", "payload_bytes", "retransmitted_packets", "pmtu_retransmissions", "dsack_packets", "ece_packets"),
    *("window_max_bytes", "zero_window_spans", "rtt_samples", "rtt_min_ns", "rtt_p50_ns", "rtt_p95_ns"),
    *("ttl_min", "ttl_max", "last_data_time_ns", "fin_time_ns"),
)

# Only what the capture has is summed up; everything else is zero.
_PAIRS: Final = "SELECT DISTINCT category, side FROM tcp_ledger ORDER BY ALL"
_CONNECTIONS: Final = """
    CREATE OR REPLACE TEMP TABLE connections AS
    WITH parts AS (SELECT stream{sums} FROM tcp_ledger GROUP BY stream)
    SELECT f.flow, f.stream, f.client, f.server, w.client_address, w.client_port, w.server_address, w.server_port,
           f.first_time_ns, f.last_time_ns, f.duration_ns, f.first_frame, f.last_frame, f.zk_conn_state, f.end_reason,
           f.reset_by, f.reset_frame, f.completeness, f.handshake_ns, f.handshake_client_rtt_ns, f.handshake_server_rtt_ns,
           f.syn_retransmissions, f.syn_ack_retransmissions, f.clock_steps, f.vantage, f.vantage_confidence,
           f.timestamps, f.sack_permitted,
           {ends},
           f.client_missed_bytes + f.server_missed_bytes AS missed_bytes,
           f.client_packets = 0 OR f.server_packets = 0 AS one_way,
           -- The floor of the path's round trip: each leg at its shortest, however it was measured.
           least(f.client_rtt_min_ns, f.client_timestamp_rtt_min_ns, f.handshake_client_rtt_ns)
               + least(f.server_rtt_min_ns, f.server_timestamp_rtt_min_ns, f.handshake_server_rtt_ns) AS rtt_ns,
           {columns}
    FROM tcp_flows AS f JOIN flows AS w USING (flow) LEFT JOIN parts AS p ON p.stream = f.stream
"""

_FEW: Final = 10_000
_BOTH_WAYS: Final = (("client", "server", "upstream"), ("server", "client", "downstream"))

_HALVES: Final = "CREATE OR REPLACE TEMP {kind} halves AS " + " UNION ALL ".join(
    f"SELECT stream, '{sender}' AS sender, '{peer}' AS receiver, '{direction}' AS direction, "
    + ", ".join(f"{sender}_{name} AS {name}" for name in _OF_EACH)
    + "".join(f", {peer}_{name} AS peer_{name}" for name in _OF_PEER)
    + " FROM connections"
    for sender, peer, direction in _BOTH_WAYS
)

# What each end's window or buffer cost, and what else was waited for in the same connection.
_RECEIVERS: Final = "CREATE OR REPLACE TEMP VIEW receivers AS " + " UNION ALL ".join(
    f"SELECT stream, '{receiver}' AS receiver, '{sender}' AS sender, {receiver}_zero_window_ns AS zero_window_ns, "
    f"{receiver}_receiver_window_ns AS receiver_window_ns, {sender}_sender_buffer_ns AS sender_buffer_ns, "
    f"{sender}_nagle_delayed_ack_ns AS nagle_delayed_ack_ns, {sender}_application_ns AS application_ns, "
    "loss_ns, congestion_window_ns, waited_ns, rtt_ns FROM connections"
    for sender, receiver, _ in _BOTH_WAYS
)

_SUFFERED: Final = """
    CREATE OR REPLACE TEMP TABLE suffered (number BIGINT, finding VARCHAR, stream BIGINT, place BIGINT);
    CREATE OR REPLACE TEMP TABLE claims (number BIGINT, category VARCHAR, side VARCHAR);
    CREATE OR REPLACE TEMP TABLE shown (number BIGINT, kind VARCHAR);
    CREATE OR REPLACE TEMP VIEW explained AS SELECT stream FROM suffered WHERE false;
"""


_NEIGHBORS: Final = """
    CREATE OR REPLACE TEMP VIEW neighbor_exchanges AS SELECT * FROM arp_exchanges UNION ALL SELECT * FROM ndp_exchanges
"""


def _connections(tables: Tables) -> str:
    """The statement that makes `connections`."""
    pairs = [(row["category"], row["side"]) for row in tables.rows(_PAIRS)]
    sums = "".join(
        f", CAST(sum(CASE WHEN category = '{category}' AND side = '{side}' THEN duration_ns ELSE 0 END) AS BIGINT)"
        f" AS {category}_{side}"
        for category, side in pairs
    )
    columns = {
        name: [pair for pair in pairs if pair[0] in categories and side in (None, pair[1])]
        for name, (categories, side) in _SUMS.items()
    }
    columns["waited_ns"] = [pair for pair in pairs if not is_rest(*pair)]
    return _CONNECTIONS.format(
        sums=sums,
        ends=", ".join(f"f.{end}_{name}" for end in ("client", "server") for name in _OF_EACH),
        columns=", ".join(f"{_sum(chosen)} AS {name}" for name, chosen in columns.items()),
    )


def _sum(pairs: list[tuple[str, str]]) -> str:
    added = " + ".join(f"p.{category}_{side}" for category, side in pairs)
    return f"CAST(coalesce({added}, 0) AS BIGINT)" if pairs else "CAST(0 AS BIGINT)"


def _halves(tables: Tables) -> str:
    """The statement that makes `halves`: of few connections it is sooner written once than planned each time."""
    few = tables.row("SELECT count(*) AS connections FROM connections")["connections"] <= _FEW
    return _HALVES.format(kind="TABLE" if few else "VIEW")


def prepare(tables: Tables) -> None:
    """Makes the tables that findings share."""
    tables.execute(_connections(tables))
    for statement in (_halves(tables), _RECEIVERS, _SUFFERED, _NEIGHBORS):
        tables.execute(statement)


def explained_by(tables: Tables, names: Iterable[str]) -> None:
    """Lets the view `explained` hold the streams that the findings called `names` have spoken about."""
    listed = ", ".join(f"'{name}'" for name in sorted(names)) or "NULL"
    tables.execute(
        f"CREATE OR REPLACE TEMP VIEW explained AS SELECT DISTINCT stream FROM suffered WHERE finding IN ({listed})"
    )

"""What holds of the ledger on every capture: the parts of a connection's life are its life, to the nanosecond."""

from pcap_analyzer.tables import Tables

CATEGORIES = frozenset(
    [
        "handshake",
        "handshake_loss",
        "tls",
        "think",
        "application",
        "network_rtt",
        "receiver_window",
        "zero_window",
        "congestion_window",
        "sender_buffer",
        "bandwidth",
        "queue",
        "slow_start",
        "loss_fast",
        "loss_tlp",
        "loss_rto",
        "nagle_delayed_ack",
        "pmtu",
        "idle",
        "teardown",
        "capture_gap",
    ]
)
SIDES = frozenset(["client", "network", "server", "capture", "none"])

# Connections whose parts, duration and segments do not say the same, or of which one of the three is missing.
UNEQUAL = """
    WITH parts AS (SELECT stream, sum(duration_ns)::BIGINT AS ns, min(duration_ns) AS least FROM tcp_ledger GROUP BY stream),
         lives AS (SELECT stream, max(time_ns) - min(time_ns) AS ns FROM tcp_segments GROUP BY stream)
    SELECT stream, f.duration_ns AS duration, p.ns AS parts, l.ns AS life, p.least
    FROM tcp_flows f FULL JOIN parts p USING (stream) FULL JOIN lives l USING (stream)
    WHERE f.duration_ns IS NULL OR f.duration_ns <> coalesce(p.ns, 0) OR f.duration_ns IS DISTINCT FROM l.ns OR p.least < 0
    ORDER BY stream
"""


def problems(tables: Tables) -> list[str]:
    """What does not hold, one line for each; the table `tcp_segments` must have been asked for."""
    lines = [
        f"stream {row['stream']}: lasts {row['duration']} ns, parts add up to {row['parts']} (least {row['least']}), "
        f"segments span {row['life']}"
        for row in tables.rows(UNEQUAL)
    ]
    lines += [
        f"{row['category']} on the side {row['side']} is no part of a ledger"
        for row in tables.rows("SELECT DISTINCT category, side FROM tcp_ledger ORDER BY ALL")
        if row["category"] not in CATEGORIES or row["side"] not in SIDES
    ]
    return lines


def shares(tables: Tables) -> dict[str, float]:
    """category/side -> its part of all connections' time together, in percent."""
    rows = tables.rows(
        "SELECT category, side, sum(duration_ns)::DOUBLE AS ns FROM tcp_ledger GROUP BY category, side HAVING ns > 0"
    )
    total = sum(row["ns"] for row in rows)
    return {f"{row['category']}/{row['side']}": 100 * row["ns"] / total for row in rows}

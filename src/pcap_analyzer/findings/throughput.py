"""What the largest transfers achieved.

What it finds:
    The rate of large transfers, and what most of their time went into.

Why it matters:
    Whether a link was used says little without what held the transfer back: a full link is no fault, a small window is one
    setting away from twice the rate.

What to check next:
    - The finding that names the same streams: it says what to change.
    - Where there is none, the rate of the link between the two.

References:
    RFC 6349 (framework for TCP throughput testing); RFC 9293
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.ledger import LABELS
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, rate, size

from ._api import SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("throughput",)
ONLY_IF = (
    "connections",
    "greatest(client_payload_bytes, server_payload_bytes) >= {least_mb} * 1e6 AND duration_ns >= {least_length_s} * 1e9",
)

# By what was sent once: what had to be sent again moved nothing forward.
_TRANSFERS = f"""
    WITH large AS (
        SELECT stream, client, server, client_unique_bytes, server_unique_bytes, client_first_data_time_ns,
               client_last_data_time_ns, server_first_data_time_ns, server_last_data_time_ns
        FROM tcp_flows WHERE greatest(client_unique_bytes, server_unique_bytes) >= $least_bytes
    ), sent AS (
        SELECT stream, client AS sender, server AS receiver, client_unique_bytes AS cost_ns,
               client_last_data_time_ns - client_first_data_time_ns AS length_ns FROM large
        UNION ALL
        SELECT stream, server, client, server_unique_bytes, server_last_data_time_ns - server_first_data_time_ns FROM large
    ), transfers AS (
        SELECT *, cost_ns * 8.0 * {SECOND} / length_ns AS rate_bps
        FROM sent WHERE cost_ns >= $least_bytes AND length_ns >= $least_ns
    )
    SELECT count(*) AS transfers, {STREAMS}, CAST(max(cost_ns) AS BIGINT) AS bytes, arg_max(sender, cost_ns) AS sender,
           arg_max(receiver, cost_ns) AS receiver, arg_max(length_ns, cost_ns) AS length_ns,
           arg_max(rate_bps, cost_ns) AS rate_bps, median(rate_bps) AS median_bps, max(rate_bps) AS fastest_bps,
           arg_max((SELECT arg_max(category, l.duration_ns) FROM tcp_ledger AS l WHERE l.stream = transfers.stream
                    AND category NOT IN ('idle', 'teardown', 'handshake')), cost_ns) AS category
    FROM transfers
"""


def find(
    tables: Tables,
    *,
    least_mb: Annotated[float, Threshold("MB", "a smaller one is over before it has a rate")] = 1,
    least_length_s: Annotated[float, Threshold("s", "a shorter one waits for its first round trips")] = 1,
) -> Iterator[Finding]:
    """A note about all large transfers, with the figures of the largest."""
    row = tables.row(_TRANSFERS, least_bytes=least_mb * 1e6, least_ns=least_length_s * SECOND)
    if not row["transfers"]:
        return
    yield Finding(
        cause="throughput",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "The largest transfer ran at {rate}: {bytes} from {sender} to {receiver} in {length}",
            rate=rate(row["rate_bps"]),
            bytes=size(row["bytes"]),
            sender=row["sender"],
            receiver=row["receiver"],
            length=duration(row["length_ns"]),
        ),
        explanation=say(
            "Of {transfers} it is the one with most bytes; most of the time of its connection went into: {part}.",
            transfers=plural(row["transfers"], "large transfer"),
            part=LABELS.get(row["category"], "–"),
        ),
        evidence={
            "transfers": row["transfers"],
            "largest_bytes": row["bytes"],
            "largest_bps": round(row["rate_bps"]),
            "median_bps": round(row["median_bps"]),
            "fastest_bps": round(row["fastest_bps"]),
            "most_time_in": row["category"],
        },
        streams=row["streams"],
        display_filter="tcp.len > 0",
    )

"""Many small requests, one after the other.

What it finds:
    Connections that spend their time on round trips of the path, since each request waits for the answer to the one
    before.

Why it matters:
    The number of turns times the round trip is a floor that neither bandwidth nor a faster server lowers. What takes no
    time on a local network takes seconds over a distance.

What to check next:
    - Whether requests can be made together: batches, joins instead of a query per row, pipelining, HTTP/2.
    - Whether client and server can be brought closer to each other, or a cache put between.

References:
    RFC 9293 (nothing in TCP can hide a round trip); Cheshire, It's the Latency, Stupid, 1996
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, latency

from ._api import MOST, MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("chatty_protocol",)
ONLY_IF = (
    "connections",
    "network_rtt_ns >= {least_round_trips_ms} * 1e6 AND network_rtt_ns >= {least_share} * waited_ns"
    " AND network_rtt_ns >= {least_turns} * rtt_ns AND least(client_data_packets, server_data_packets) >= {least_turns}"
    " AND client_think_ns <= {most_pause_share} * network_rtt_ns",
)
YIELDS_TO = ("jitter",)

_CHATTY = f"""
    WITH chatty AS (
        SELECT stream, client_address, server, network_rtt_ns AS cost_ns, waited_ns, rtt_ns,
               network_rtt_ns / rtt_ns AS turns
        FROM connections ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        WHERE h.sender = 'client' AND rtt_ns > 0 AND network_rtt_ns >= $least_turns * rtt_ns
          AND least(h.data_packets, h.peer_data_packets) >= $least_turns
          AND network_rtt_ns >= $least_ns AND network_rtt_ns >= $least_share * waited_ns
          AND client_think_ns <= $most_pause * network_rtt_ns
    )
    SELECT client_address, min(server) AS server, count(DISTINCT server) AS servers, count(*) AS connections,
           CAST(sum(cost_ns) AS BIGINT) AS round_trips_ns, CAST(sum(turns) AS BIGINT) AS turns,
           CAST(max(rtt_ns) AS BIGINT) AS rtt_ns, CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM chatty GROUP BY client_address ORDER BY round_trips_ns DESC, client_address
    LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_turns: Annotated[float, Threshold("turns", "a page or a session needs some; from here it is a habit")] = 20,
    least_round_trips_ms: Annotated[float, Threshold("ms", "half a second of nothing but distance is noticed")] = 500,
    least_share: Annotated[float, Threshold("share", "most of the waiting is distance")] = 0.5,
    most_pause_share: Annotated[
        float, Threshold("share", "a client that pauses half as long as it waits is not held up by turns")
    ] = 0.5,
) -> Iterator[Finding]:
    """One finding for each client that talks so."""
    rows = tables.rows(
        _CHATTY,
        least_turns=least_turns,
        least_ns=least_round_trips_ms * MS,
        least_share=least_share,
        most_pause=most_pause_share,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="chatty_protocol",
            side=Side.CLIENT,
            effect=Effect.SLOWED,
            confidence=0.85,
            title=say(
                "The client {client} asks one thing after the other: about {turns} of {rtt} make {time}",
                client=row["client_address"],
                turns=plural(row["turns"], "turn"),
                rtt=latency(row["rtt_ns"]),
                time=duration(row["round_trips_ns"]),
            ),
            explanation=say(
                "Each request left only after the answer to the one before, so every one of them paid the round trip of"
                " the path; server and network were quick."
            ),
            evidence={
                "client": row["client_address"],
                "server": row["server"] if row["servers"] == 1 else None,
                "connections": row["connections"],
                "turns": row["turns"],
                "rtt_ns": row["rtt_ns"],
                "round_trips_ns": row["round_trips_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("network_rtt",),
            display_filter="tcp.len > 0",
            needs=TIMES,
        )

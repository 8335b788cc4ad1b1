"""A delay that varies.

What it finds:
    Connections whose round trips differ widely from one to the next, although so little is in flight that they cannot
    cause it themselves.

Why it matters:
    Calls and games need an even delay, and each request takes a different time for no reason of its own. Timers at both
    ends grow with the variation, so that real losses take longer to be noticed.

What to check next:
    - Radio links (Wi-Fi, mobile) with retries, and links shared with bursts of other traffic.
    - Virtual machines or gateways short of CPU on the path.
    - Queues: whether the delay follows the load of the link.

References:
    RFC 3393 (delay variation); RFC 9293, 3.8.6.3 (an acknowledgement may be delayed, in practice by 40 ms)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import latency

from ._api import MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("jitter",)
_VARIES = """
    ({end}_rtt_samples >= {{least_samples}} AND {end}_rtt_p95_ns - {end}_rtt_min_ns >= {{least_spread_ms}} * 1e6
     AND {end}_rtt_p95_ns >= {{least_ratio}} * {end}_rtt_min_ns
     AND 4 * ({end}_rtt_p50_ns - {end}_rtt_min_ns) >= {end}_rtt_p95_ns - {end}_rtt_min_ns
     AND {sender}_flight_max_bytes <= {{most_flight_kb}} * 1e3)
"""
ONLY_IF = (
    "connections",
    f"loss_ns = 0 AND network_rtt_ns >= {{least_share}} * waited_ns"
    f" AND ({_VARIES.format(end='client', sender='server')} OR {_VARIES.format(end='server', sender='client')})",
)
YIELDS_TO = ("bufferbloat", "zero_window", "link_outage", "delay_spike")

# Round trips to the receiver of a half are those of its data; a flight of few segments fills no queue.
_VARYING = f"""
    WITH varying AS (
        SELECT stream, h.peer_rtt_samples AS samples, h.peer_rtt_min_ns AS least_ns, h.peer_rtt_p50_ns AS median_ns,
               h.peer_rtt_p95_ns AS most_ns, network_rtt_ns AS cost_ns
        FROM halves AS h JOIN connections USING (stream) ANTI JOIN explained USING (stream)
        WHERE h.peer_rtt_samples >= $least_samples
          AND h.peer_rtt_p95_ns - h.peer_rtt_min_ns >= $least_spread_ns
          AND h.peer_rtt_p95_ns >= $least_ratio * h.peer_rtt_min_ns
          AND h.peer_rtt_p50_ns - h.peer_rtt_min_ns >= 0.25 * (h.peer_rtt_p95_ns - h.peer_rtt_min_ns)
          AND h.flight_max_bytes <= $most_flight_bytes AND loss_ns = 0
          AND rtt_ns >= $least_path_ns AND network_rtt_ns >= $least_share * waited_ns
          -- An application that is slower than the delay varies is told as such.
          AND server_think_ns <= (h.peer_rtt_p95_ns - h.peer_rtt_min_ns) * h.peer_rtt_samples
    )
    SELECT count(*) AS connections, CAST(sum(samples) AS BIGINT) AS samples, CAST(min(least_ns) AS BIGINT) AS least_ns,
           CAST(median(median_ns) AS BIGINT) AS median_ns, CAST(max(most_ns) AS BIGINT) AS most_ns, {STREAMS}
    FROM varying
"""


def find(
    tables: Tables,
    *,
    least_spread_ms: Annotated[
        float,
        Threshold("ms", "between the shortest and the 95th percentile: more than a delayed acknowledgement (40 ms)"),
    ] = 50,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting something else matters more")
    ] = 0.25,
    least_ratio: Annotated[
        float, Threshold("times", "the longest against the shortest: a path twice as long as itself")
    ] = 2,
    least_samples: Annotated[float, Threshold("round trips", "fewer have no percentile")] = 10,
    most_flight_kb: Annotated[float, Threshold("kB", "an initial window (RFC 6928): it queues nowhere for long")] = 15,
    least_path_ms: Annotated[float, Threshold("ms", "below, the hosts' own scheduling varies as much as the path")] = 1,
) -> Iterator[Finding]:
    """One finding for all connections with such round trips."""
    rows = tables.rows(
        _VARYING,
        least_spread_ns=least_spread_ms * MS,
        least_ratio=least_ratio,
        least_share=least_share,
        least_samples=least_samples,
        most_flight_bytes=most_flight_kb * 1000,
        least_path_ns=least_path_ms * MS,
    )
    for row in rows:
        if not row["connections"]:
            return
        yield Finding(
            cause="jitter",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.65,
            title=say(
                "The delay of the path varies: round trips take from {least} to {most}, half of them more than {median}",
                least=latency(row["least_ns"]),
                most=latency(row["most_ns"]),
                median=latency(row["median_ns"]),
            ),
            explanation=say(
                "So little was in flight that no queue of the connection's own explains it, and the variation is wider"
                " than that of delayed acknowledgements."
            ),
            evidence={
                "connections": row["connections"],
                "round_trips": row["samples"],
                "rtt_min_ns": row["least_ns"],
                "rtt_p50_ns": row["median_ns"],
                "rtt_p95_ns": row["most_ns"],
            },
            streams=row["streams"],
            claims=("network_rtt", "think/server"),
            display_filter="tcp.analysis.ack_rtt",
            needs=TIMES,
        )

"""A TLS handshake that the server takes long for.

What it finds:
    Servers that took long to answer during TLS handshakes, with the path's round trips taken off.

Why it matters:
    Every new connection pays it before the first request.

What to check next:
    - CPU of the server, the type of its key (RSA 4096 is slow), a hardware module or key server that it asks.
    - Lookups during the handshake: revocation (OCSP), client certificates, authentication back ends.
    - Whether sessions are resumed.

References:
    RFC 8446, 2 (TLS 1.3 handshake); RFC 5246, 7.3
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, latency

from ._api import MOST, MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("tls_slow_handshake",)
ONLY_IF = ("connections", "server_tls_ns >= {slow_handshake_ms} * 1e6")

_SLOW = f"""
    WITH slow AS (
        SELECT stream, server, server_tls_ns AS cost_ns FROM connections
        WHERE server_tls_ns >= $slow_ns AND server_tls_ns >= $least_share * waited_ns
    )
    SELECT server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS tls_ns, {STREAMS}
    FROM slow GROUP BY server ORDER BY tls_ns DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    slow_handshake_ms: Annotated[
        float,
        Threshold(
            "ms", "signing takes a few milliseconds; a fifth of a second is noticed on every connection", wait=True
        ),
    ] = 200,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
) -> Iterator[Finding]:
    """One finding for each server."""
    for row in tables.rows(_SLOW, slow_ns=slow_handshake_ms * MS, least_share=least_share, most=MOST):
        yield Finding(
            cause="tls_slow_handshake",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "{server} takes long for TLS handshakes: {mean} on average over {connections}",
                server=row["server"],
                mean=latency(row["tls_ns"] / row["connections"]),
                connections=plural(row["connections"], "connection"),
            ),
            explanation=say(
                "In all, clients waited {total} for the server between the first and the last message of the handshake; the"
                " path's round trips are taken off.",
                total=duration(row["tls_ns"]),
            ),
            evidence={"server": row["server"], "connections": row["connections"], "tls_ns": row["tls_ns"]},
            streams=row["streams"],
            claims=("tls/server",),
            display_filter="tls.handshake",
            needs=TIMES,
        )

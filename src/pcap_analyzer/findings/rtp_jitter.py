"""Media that arrives unevenly.

What it finds:
    Streams of calls or video (RTP) whose packets arrive with a varying delay.

Why it matters:
    The receiver has to hold packets back to play them evenly. What comes later than its buffer allows is as good as lost,
    and a longer buffer makes the conversation sluggish.

What to check next:
    - Wi-Fi and mobile links, and links shared with bursts of other traffic.
    - Priority for calls (DSCP EF) where queues grow.

References:
    RFC 3550, 6.4.1 and A.8 (interarrival jitter); ITU-T Y.1541 (delay variation)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import latency

from ._api import MS, Effect, Finding, Threshold, say

CAUSES = ("jitter",)
ONLY_IF = ("rtp_streams", "jitter_ns > 0")

_UNEVEN = """
    SELECT count(*) AS streams, max(jitter_ns) AS jitter_ns, max(delay_variation_max_ns) AS variation_ns,
           CAST(sum(late_40ms_packets) AS BIGINT) AS late, CAST(sum(packets) AS BIGINT) AS packets,
           list(flow ORDER BY jitter_ns DESC, flow) AS flows, min(first_frame, 100) AS frames
    FROM rtp_streams
    WHERE packets >= $least_packets AND jitter_ns >= $least_ns
      -- What loses so much has no jitter worth the name.
      AND missing_packets < 0.05 * expected_packets
"""


def find(
    tables: Tables,
    *,
    least_jitter_ms: Annotated[
        float, Threshold("ms", "a third of the usual 20 ms between packets: a play-out buffer has to grow for it")
    ] = 6,
    least_packets: Annotated[float, Threshold("packets", "a second of a call: fewer have no mean")] = 50,
) -> Iterator[Finding]:
    """One finding for all uneven streams."""
    row = tables.row(_UNEVEN, least_ns=least_jitter_ms * MS, least_packets=least_packets)
    if not row["streams"]:
        return
    yield Finding(
        cause="jitter",
        side=Side.NETWORK,
        effect=Effect.SLOWED,
        severity=Severity.MINOR,
        confidence=0.85,
        title=say(
            "Media arrives unevenly: a mean jitter of up to {jitter} in {streams}",
            jitter=latency(row["jitter_ns"]),
            streams=plural(row["streams"], "media stream"),
        ),
        explanation=say(
            "By their time stamps packets were sent evenly; the delay of the path varied by up to {variation}.",
            variation=latency(row["variation_ns"] or 0),
        ),
        evidence={
            "streams": row["streams"],
            "jitter_ns": row["jitter_ns"],
            "delay_variation_ns": row["variation_ns"],
            "late_40ms_packets": row["late"],
            "packets": row["packets"],
        },
        flows=row["flows"],
        frames=row["frames"],
        frames_total=row["streams"],
        display_filter="rtp",
    )

"""Media packets that are lost.

What it finds:
    Streams of calls or video (RTP) in which sequence numbers are missing.

Why it matters:
    Nothing is sent again: what is lost is not heard or seen. From one in a hundred on it is noticed, and losses in a row
    are worse than single ones.

What to check next:
    - The same as for any loss: error counters, Wi-Fi, full queues on that path and in that direction.
    - Priority for calls (DSCP EF) on the narrowest link.
    - For bursts: how the sender paces, and the depth of the queue where a fast link meets a slower one.

References:
    RFC 3550, A.3 (loss); RFC 3611, 4.7 (bursts); ITU-T G.107, G.113 (what it does to calls)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import share as share_text

from ._api import Effect, Finding, Threshold, say

CAUSES = ("network_loss_downstream", "network_loss_upstream", "microburst_loss")
ONLY_IF = ("rtp_streams", "missing_packets > 0")

# A microburst: the sender sends back to back with pauses between, and what is lost is lost in rows within its bursts.
_LOSING = """
    WITH losing AS (
        SELECT *, CASE sender WHEN 'client' THEN 'upstream' ELSE 'downstream' END AS direction,
               longest_loss_packets >= $least_run AND loss_bursts >= $least_bursts
                   AND burst_lost_packets >= 0.9 * missing_packets
                   AND interval_min_ns <= 0.2 * interval_mean_ns AND interval_max_ns >= 5 * interval_mean_ns AS bursty
        FROM rtp_streams
        WHERE expected_packets >= $least_packets AND missing_packets >= $least_share * expected_packets
    )
    SELECT CASE WHEN bursty THEN 'burst' ELSE direction END AS kind, count(*) AS streams,
           CAST(sum(missing_packets) AS BIGINT) AS lost, CAST(sum(expected_packets) AS BIGINT) AS expected,
           CAST(sum(loss_bursts) AS BIGINT) AS bursts, max(longest_loss_packets) AS longest, min(mos) AS mos,
           min(first_frame, 100) AS frames, list(flow ORDER BY missing_packets DESC, flow) AS flows,
           CAST(sum(missing_packets * coalesce(interval_mean_ns, 0)) AS BIGINT) AS cost_ns
    FROM losing GROUP BY kind ORDER BY kind
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[float, Threshold("share", "ITU-T G.113: from 1 % on calls suffer")] = 0.01,
    least_packets: Annotated[float, Threshold("packets", "a second of a call: fewer have no share")] = 50,
    least_run: Annotated[
        float, Threshold("packets", "lost in a row, for a burst: chance makes that of 10 % loss once in 100,000")
    ] = 5,
    least_bursts: Annotated[float, Threshold("bursts", "one or two rows of losses are an outage")] = 3,
) -> Iterator[Finding]:
    """One finding for each direction, and one for bursts that overflow a queue."""
    rows = tables.rows(
        _LOSING,
        least_share=least_share,
        least_packets=least_packets,
        least_run=least_run,
        least_bursts=least_bursts,
    )
    for row in rows:
        kind = row["kind"]
        yield Finding(
            cause="microburst_loss" if kind == "burst" else f"network_loss_{kind}",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            severity=Severity.MAJOR,
            confidence=0.8 if kind == "burst" else 0.9,
            title=say(
                _TITLES[kind],
                streams=plural(row["streams"], "media stream"),
                lost=plural(row["lost"], "packet"),
                share=share_text(row["lost"] / row["expected"]),
            ),
            explanation=say(
                _EXPLANATIONS[kind == "burst"],
                longest=plural(row["longest"], "packet"),
                bursts=plural(row["bursts"], "burst"),
            ),
            evidence={
                "streams": row["streams"],
                "lost_packets": row["lost"],
                "expected_packets": row["expected"],
                "loss_share": round(row["lost"] / row["expected"], 6),
                "loss_bursts": row["bursts"],
                "longest_loss_packets": row["longest"],
                "worst_mos": None if row["mos"] is None else round(row["mos"], 2),
            },
            cost_ns=row["cost_ns"],
            flows=row["flows"],
            frames=row["frames"],
            frames_total=row["streams"],
            display_filter="rtp",
        )


_TITLES = {
    "downstream": "Media from server to client is lost: {lost} ({share}) in {streams}",
    "upstream": "Media from client to server is lost: {lost} ({share}) in {streams}",
    "burst": "Bursts of media overflow a small queue on the path: {lost} ({share}) are lost in {streams}",
}
_EXPLANATIONS = {
    False: "Their sequence numbers never came, at most {longest} in a row.",
    True: "Packets come back to back with pauses between, and they are lost in rows within these bursts ({bursts}, up to"
    " {longest} in a row): the mean rate is far below what the link carries.",
}

"""Fragments of packets that are lost.

What it finds:
    IP packets that were sent in fragments and never became whole.

Why it matters:
    One lost fragment makes the whole packet worthless. Firewalls often drop all but the first fragment, so that small
    messages work and large ones never do: DNS with large answers, VPN handshakes, RADIUS, file services over UDP.

What to check next:
    - Firewalls and NAT on the path: whether they pass fragments.
    - Smaller messages: the size of EDNS, the MTU of the tunnel, TCP instead of UDP.

References:
    RFC 8900 (IP fragmentation considered fragile); RFC 791, 3.2
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count
from pcap_analyzer.units import share as share_text

from ._api import SECOND, Effect, Finding, Threshold, say

CAUSES = ("fragment_loss",)
ONLY_IF = ("ip_fragments", "state = 'incomplete'")

_LOST = """
    WITH datagrams AS (
        SELECT *, state = 'incomplete' AND (SELECT max(latest_time_ns) FROM captures) - last_time_ns >= $wait_ns AS lost
        FROM ip_fragments
    )
    SELECT count(*) AS datagrams, count(*) FILTER (lost) AS lost, count(*) FILTER (lost AND first_came AND fragments = 1) AS first_only,
           arg_min(source, first_frame) FILTER (lost) AS source, arg_min(destination, first_frame) FILTER (lost) AS destination,
           min(first_frame, 100) FILTER (lost) AS frames,
           min(DISTINCT flow, 100) FILTER (lost AND flow IS NOT NULL) AS flows, count(DISTINCT flow) FILTER (lost) AS flow_count
    FROM datagrams
"""


def find(
    tables: Tables,
    *,
    least_lost: Annotated[float, Threshold("packets", "one is chance")] = 2,
    least_share: Annotated[float, Threshold("share", "of the fragmented packets: one in a hundred is noticed")] = 0.01,
    least_wait_s: Annotated[
        float, Threshold("s", "before the capture ends, for the rest to come (hosts wait for 15 to 60 s)")
    ] = 1,
) -> Iterator[Finding]:
    """One finding for all fragmented packets."""
    row = tables.row(_LOST, wait_ns=least_wait_s * SECOND)
    if row["lost"] < least_lost or row["lost"] < least_share * row["datagrams"]:
        return
    half = row["lost"] * 2 >= row["datagrams"]
    yield Finding(
        cause="fragment_loss",
        side=Side.NETWORK,
        effect=Effect.FAILED,
        severity=Severity.CRITICAL if half else Severity.MAJOR,
        confidence=0.9,
        title=say(
            "Fragments are lost: {lost} of {datagrams} that were sent in fragments ({share}) never became whole",
            lost=count(row["lost"]),
            datagrams=plural(row["datagrams"], "packet"),
            share=share_text(row["lost"] / row["datagrams"]),
        ),
        explanation=say(
            "Some of their fragments never came, of {first_only} all but the first; the receiver drops such packets when its"
            " timer ends.",
            first_only=count(row["first_only"]),
        ),
        evidence={
            "fragmented_packets": row["datagrams"],
            "incomplete_packets": row["lost"],
            "first_fragment_only": row["first_only"],
            "incomplete_share": round(row["lost"] / row["datagrams"], 6),
            "first_source": row["source"],
            "first_destination": row["destination"],
        },
        flows=row["flows"] or (),
        flows_total=row["flow_count"],
        frames=row["frames"],
        frames_total=row["lost"],
        display_filter="ip.flags.mf == 1 || ip.frag_offset > 0 || ipv6.fraghdr",
    )

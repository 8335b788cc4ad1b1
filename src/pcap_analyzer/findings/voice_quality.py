"""What the quality of calls comes to.

What it finds:
    The mean opinion score of each call (1 to 4.5), from losses, jitter and delay.

Why it matters:
    It puts into one number how a call sounded: above 4.0 people are satisfied, below 3.6 many complain, below 3.1 nearly
    all.

What to check next:
    - The findings about loss and jitter of the same streams: they say what makes the score low.

References:
    ITU-T G.107 (E-model), G.109 (bands)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import decimal

from ._api import Effect, Finding, say

CAUSES = ("voice_quality",)
ONLY_IF = ("rtp_streams", "mos IS NOT NULL")

_SCORES = """
    SELECT count(*) AS streams, min(mos) AS worst, median(mos) AS median, list(flow ORDER BY mos, flow) AS flows,
           list(first_frame ORDER BY mos, flow) AS frames, arg_min(codec, mos) AS codec
    FROM rtp_streams WHERE mos IS NOT NULL
"""


def find(tables: Tables) -> Iterator[Finding]:
    """A note about all calls."""
    row = tables.row(_SCORES)
    if not row["streams"]:
        return
    yield Finding(
        cause="voice_quality",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.8,
        title=say(
            "{streams} of speech: the worst scores {worst} of 4.5 (MOS), half of them {median} or less",
            streams=plural(row["streams"], "stream"),
            worst=decimal(row["worst"]),
            median=decimal(row["median"]),
        ),
        explanation=say("By the E-model, from the losses, the jitter and the delay that were seen here."),
        evidence={
            "streams": row["streams"],
            "worst_mos": round(row["worst"], 2),
            "median_mos": round(row["median"], 2),
            "codec_of_worst": row["codec"],
        },
        flows=row["flows"],
        frames=row["frames"][:100],
        frames_total=row["streams"],
        display_filter="rtp",
    )

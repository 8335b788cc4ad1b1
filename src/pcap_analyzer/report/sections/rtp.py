"""Streams of calls and video: what lost most, and what arrived most unevenly."""

from typing import Any, Final

from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Column, Section, Value
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count, decimal

from .services import Service, section

# A fiftieth of a stream is lost where speech begins to break up (ITU-T G.113).
SERVICE: Final = Service(
    "rtp",
    "rtp_streams",
    "SELECT source, destination, codec, packets, missing_packets, expected_packets, mos, longest_loss_packets,"
    " first_time_ns, last_time_ns, 50 * missing_packets >= expected_packets AND missing_packets > 0 AS failed,"
    " jitter_ns AS time_ns, first_frame AS frame FROM rtp_streams",
)


def show(data: dict[str, Any]) -> Section | None:
    """The worst streams. Nothing where there was none."""
    service = data["services"].get("rtp")
    if not service:
        return None
    sentence = say(
        "{streams}, {failed} with a loss of 2 % or more; the times are mean jitter",
        streams=plural(service["total"], "media stream"),
        failed=count(service["failed_total"]),
    )
    columns = (
        Column(say("From → to")),
        Column(say("Codec"), rank=3),
        Column(say("Packets"), Unit.COUNT, rank=4),
        Column(say("Lost"), Unit.COUNT, rank=2),
        Column(say("Of all"), Unit.SHARE),
        Column(say("Jitter"), Unit.DURATION_NS),
        Column("MOS"),
        Column(say("Frame"), Unit.COUNT, rank=1),
    )
    return section("rtp", "RTP", sentence, service, (columns, _row))


def _row(row: Row) -> tuple[Value, ...]:
    return (
        f"{row['source']} → {row['destination']}",
        row["codec"],
        row["packets"],
        row["missing_packets"],
        row["missing_packets"] / row["expected_packets"] if row["expected_packets"] else None,
        row["time_ns"],
        None if row["mos"] is None else decimal(row["mos"]),
        row["frame"],
    )

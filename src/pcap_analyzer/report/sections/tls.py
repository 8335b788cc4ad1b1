"""Handshakes of TLS: what failed, and what took longest."""

from typing import Any, Final

from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Column, Section, Value
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count

from .services import Service, section

SERVICE: Final = Service(
    "tls",
    "tls_handshakes",
    "SELECT client, server, stream, server_name, version, resumed, alert, server_compute_ns,"
    " alert_level = 'fatal' AS failed, handshake_ns AS time_ns, start_frame AS frame FROM tls_handshakes",
)


def show(data: dict[str, Any]) -> Section | None:
    """The worst handshakes. Nothing where there was none."""
    service = data["services"].get("tls")
    if not service:
        return None
    sentence = say(
        "{handshakes}, {failed} ended by a fatal alert",
        handshakes=plural(service["total"], "handshake"),
        failed=count(service["failed_total"]),
    )
    columns = (
        Column(say("Name")),
        Column(say("Server"), rank=2),
        Column(say("Version"), rank=3),
        Column(say("Alert")),
        Column(say("Took"), Unit.DURATION_NS),
        Column(say("Server took"), Unit.DURATION_NS, rank=4),
        Column(say("Frame"), Unit.COUNT, rank=1),
    )
    return section("tls", "TLS", sentence, service, (columns, _row))


def _row(row: Row) -> tuple[Value, ...]:
    return (
        row["server_name"],
        row["server"],
        row["version"],
        row["alert"] or "",
        row["time_ns"],
        row["server_compute_ns"],
        row["frame"],
    )

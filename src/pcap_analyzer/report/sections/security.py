"""What could be about security: never a verdict, and each with what else it may be."""

from typing import Any

from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Section

from . import findings


def show(data: dict[str, Any]) -> Section | None:
    """Each finding as a block. Nothing where nothing was found."""
    return findings.section("security", say("Security"), data["security"], data)

"""The one line on standard error about a capture that was not read to its end, or that holds nothing."""

from collections.abc import Sequence

from pcap_analyzer.i18n import say
from pcap_analyzer.report.sections.quality_words import issue_words
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

from .session import Session


def warn_incomplete(session: Session, name: str, packets: int, issues: Sequence[Row]) -> None:
    """Says it, if it is so. The result stands all the same: such a capture is no error."""
    stops = "; ".join(issue_words(issue) for issue in issues if issue["weight"] == "stop")
    if stops:
        session.warn(
            say("{name}: {stops}; {packets} analysed", name=name, stops=stops, packets=plural(packets, "packet"))
        )
    elif not packets:
        session.warn(say("{name}: the capture holds no packet", name=name))

"""The one line on standard error about a capture that was not read to its end, or that holds nothing."""

from collections.abc import Sequence

from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

from .session import Session


def warn_incomplete(session: Session, name: str, packets: int, issues: Sequence[Row]) -> None:
    """Says it, if it is so. The result stands all the same: such a capture is no error."""
    stops = [issue["sentence"].rstrip(".") for issue in issues if issue["weight"] == "stop"]
    if stops:
        session.warn(f"{name}: {'; '.join(stops)}; {plural(packets, 'packet')} analysed")
    elif not packets:
        session.warn(f"{name}: the capture holds no packet")

"""Which protocols the packets hold."""

from typing import Any

from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Column, Paragraph, Section, Table
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count

_SHOWN = 20


def read(tables: Tables) -> dict[str, Any]:
    """The hierarchy, each path after the one that it hangs below."""
    rows = tables.rows("SELECT * FROM protocols ORDER BY string_split(path, ':')")
    return {"protocols": rows}


def show(data: dict[str, Any]) -> Section:
    """The hierarchy as a tree, the small branches left out when there are many."""
    rows, packets = data["protocols"], data["capture"]["packets"]
    if not rows:
        return Section("protocols", say("Protocols"), (Paragraph(say("No packet, so no protocol.")),))
    kept = _biggest(rows)
    note = ""
    if len(kept) < len(rows):
        note = say(
            "{shown} of {total} protocol paths, those with most packets.",
            shown=count(len(kept)),
            total=count(len(rows)),
        )
    table = Table(
        columns=(
            Column(say("Protocol")),
            Column(say("Packets"), Unit.COUNT),
            Column(say("Bytes"), Unit.BYTES, rank=1),
            Column(say("Of {packets}", packets=plural(packets, "packet")), Unit.SHARE),
        ),
        rows=tuple((row["protocol"], row["packets"], row["wire_bytes"], row["packets"] / packets) for row in kept),
        note=note,
        depths=tuple(row["depth"] for row in kept),
    )
    return Section("protocols", say("Protocols"), (table,))


def _biggest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The paths with most packets in tree order. A parent never has fewer than its child, so no branch hangs loose."""
    ranked = sorted(rows, key=lambda row: (-row["packets"], row["depth"], row["path"]))
    kept = {row["path"] for row in ranked[:_SHOWN]}
    return [row for row in rows if row["path"] in kept]

"""Top talkers: the addresses with most bytes."""

from typing import Any

from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Column, Paragraph, Section, Table
from pcap_analyzer.report.naming import name_of
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import Unit, count

_KEPT = 100
_SHOWN = 8


def read(tables: Tables) -> dict[str, Any]:
    """The addresses with most bytes, and how many there are."""
    rows = tables.rows(
        """
        SELECT *, count(*) OVER () AS total FROM endpoints
        ORDER BY sent_bytes + received_bytes DESC, sent_packets + received_packets DESC, address
        LIMIT $kept
        """,
        kept=_KEPT,
    )
    total = rows[0]["total"] if rows else 0
    return {"endpoints": [{key: row[key] for key in row if key != "total"} for row in rows], "endpoints_total": total}


def show(data: dict[str, Any]) -> Section:
    """The first few, with their share of all bytes."""
    rows, total = data["endpoints"], data["endpoints_total"]
    if not rows:
        return Section("endpoints", say("Top talkers"), (Paragraph(say("No packet carries an IP address.")),))
    wire_bytes = data["capture"]["wire_bytes"]
    shown = rows[:_SHOWN]
    names = [name_of(row["address"], data) for row in shown]
    table = Table(
        columns=(
            Column(say("Address")),
            *([Column(say("Name"), rank=2)] if any(names) else []),
            Column(say("Sent"), Unit.BYTES),
            Column(say("Received"), Unit.BYTES),
            Column(say("Packets"), Unit.COUNT, rank=2),
            Column(say("Flows"), Unit.COUNT, rank=3),
            Column(say("Of all bytes"), Unit.SHARE, rank=1),
        ),
        rows=tuple(
            (
                row["address"],
                *([name] if any(names) else []),
                row["sent_bytes"],
                row["received_bytes"],
                row["sent_packets"] + row["received_packets"],
                row["flows"],
                # In a tunnel a frame counts for each of its headers, so the sum may pass the whole.
                min(1.0, (row["sent_bytes"] + row["received_bytes"]) / wire_bytes),
            )
            for row, name in zip(shown, names, strict=True)
        ),
        note=say("{shown} of {total} addresses.", shown=count(len(shown)), total=count(total))
        if len(shown) < total
        else "",
    )
    return Section("endpoints", say("Top talkers"), (table,))

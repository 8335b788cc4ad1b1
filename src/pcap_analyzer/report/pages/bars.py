"""Where the time went: a bar over all connections, and one for each of those that waited longest."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import say
from pcap_analyzer.ledger import Activity, activity, is_rest
from pcap_analyzer.report.drawings import Bar, Bars, PageSection, Piece
from pcap_analyzer.report.model import Section
from pcap_analyzer.report.naming import name_of
from pcap_analyzer.tables import Row

from .names import target

_SHOWN = 6


def show(data: dict[str, Any], told: Section | None, drawn: set[int]) -> PageSection | None:
    """The bars, and below them what `told`, the section of every report, says. Nothing where nothing was told."""
    if told is None:
        return None
    ledger = data["ledger"]
    waited_ns = ledger["duration_ns"] - ledger["rest_ns"]
    if not waited_ns:
        return PageSection("ledger", told.title, told.blocks)
    whole = Bar(
        name=say("All connections"),
        below=say("share of {whole}", whole=units.duration(waited_ns)),
        pieces=_pieces(ledger["parts"]),
        total=units.duration(waited_ns),
        beside=say("waited for"),
    )
    flows = [flow for flow in data["flows"] if flow.get("cost_ns")][:_SHOWN]
    title = (
        say("The {count} that cost most, on one scale", count=units.count(len(flows)))
        if len(flows) > 1
        else say("The one that cost most")
    )
    bars = Bars(whole, tuple(_bar(flow, drawn, data) for flow in flows), title if flows else "")
    beside = say(
        "Every moment belongs to exactly one category; idle time is not drawn. Lost: waited for beyond round trips."
    )
    return PageSection("ledger", told.title, (bars, *told.blocks), beside)


def _bar(flow: Row, drawn: set[int], data: dict[str, Any]) -> Bar:
    pieces = _pieces(flow["ledger"])
    return Bar(
        name=name_of(flow["server"], data) or flow["server"],
        below=say("stream {stream}, {server}", stream=flow["stream"], server=flow["server"])
        if name_of(flow["server"], data)
        else say("stream {stream}, from {client}", stream=flow["stream"], client=flow["client"]),
        pieces=pieces,
        total=units.duration(sum(piece.amount for piece in pieces)),
        beside=say("{time} lost", time=units.duration(flow["cost_ns"])),
        target=target(flow["stream"]) if flow["stream"] in drawn else "",
    )


def _pieces(parts: list[Row]) -> tuple[Piece, ...]:
    """What was waited for, by activity in the order of a bar."""
    sums: dict[Activity, int] = {}
    for part in parts:
        if not is_rest(part["category"], part["side"]):
            kind = activity(part["category"], part["side"])
            sums[kind] = sums.get(kind, 0) + part["duration_ns"]
    return tuple(Piece(kind, sums[kind]) for kind in Activity if sums.get(kind))

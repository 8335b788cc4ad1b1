"""From a report to a page: the same told at length, with what takes a second reading of the capture."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.analysis import Analysis
from pcap_analyzer.i18n import say, told
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS

from . import deep
from .drawings import Page, PageSection
from .model import Finding, Report, Section, Verdict
from .pages import bars, details, exhibits, listing, over_time, verdict
from .pages.names import target

# Connections that are drawn, and how many of those because a finding names them.
_DRAWN = 6
_NAMED = 3
# Findings that get a ladder.
_EXHIBITS = 12
# Events of a drawn connection around which a ladder stands, with so many segments on both sides.
_EVENTS_SHOWN = 2
_REACH = 8
_EVENTS = """
    SELECT stream, frame_number FROM tcp_events
    WHERE stream IN (SELECT unnest(CAST($streams AS BIGINT[]))) AND kind NOT IN ('duplicate_capture', 'keep_alive')
    QUALIFY row_number() OVER (PARTITION BY stream ORDER BY duration_ns DESC NULLS LAST, frame_number) <= $most
"""
# Told by sections of the page itself.
_TOLD = frozenset({"verdict", "findings", "ledger", "connections", "conversations", "moments"})


def build(report: Report, analysis: Analysis) -> Page:
    """The page of a report, made while the analysis it came from is open."""
    data = dict(report.data)
    sections = {section.name: section for section in report.sections}
    blocks = [block for section in report.sections for block in section.blocks]
    sentence = next((block for block in blocks if isinstance(block, Verdict)), None)
    findings = [block for block in getattr(sections.get("findings"), "blocks", ()) if isinstance(block, Finding)]
    flows = _drawn(data)
    streams = [flow["stream"] for flow in flows]
    cited = exhibits.citations(data["findings"], _EXHIBITS) + events(analysis.tables, streams)
    second = deep.read(analysis, data, streams, cited)
    drawn = set(streams) if second else set()
    shown = [
        verdict.show(data, sentence, findings, sections.get("quality")),
        exhibits.show(data, sections.get("findings"), second, drawn),
        bars.show(data, sections.get("ledger"), drawn),
        over_time.show(data, analysis.tables, second, sections.get("moments")),
        listing.show(data, sections.get("conversations"), drawn),
        details.show(data, flows, second),
        *(_as_it_is(section) for section in report.sections if section.name not in _TOLD),
    ]
    headline = sentence.sentence if sentence else told(data["verdict"]["summary"])
    return Page(headline, report.title, _beside(data), tuple(filter(None, shown)), _facts(report))


def _as_it_is(section: Section) -> PageSection:
    return PageSection(section.name, section.title, section.blocks)


def _drawn(data: Any) -> list[Row]:
    """Connections with data: first those that the first findings name, then those that cost most."""
    flows = {
        flow["stream"]: flow
        for flow in data["flows"]
        if "ledger" in flow and flow["client_payload_bytes"] + flow["server_payload_bytes"]
    }
    named = [
        flow["stream"]
        for finding in data["findings"]
        for flow in finding["flows"][:1]
        if flow["protocol"] == "tcp" and flow["stream"] in flows
    ]
    costly = [stream for stream, flow in flows.items() if flow["cost_ns"]]
    chosen = dict.fromkeys([*list(dict.fromkeys(named))[:_NAMED], *costly])
    return [flows[stream] for stream in list(chosen)[:_DRAWN]]


def events(tables: Tables, streams: list[int]) -> list[deep.Citation]:
    """What waited longest in each of the drawn connections."""
    if not streams:
        return []
    rows = tables.rows(_EVENTS, streams=streams, most=_EVENTS_SHOWN)
    return [deep.Citation(target(row["stream"]), row["frame_number"], _REACH, _EVENTS_SHOWN) for row in rows]


def _beside(data: Any) -> str:
    capture = data["capture"]
    size, packets = units.size(capture["file_bytes"]), plural(capture["packets"], "packet")
    if capture["earliest_time_ns"] is None:
        return f"{size}, {packets}"
    return say(
        "{size}, {packets}, {duration} from {start}",
        size=size,
        packets=packets,
        duration=units.duration(capture["duration_ns"]),
        start=units.moment(capture["earliest_time_ns"], 0),
    )


def _facts(report: Report) -> tuple[str, ...]:
    run = report.run
    return (
        say("PCAP Analyzer {version}, schema {schema}", version=run["version"], schema=report.data["schema_version"]),
        say(
            "Analysed at {time}; read in {duration}", time=run["at"], duration=units.duration(run["read_s"] * SECOND_NS)
        ),
        report.footnote,
    )

"""From a report to a page: the same told at length, with what takes a second reading of the capture."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.analysis import Analysis
from pcap_analyzer.tables import Row

from . import deep
from .drawings import Page, PageSection
from .model import Finding, Report, Section, Verdict
from .pages import bars, details, listing, over_time, verdict

# Connections that are drawn, and frames of a finding around which a ladder stands.
_DRAWN = 6
_CITED = 3
_EVENTS = """
    SELECT stream, frame_number FROM tcp_events
    WHERE stream IN (SELECT unnest($streams)) AND kind NOT IN ('duplicate_capture', 'keep_alive')
    QUALIFY row_number() OVER (PARTITION BY stream ORDER BY duration_ns DESC NULLS LAST, frame_number) <= $most
"""
# Told by sections of the page itself.
_TOLD = frozenset({"verdict", "findings", "ledger", "connections", "conversations", "moments"})


def build(report: Report, analysis: Analysis) -> Page:
    """The page of a report, made while the analysis it came from is open."""
    data = report.data
    sections = {section.name: section for section in report.sections}
    blocks = [block for section in report.sections for block in section.blocks]
    sentence = next((block for block in blocks if isinstance(block, Verdict)), None)
    findings = [block for block in blocks if isinstance(block, Finding)]
    flows = _drawn(data)
    second = deep.read(analysis, data, [flow["stream"] for flow in flows], _cited(analysis, data, flows))
    drawn = {flow["stream"] for flow in flows} if second else set()
    told = [
        verdict.show(data, sentence, findings, sections.get("quality")),
        _findings(sections.get("findings"), findings),
        bars.show(data, sections.get("ledger"), drawn),
        over_time.show(data, analysis.tables, second, sections.get("moments")),
        listing.show(data, sections.get("conversations"), drawn),
        details.show(data, flows, second),
        *(_as_it_is(section) for section in report.sections if section.name not in _TOLD),
    ]
    headline = sentence.sentence if sentence else data["verdict"]["summary"]
    return Page(headline, report.title, _beside(data), tuple(filter(None, told)), _facts(report))


def _findings(section: Section | None, findings: list[Finding]) -> PageSection | None:
    if section is None:
        return None
    beside = "Costliest first. Seconds are connection-seconds: two connections that wait together count twice."
    return PageSection("findings", section.title, section.blocks, beside if findings else "")


def _as_it_is(section: Section) -> PageSection:
    return PageSection(section.name, section.title, section.blocks)


def _drawn(data: Any) -> list[Row]:
    """The connections that findings name first, then those that cost most."""
    flows = {flow["stream"]: flow for flow in data["flows"] if "ledger" in flow}
    named = [
        flow["stream"]
        for finding in data["findings"]
        for flow in finding["flows"][:1]
        if flow["protocol"] == "tcp" and flow["stream"] in flows
    ]
    costly = [stream for stream, flow in flows.items() if flow["cost_ns"]]
    return [flows[stream] for stream in list(dict.fromkeys(named + costly))[:_DRAWN]]


def _cited(analysis: Analysis, data: Any, flows: list[Row]) -> list[tuple[int, int]]:
    """Frames to show with what stands around them: those of findings, else what waited longest in each connection."""
    streams = [flow["stream"] for flow in flows]
    # A frame belongs to one connection alone, so pairs that do not match find nothing.
    cited = [
        (flow["stream"], frame)
        for finding in data["findings"]
        for flow in finding["flows"]
        if flow["protocol"] == "tcp" and flow["stream"] in streams
        for frame in finding["frames"][:_CITED]
    ]
    rows = analysis.tables.rows(_EVENTS, streams=streams, most=1) if streams else []
    return list(dict.fromkeys(cited + [(row["stream"], row["frame_number"]) for row in rows]))


def _beside(data: Any) -> str:
    capture = data["capture"]
    told = f"{units.size(capture['file_bytes'])}, {capture['packets']:,} packets"
    if capture["earliest_time_ns"] is None:
        return told
    start = units.moment(capture["earliest_time_ns"], 0)
    return f"{told}, {units.duration(capture['duration_ns'])} from {start}"


def _facts(report: Report) -> tuple[str, ...]:
    run = report.run
    return (
        f"PCAP Analyzer {run['version']}, schema {report.data['schema_version']}",
        f"Analysed at {run['at']}; read in {run['read_s']:.2f} s",
        report.footnote,
    )

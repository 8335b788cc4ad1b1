"""The verdict: the answer in one sentence, and what qualifies it."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.causes import severity_word, side_word
from pcap_analyzer.findings._run import Options
from pcap_analyzer.i18n import say, told
from pcap_analyzer.report.model import Block, Column, Fact, Facts, Section, Severity, Side, Table, Verdict
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import SECOND_NS, Unit
from pcap_analyzer.verdict import Diagnosis, healthy_connection, of_connections

# Findings that stand in the table of causes.
_SHOWN = 10


def read(diagnosis: Diagnosis, options: Options) -> dict[str, Any]:
    """The verdict, the score, and by which profile they were reached."""
    profile = {"name": options.profile_name, "latency_s": options.latency_s}
    return {"verdict": diagnosis.verdict, "health": diagnosis.health, "profile": profile}


def with_verdicts(tables: Tables, diagnosis: Diagnosis, conversations: dict[str, Any]) -> dict[str, Any]:
    """The conversations, those of TCP with a line of their own."""
    streams = [flow["stream"] for flow in conversations["flows"] if flow["protocol"] == "tcp"]
    lines = of_connections(tables, diagnosis, streams)
    for flow in conversations["flows"]:
        if flow["protocol"] == "tcp":
            flow["verdict"] = lines.get(flow["stream"]) or healthy_connection()
    return conversations


def show(data: dict[str, Any]) -> Section:
    """The sentence, then the causes with their seconds as bars."""
    verdict, findings = data["verdict"], data["findings"]
    blocks: list[Block] = [_verdict(data)]
    causes = [finding for finding in findings if finding["severity"] != "info"][:_SHOWN]
    if len(causes) > 1:
        blocks.append(_causes(causes))
    if data["health"]["score"] is not None:
        blocks.append(Facts((Fact(say("Health"), told(data["health"]["summary"])),)))
    return Section("verdict", say("Verdict"), tuple(blocks) if verdict else ())


def _verdict(data: dict[str, Any]) -> Verdict:
    verdict, findings = data["verdict"], data["findings"]
    first = findings[0] if findings and findings[0]["cause"] == verdict["cause"] else None
    severity = Severity(first["severity"]) if first else Severity.INFO
    details: list[str] = []
    if verdict["cause"]:
        details.append(say("Confidence {share}.", share=units.confidence(verdict["confidence"])))
    if second := verdict["second"]:
        title = next(finding["title"] for finding in findings if finding["id"] == second["id"])
        details.append(say("Nearly as much: {title}.", title=title))
    details += [told(limit) for limit in first["limits"]] if first else []
    return Verdict(
        told(verdict["summary"]),
        verdict["cause"],
        Side(verdict["side"]),
        severity,
        verdict["confidence"],
        _nanoseconds(verdict["cost_s"]),
        tuple(details),
    )


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * SECOND_NS)


def _causes(findings: list[dict[str, Any]]) -> Table:
    """The causes in order of rank; the bar is a share of the costliest."""
    most = max(finding["cost_s"] or 0 for finding in findings) or 1
    rows = tuple(
        (
            finding["cause"],
            side_word(finding["side"]),
            severity_word(finding["severity"]),
            units.duration(finding["cost_s"] * SECOND_NS) if finding["cost_s"] else "–",
            (finding["cost_s"] or 0) / most,
            units.confidence(finding["confidence"]),
        )
        for finding in findings
    )
    columns = (
        Column(say("Cause")),
        Column(say("Side")),
        Column(say("Severity"), rank=2),
        Column(say("Cost")),
        Column(say("Of the costliest"), Unit.SHARE, rank=3),
        Column(say("Confidence"), rank=1),
    )
    return Table(columns, rows)

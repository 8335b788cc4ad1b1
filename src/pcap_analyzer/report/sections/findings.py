"""The findings in order of rank, each with its evidence."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.findings._explain import explanation
from pcap_analyzer.findings._found import Found
from pcap_analyzer.findings._thresholds import Choice
from pcap_analyzer.i18n import Said, digits, say, told
from pcap_analyzer.report.model import Block, Fact, Finding, Paragraph, Section, Severity, Side
from pcap_analyzer.report.naming import name_of
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS
from pcap_analyzer.verdict import Diagnosis, seconds

# Findings told in full; flows named in each.
_SHOWN = 12
_FLOWS = 5


def read(diagnosis: Diagnosis) -> dict[str, Any]:
    """All findings; those about security apart."""
    return {
        "findings": [_read(each) for each in diagnosis.findings],
        "security": [_read(each) for each in diagnosis.security],
    }


def _read(found: Found) -> dict[str, Any]:
    finding = found.finding
    return {
        "id": found.id,
        "cause": finding.cause,
        "side": finding.side.value,
        "severity": found.severity.value,
        "confidence": round(found.confidence, 3),
        "cost_s": seconds(found.cost_ns),
        "cost_share": None if found.share is None else round(found.share, 6),
        "title": finding.title,
        "explanation": finding.explanation,
        "flows": found.flows,
        "flows_total": found.flows_total,
        "frames": found.frames,
        "frames_total": found.frames_total,
        "display_filter": found.display_filter,
        "evidence": dict(finding.evidence),
        "next_checks": list(explanation(found.name).checks),
        "limits": found.limits,
        "thresholds": [_threshold(choice) for choice in found.choices],
    }


def _threshold(choice: Choice) -> dict[str, Any]:
    return {
        "name": choice.name,
        "value": choice.value,
        "unit": choice.unit,
        "source": choice.source,
        "why": choice.why,
    }


def show(data: dict[str, Any]) -> Section | None:
    """Each finding as a block. Nothing where nothing was found."""
    return section("findings", say("Findings"), data["findings"], data)


def section(name: str, title: str, findings: list[dict[str, Any]], data: dict[str, Any]) -> Section | None:
    """Findings as a section; nothing where there are none."""
    if not findings:
        return None
    most = max(finding["cost_s"] or 0 for finding in findings) or 1
    blocks: list[Block] = [_show(finding, most, data) for finding in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        blocks.append(
            Paragraph(say("{findings} in the JSON report.", findings=plural(len(findings) - _SHOWN, "more finding")))
        )
    return Section(name, title, tuple(blocks))


def _show(finding: dict[str, Any], most: float, data: dict[str, Any]) -> Finding:
    cost_s = finding["cost_s"]
    return Finding(
        id=finding["id"],
        title=told(finding["title"]),
        cause=finding["cause"],
        side=Side(finding["side"]),
        severity=Severity(finding["severity"]),
        confidence=finding["confidence"],
        cost_ns=None if cost_s is None else round(cost_s * SECOND_NS),
        cost_share=(cost_s or 0) / most,
        explanation=told(finding["explanation"]),
        evidence=tuple(_fact(name, value) for name, value in finding["evidence"].items() if value is not None),
        flows=tuple(_flow(flow, data) for flow in finding["flows"][:_FLOWS]),
        flows_total=finding["flows_total"],
        frames=tuple(finding["frames"]),
        frames_total=finding["frames_total"],
        display_filter=finding["display_filter"],
        next_checks=tuple(map(told, finding["next_checks"])),
        thresholds=tuple(Fact(each["name"], _judged_by(each)) for each in finding["thresholds"]),
    )


def _judged_by(threshold: dict[str, Any]) -> str:
    return say(
        "{value} {unit} ({source}): {why}",
        value=units.number(threshold["value"]),
        unit=told(threshold["unit"]),
        source=threshold["source"],
        why=told(threshold["why"]),
    )


def _flow(flow: dict[str, Any], data: dict[str, Any]) -> str:
    stream = "" if flow["stream"] is None else f"{flow['protocol']}.stream {flow['stream']}"
    beside = ", ".join(filter(None, (name_of(flow["server"], data), stream)))
    return f"{flow['client']} → {flow['server']}" + (f" ({beside})" if beside else "")


def _fact(name: str, value: Any) -> Fact:
    """A figure of the evidence under its own name, written by the unit that the name ends with."""
    for ending, write in _UNITS.items():
        if name.endswith(ending) and isinstance(value, int | float):
            return Fact(told(name.removesuffix(ending if ending != "_share" else "").replace("_", " ")), write(value))
    return Fact(told(name.replace("_", " ")), _value(value))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, int | float):
        return digits(value) if isinstance(value, int) else digits(value, "")
    return told(value) if isinstance(value, Said) else str(value)


_UNITS = {"_ns": units.duration, "_bytes": units.size, "_bps": units.rate, "_share": units.share}

"""The first screen: the sentence, who costs the time, what to check next, and how far the capture can be trusted."""

from dataclasses import replace
from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import mark, say, told
from pcap_analyzer.ledger import is_rest
from pcap_analyzer.report.drawings import Figure, Figures, PageBlock, PageSection, Sides
from pcap_analyzer.report.model import Fact, Facts, Finding, Paragraph, Section, Severity, Side, State, Verdict
from pcap_analyzer.text import plural

_CHECKS = 3
_QUALITY = 5
_PLACES = {"client": mark("Client"), "server": mark("Server"), "middle": mark("Between")}


def show(
    data: dict[str, Any], verdict: Verdict | None, findings: list[Finding], quality: Section | None
) -> PageSection:
    """The verdict as a card. Without one, what the report says instead."""
    blocks: list[PageBlock] = [
        _without_confidence(verdict) if verdict else Paragraph(told(data["verdict"]["summary"]), State.UNKNOWN)
    ]
    blocks.append(Figures(tuple(_figures(data, verdict, findings))))
    if sides := _sides(data, verdict):
        blocks.append(sides)
    if checks := _checks(findings):
        blocks.append(Facts(checks, say("Check next")))
    if quality:
        blocks.append(_quality(quality))
    return PageSection("verdict", say("Verdict"), tuple(blocks))


def _without_confidence(verdict: Verdict) -> Verdict:
    """A figure of its own tells it."""
    sure = say("Confidence {share}.", share=units.confidence(verdict.confidence))
    return replace(verdict, details=tuple(detail for detail in verdict.details if detail != sure))


def _figures(data: dict[str, Any], verdict: Verdict | None, findings: list[Finding]) -> list[Figure]:
    figures = []
    of_flows = say("of {total}", total=units.count(data["flows_total"]))
    if verdict and verdict.cost_ns:
        figures.append(Figure(say("Time lost"), units.duration(verdict.cost_ns)))
    if verdict and verdict.cause and findings:
        figures.append(Figure(say("Confidence"), units.confidence(verdict.confidence)))
        figures.append(Figure(say("Connections affected"), units.count(findings[0].flows_total), of_flows))
    else:
        figures.append(Figure(say("Connections"), units.count(data["flows_total"])))
    if (score := data["health"]["score"]) is not None:
        figures.append(Figure(say("Health"), units.count(score), say("of {total}", total=units.count(100))))
    place, share, total = _vantage(data)
    if place:
        seen = say("{count} of {total}", count=units.count(share), total=plural(total, "connection"))
        figures.append(Figure(say("Seen from"), say(_PLACES[place]), seen))
    return figures


def _vantage(data: dict[str, Any]) -> tuple[str, int, int]:
    """Where most connections that can tell were captured, how many of how many."""
    places = [flow["vantage"] for flow in data["flows"] if flow.get("vantage") in ("client", "middle", "server")]
    if not places:
        return "", 0, 0
    place = max(sorted(set(places)), key=places.count)
    return place, places.count(place), len(places)


def _sides(data: dict[str, Any], verdict: Verdict | None) -> Sides | None:
    """What was waited for beyond round trips on the path, by the side that it was on."""
    sums = dict.fromkeys((Side.NETWORK, Side.SERVER, Side.CLIENT), 0)
    for part in data["ledger"]["parts"]:
        side = Side(part["side"])
        if side in sums and not is_rest(part["category"], part["side"]) and part["category"] != "network_rtt":
            sums[side] += part["duration_ns"]
    of_tcp_ns = sum(sums.values())
    for wait in data["ledger"]["outside"]:
        if Side(wait["side"]) in sums:
            sums[Side(wait["side"])] += wait["duration_ns"]
    total = sum(sums.values())
    if not total:
        return None
    captured_at = {"client": Side.CLIENT, "server": Side.SERVER, "middle": Side.NETWORK}.get(_vantage(data)[0])
    blamed = verdict.side if verdict else Side.UNKNOWN
    note = say(
        "{duration} of waiting beyond round trips on the path, all TCP connections added up."
        if of_tcp_ns == total
        else "{duration} of waiting: {tcp} in TCP connections beyond round trips on the path, {outside} outside of TCP.",
        duration=units.duration(total),
        tcp=units.duration(of_tcp_ns),
        outside=units.duration(total - of_tcp_ns),
    )
    return Sides(tuple(sums.items()), blamed, note, captured_at or Side.UNKNOWN)


def _checks(findings: list[Finding]) -> tuple[Fact, ...]:
    """What to do next, the first advice of each finding that asks for something."""
    findings = [finding for finding in findings if finding.severity is not Severity.INFO] or findings
    checks = dict.fromkeys(check for finding in findings for check in finding.next_checks[:1])
    return tuple(Fact("", check) for check in list(checks)[:_CHECKS])


def _quality(quality: Section) -> Facts:
    """The state of the checks in a few words: what is wrong first."""
    facts = [fact for block in quality.blocks if isinstance(block, Facts) for fact in block.items]
    order = (State.FOUND, State.NOTE, State.UNKNOWN, State.CLEAN)
    ranked = sorted(facts, key=lambda fact: order.index(fact.state or State.CLEAN))
    return Facts(tuple(ranked[:_QUALITY]), say("Capture quality"))

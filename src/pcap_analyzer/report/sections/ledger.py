"""Where the time went: the lives of all TCP connections, added up by what they were spent on, and waits outside of them."""

from collections.abc import Iterable
from typing import Any

from pcap_analyzer import units
from pcap_analyzer.causes import side_word
from pcap_analyzer.findings._found import Found
from pcap_analyzer.i18n import say, told
from pcap_analyzer.ledger import LABELS, is_rest
from pcap_analyzer.report.model import Block, Fact, Facts, Paragraph, Part, Section, Severity, Side, Whole
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit

_SHOWN = 10

# A capture with false times can hold several lives of 292 years, which is as much as fits.
_PARTS = """
    SELECT category, side, CAST(least(sum(duration_ns), 9223372036854775807) AS BIGINT) AS duration_ns,
           count(*) AS connections
    FROM tcp_ledger
    GROUP BY ALL
    ORDER BY duration_ns DESC, category, side
"""


def read(tables: Tables, findings: Iterable[Found] = ()) -> dict[str, Any]:
    """The parts over all streams, the longest first, each with its share of the whole; and what findings cost besides."""
    parts = tables.rows(_PARTS)
    duration_ns = sum(part["duration_ns"] for part in parts)
    rest_ns = sum(part["duration_ns"] for part in parts if is_rest(part["category"], part["side"]))
    for part in parts:
        part["share"] = part["duration_ns"] / duration_ns
    outside = [
        {"cause": each.finding.cause, "side": each.finding.side.value, "duration_ns": each.finding.cost_ns}
        for each in findings
        if each.severity is not Severity.INFO and each.finding.cost_ns
    ]
    return {"ledger": {"duration_ns": duration_ns, "rest_ns": rest_ns, "parts": parts, "outside": outside}}


def show(data: dict[str, Any]) -> Section | None:
    """A bar and a row for each thing that was waited for, then what nobody waited for, and waits that are none of TCP's."""
    connections, ledger = data["flows_sums"]["tcp_flows"], data["ledger"]
    blocks = _of_connections(ledger, connections) if connections else []
    facts = []
    if connections and ledger["rest_ns"]:
        facts.append(Fact(say("Not waited for"), _rest(ledger)))
    if ledger["outside"]:
        facts.append(Fact(say("Outside of TCP"), _outside(ledger["outside"])))
    if facts:
        blocks.append(Facts(tuple(facts)))
    return Section("ledger", say("Where the time went"), tuple(blocks)) if blocks else None


def _of_connections(ledger: dict[str, Any], connections: int) -> list[Block]:
    waited = [part for part in ledger["parts"] if not is_rest(part["category"], part["side"])]
    blocks: list[Block] = [Paragraph(_summary(ledger, connections))]
    if waited:
        waited_ns = ledger["duration_ns"] - ledger["rest_ns"]
        blocks.append(Whole(Unit.DURATION_NS, say("Of {whole}", whole=units.duration(waited_ns)), _parts(waited)))
    return blocks


def _outside(waits: list[Row]) -> str:
    """Gives `3.05 s: dns_slow (server) 3.05 s.`, the whole and its parts."""
    parts = ", ".join(
        say(
            "{cause} ({side}) {duration}",
            cause=wait["cause"],
            side=side_word(wait["side"]),
            duration=units.duration(wait["duration_ns"]),
        )
        for wait in waits
    )
    return say("{whole}: {parts}.", whole=units.duration(sum(wait["duration_ns"] for wait in waits)), parts=parts)


def _summary(ledger: dict[str, Any], connections: int) -> str:
    duration_ns = ledger["duration_ns"]
    if not duration_ns:
        return say(
            "{connections} took no time: all packets of each have one time.",
            connections=plural(connections, "TCP connection"),
        )
    whole = say(
        "{connections} lasted {duration}, added up" if connections > 1 else "{connections} lasted {duration}",
        connections=plural(connections, "TCP connection"),
        duration=units.duration(duration_ns),
    )
    waited_ns = duration_ns - ledger["rest_ns"]
    if not waited_ns:
        return say("{whole}; nothing of that was waited for.", whole=whole)
    if not ledger["rest_ns"]:
        return say("{whole}; all of that was waited for.", whole=whole)
    return say("{whole}; {part} of that was waited for.", whole=whole, part=units.duration(waited_ns))


def _parts(waited: list[Row]) -> tuple[Part, ...]:
    """The longest ones, and one for all smaller ones together."""
    shown = waited if len(waited) <= _SHOWN else waited[: _SHOWN - 1]
    parts = [Part(told(LABELS[part["category"]]), Side(part["side"]), part["duration_ns"]) for part in shown]
    if small := waited[len(shown) :]:
        amount = sum(part["duration_ns"] for part in small)
        parts.append(Part(plural(len(small), "smaller part"), Side.NONE, amount, rest=True))
    return tuple(parts)


def _rest(ledger: dict[str, Any]) -> str:
    """`31.6 s: idle 30.1 s, client's think time 1.20 s, closing 300 ms`."""
    sums: dict[str, int] = {}
    for part in ledger["parts"]:
        if not is_rest(part["category"], part["side"]):
            continue
        name = say("client's think time") if part["category"] == "think" else told(LABELS[part["category"]]).lower()
        sums[name] = sums.get(name, 0) + part["duration_ns"]
    rest_ns = ledger["rest_ns"]
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) == 1:
        return f"{units.duration(rest_ns)}, {ranked[0][0]}."
    parts = ", ".join(f"{name} {units.duration(time)}" for name, time in ranked)
    return say("{whole}: {parts}.", whole=units.duration(rest_ns), parts=parts)

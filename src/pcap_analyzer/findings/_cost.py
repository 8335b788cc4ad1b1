"""What each finding costs, and on which flows and frames it can be seen.

Every part of a connection's ledger belongs to one finding at most: to the first one that claims it, in the order in
which they ran, which is from the special to the general.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from pcap_analyzer.causes import Severity
from pcap_analyzer.i18n import mark
from pcap_analyzer.tables import Row, Tables

from ._api import Effect, Finding, Need
from ._found import Found
from ._thresholds import Choice

# More frames or flows than these are counted, not listed.
LISTED: Final = 100
# A finding that gets less than this share of the time it claims is explained by another one.
_LEAST_SHARE: Final = 0.1
# From these on something is major: a fifth of the waiting of those concerned, and as much as people notice (0.1 s).
_MAJOR_SHARE: Final = 0.2
_MAJOR_NS: Final = 100_000_000
# Waits outside any connection have no share: a second interrupts what people do (Nielsen).
_MAJOR_WAIT_NS: Final = 1_000_000_000

# What a capture may lack, the need that it fails, the factor that it leaves of confidence, and how it is told.
_LIMITS: Final = (
    ("missed_share", Need.COMPLETE, 0.6, mark("Packets are missing from the capture of these connections.")),
    ("one_way_share", Need.BOTH_DIRECTIONS, 0.5, mark("Only one direction of these connections was captured.")),
    (
        "no_syn_share",
        Need.HANDSHAKE,
        0.8,
        mark("The start of these connections was not captured; windows are inferred."),
    ),
    ("clock_share", Need.CLOCK, 0.5, mark("The clock of the capture was set back within these connections.")),
)

_FALLBACKS: Final = {
    Effect.FAILED: Severity.MAJOR,
    Effect.SLOWED: Severity.MINOR,
    Effect.PACED: Severity.MINOR,
    Effect.NOTED: Severity.INFO,
}
_FLOW: Final = ("protocol", "stream", "client", "server")

_SHARES: Final = """
    CREATE OR REPLACE TEMP TABLE shares AS
    SELECT number, stream, l.duration_ns,
           row_number() OVER (PARTITION BY stream, l.category, l.side ORDER BY number) = 1 AS granted
    FROM suffered
    JOIN claims USING (number)
    JOIN tcp_ledger AS l USING (stream)
    WHERE l.category = claims.category AND (claims.side IS NULL OR claims.side = l.side)
"""
_SUMS: Final = """
    WITH costs AS (
        SELECT number, CAST(sum(duration_ns) FILTER (granted) AS BIGINT) AS cost_ns, sum(duration_ns) AS wanted_ns
        FROM shares GROUP BY number
    ), qualities AS (
        SELECT number, count(*) AS streams, CAST(sum(waited_ns) AS BIGINT) AS waited_ns,
               avg(CAST(missed_bytes > 0 AND NOT one_way AS INT)) AS missed_share,
               avg(CAST(one_way AS INT)) AS one_way_share,
               avg(CAST(client_syn_packets = 0 AND server_syn_packets = 0 AS INT)) AS no_syn_share,
               avg(CAST(clock_steps > 0 AS INT)) AS clock_share
        FROM suffered JOIN connections USING (stream) GROUP BY number
    )
    SELECT *, coalesce(cost_ns, 0) AS cost_ns, CAST(coalesce(wanted_ns, 0) AS BIGINT) AS wanted_ns
    FROM qualities LEFT JOIN costs USING (number)
"""
# Of each entry, `number/name/stream,stream,…`, its streams in order.
_SUFFERED: Final = """
    INSERT INTO suffered
    SELECT CAST(parts[1] AS BIGINT), parts[2], unnest(streams), generate_subscripts(streams, 1)
    FROM (SELECT parts, CAST(string_split(parts[3], ',') AS BIGINT[]) AS streams
          FROM (SELECT string_split(unnest(string_split($entries, ';')), '/') AS parts))
"""
_STREAMS: Final = """
    SELECT number, 'tcp' AS protocol, stream, client, server, first_frame
    FROM suffered JOIN connections USING (stream)
    WHERE place <= $listed
    ORDER BY number, place
"""
_EVENTS: Final = """
    SELECT number, count(*) AS total, min(frame_number, $listed) AS frames
    FROM suffered JOIN shown USING (number) JOIN tcp_events USING (stream, kind)
    GROUP BY number
"""


def note_streams(tables: Tables, findings: Sequence[tuple[str, Finding, list[Choice]]], noted: int) -> int:
    """Notes which streams the findings from number `noted` on speak about, and says how many findings are noted now."""
    entries = [
        f"{number}/{name}/{finding.streams}"
        for number, (name, finding, _) in enumerate(findings)
        if number >= noted and finding.streams
    ]
    if entries:
        tables.execute(_SUFFERED, entries=";".join(entries))
    return len(findings)


def settled(tables: Tables, findings: Iterable[tuple[str, Finding, list[Choice]]]) -> list[Found]:
    """The findings with all that the run adds."""
    found = [_judged(number, *each) for number, each in enumerate(findings)]
    _note_claims(tables, found)
    tables.execute(_SHARES)
    for row in tables.rows(_SUMS):
        _add_cost(found[row["number"]], row)
    for row in tables.rows(_STREAMS, listed=LISTED):
        each = found[row.pop("number")]
        if not each.frames_total:
            each.frames.append(row["first_frame"])
        each.flows.append({name: row[name] for name in _FLOW})
    for row in tables.rows(_EVENTS, listed=LISTED):
        each = found[row["number"]]
        each.frames, each.frames_total = row["frames"], row["total"]
    _name_flows(tables, found)
    for each in found:
        each.frames_total = max(each.frames_total, len(each.frames))
        each.flows_total = max(each.flows_total, len(each.flows))
    return found


def _note_claims(tables: Tables, found: list[Found]) -> None:
    """Notes what each finding claims of its streams' time, and which events show it."""
    claims = [f"{each.number}/{claim}" for each in found for claim in each.finding.claims]
    shown = [f"{each.number}/{kind}" for each in found for kind in each.finding.events]
    split = "SELECT CAST(split_part(entry, '/', 1) AS BIGINT), split_part(entry, '/', 2)"
    listed = "FROM (SELECT unnest(string_split($entries, ',')) AS entry) WHERE entry <> ''"
    tables.execute(
        f"INSERT INTO claims {split}, nullif(split_part(entry, '/', 3), '') {listed}", entries=",".join(claims)
    )
    tables.execute(f"INSERT INTO shown {split} {listed}", entries=",".join(shown))


def _judged(number: int, name: str, finding: Finding, choices: list[Choice]) -> Found:
    """What can be said without the ledger."""
    severity = finding.severity or _FALLBACKS[finding.effect]
    if not finding.severity and finding.effect is Effect.SLOWED and (finding.cost_ns or 0) >= _MAJOR_WAIT_NS:
        severity = Severity.MAJOR
    found = Found(number, name, finding, choices, severity, finding.effect, finding.confidence, finding.cost_ns)
    found.frames = sorted(finding.frames)[:LISTED]
    found.frames_total = finding.frames_total or len(finding.frames)
    found.flows_total = finding.flows_total or len(finding.flows)
    return found


def _add_cost(found: Found, row: Row) -> None:
    """Adds what the ledger says; the severity of what slowed follows from it."""
    found.flows_total = row["streams"]
    for share, need, factor, sentence in _LIMITS:
        if row[share] and need in found.finding.needs:
            found.confidence *= 1 - row[share] * (1 - factor)
            found.limits.append(sentence)
    if not found.finding.claims:
        return
    found.cost_ns = row["cost_ns"] + (found.finding.cost_ns or 0)
    found.share = min(1.0, row["cost_ns"] / row["waited_ns"]) if row["waited_ns"] else None
    if found.effect is not Effect.SLOWED:
        return
    if row["wanted_ns"] and row["cost_ns"] < _LEAST_SHARE * row["wanted_ns"]:
        found.effect, found.severity = Effect.NOTED, Severity.INFO
    elif not found.finding.severity and found.cost_ns >= _MAJOR_NS and (found.share or 0) >= _MAJOR_SHARE:
        found.severity = Severity.MAJOR


def _name_flows(tables: Tables, found: list[Found]) -> None:
    """Names the flows of findings that gave numbers of flows."""
    numbers = {flow for each in found for flow in each.finding.flows[:LISTED]}
    if not numbers:
        return
    rows = tables.rows(
        "SELECT flow, protocol, stream, client, server FROM flows"
        " WHERE flow IN (SELECT unnest(CAST(string_split($flows, ',') AS BIGINT[])))",
        flows=",".join(map(str, numbers)),
    )
    names = {row["flow"]: {name: row[name] for name in _FLOW} for row in rows}
    for each in found:
        each.flows += [names[flow] for flow in each.finding.flows[:LISTED] if flow in names]

"""How far the capture can be trusted. It stands before everything that is concluded from it.

Each check ends in one of three states: it ran clean, it found something, or it could not be made. The last is never
told as good news.
"""

from typing import Any

from pcap_analyzer.i18n import say, told
from pcap_analyzer.report.model import Fact, Facts, Paragraph, Section, State
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from . import quality_words as words

# A TCP sender whose data nobody ever answers, or whose data nobody saw but everybody acknowledges, was seen from one side
# only: it would have stopped otherwise. What such a connection lacks is told once, as a missing direction.
_TCP = """
    WITH connections AS (
        SELECT *,
               client_missed_bytes + server_missed_bytes AS missed,
               client_payload_bytes + server_payload_bytes > 0 OR missed > 0 AS with_data,
               client_packets = 0 OR server_packets = 0 AS one_way
        FROM tcp_flows
    )
    SELECT count(*) AS connections,
           count(*) FILTER (with_data) AS with_data,
           count(*) FILTER (with_data AND one_way) AS one_way,
           count(*) FILTER (missed > 0 AND NOT one_way) AS missing,
           CAST(coalesce(sum(missed) FILTER (NOT one_way), 0) AS BIGINT) AS missed_bytes,
           count(*) FILTER (client_syn_packets = 0 AND server_syn_packets = 0) AS without_syn,
           count(*) FILTER (clock_steps > 0) AS clock_steps,
           CAST(coalesce(sum(client_packets + server_packets), 0) AS BIGINT) AS packets,
           CAST(coalesce(sum(client_capture_duplicate_packets + server_capture_duplicate_packets), 0) AS BIGINT) AS copies,
           CAST(coalesce(sum(client_data_packets + server_data_packets), 0) AS BIGINT) AS data_packets,
           CAST(coalesce(sum(client_super_segments + server_super_segments), 0) AS BIGINT) AS super_segments
    FROM connections
"""

# Silent where they find nothing: few captures have it.
_RARE = frozenset({"start", "capture_duplicates", "super_segments", "clock_steps"})


def read(tables: Tables, capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """All checks with their counts, and the state that they add up to."""
    tcp = tables.row(_TCP)
    checks = [
        _complete(capture, issues),
        _drops(capture["interfaces"], tcp),
        _snap_length(capture, issues),
        _counted("both_directions", tcp["one_way"], tcp["with_data"]),
        _noted("start", tcp["without_syn"], tcp["connections"]),
        _noted("capture_duplicates", tcp["copies"], tcp["packets"]),
        _noted("super_segments", tcp["super_segments"], tcp["data_packets"]),
        _counted("time_order", capture["time_backwards_packets"], capture["packets"]),
        _counted("clock_steps", tcp["clock_steps"], tcp["connections"]),
        _decoded(capture, issues),
        _limits(issues),
    ]
    states = {check["state"] for check in checks}
    overall = "found" if "found" in states else "unknown" if not capture["packets"] else "clean"
    return {"state": overall, "checks": checks}


def _check(name: str, state: str, count: int | None, total: int | None) -> dict[str, Any]:
    return {"name": name, "state": state, "count": count, "total": total}


def _counted(name: str, count: int, total: int) -> dict[str, Any]:
    """A check that looks for `count` among `total`; among nothing it cannot be made."""
    state = "unknown" if not total else "found" if count else "clean"
    return _check(name, state, count, total)


def _noted(name: str, count: int, total: int) -> dict[str, Any]:
    """The same for what is worth knowing and no fault: what is concluded takes it into account."""
    check = _counted(name, count, total)
    return check | {"state": "note"} if check["state"] == "found" else check


def _complete(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    stops = sum(issue["count"] for issue in issues if issue["weight"] == "stop")
    return _check("complete", "clean" if capture["complete"] and not stops else "found", stops, len(capture["files"]))


def _snap_length(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """Packets that are not there whole. Where all headers are, timing can be judged as well as without a cut."""
    check = _counted("snap_length", capture["cut_packets"], capture["packets"])
    if check["state"] == "found" and not words.headers_cut(issues):
        check["state"] = "note"
    return check


def _drops(interfaces: list[Row], tcp: Row) -> dict[str, Any]:
    """Packets that are missing here: what the capturing host counted as lost, and what TCP acknowledged unseen.

    Most files hold no counters, and then TCP alone can tell.
    """
    names = ("interface_dropped_packets", "os_dropped_packets")
    counters = [interface[name] for interface in interfaces for name in names if interface[name] is not None]
    received = [interface["received_packets"] for interface in interfaces if interface["received_packets"] is not None]
    judged = tcp["with_data"] - tcp["one_way"]
    lost = sum(counters) + tcp["missing"]
    return {
        **_check("drops", "found" if lost else "clean" if counters or judged else "unknown", None, None),
        **({"count": sum(counters), "total": sum(received) or None} if counters else {}),
        "missed_bytes": tcp["missed_bytes"],
        "missing_connections": tcp["missing"],
        "judged_connections": judged,
    }


def _decoded(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """What could not be read inside packets that are there."""
    odd = [issue for issue in issues if issue["weight"] == "loss" and issue["name"] not in words.TOLD | words.LIMITS]
    return _counted("decoded", sum(issue["count"] for issue in odd), capture["packets"])


def _limits(issues: list[Row]) -> dict[str, Any]:
    """What was let go to stay within the memory budget."""
    count = sum(issue["count"] for issue in issues if issue["name"] in words.LIMITS)
    return _check("memory_budget", "found" if count else "clean", count, None)


def show(data: dict[str, Any]) -> Section:
    """The state in one sentence, then the checks one a line, then other oddities."""
    quality, capture, issues = data["capture"]["quality"], data["capture"], data["issues"]
    checks = [check for check in quality["checks"] if check["name"] not in _RARE or check["state"] in ("note", "found")]
    facts = tuple(
        Fact(told(words.LABELS[check["name"]]), words.sentence(check, capture, issues), State(check["state"]))
        for check in checks
    )
    summary = _summary(quality["state"], [check["state"] for check in checks])
    return Section("quality", say("Capture quality"), (summary, Facts(facts), *_others(issues)))


def _summary(overall: str, states: list[str]) -> Paragraph:
    clean, found, note, unknown = (states.count(name) for name in ("clean", "found", "note", "unknown"))
    state = State(overall)
    if state is State.UNKNOWN:
        return Paragraph(say("There is no packet to judge it by."), state)
    checks = plural(len(states), "check")
    if state is State.FOUND:
        parts = [say("{found} of {checks} found something wrong", found=count(found), checks=checks)]
    else:
        parts = [say("Nothing wrong found: {clean} of {checks} ran clean", clean=count(clean), checks=checks)]
    parts += [say("{note} noted something", note=count(note))] if note else []
    parts += [say("{unknown} could not be made", unknown=count(unknown))] if unknown else []
    return Paragraph(f"{', '.join(parts)}.", state)


def _others(issues: list[Row]) -> tuple[Facts, ...]:
    """Oddities that no check stands for: worth knowing, nothing lost."""
    notes = tuple(
        Fact(words.place(issue), words.issue_sentence(issue), State.NOTE)
        for issue in issues
        if issue["weight"] == "note" and issue["name"] not in words.TOLD | words.LIMITS
    )
    return (Facts(notes),) if notes else ()

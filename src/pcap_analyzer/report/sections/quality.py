"""How far the capture can be trusted. It stands before everything that is concluded from it.

Each check ends in one of three states: it ran clean, it found something, or it could not be made. The last is never
told as good news.
"""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.report.model import Fact, Facts, Paragraph, Section, State
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural

# A TCP sender with payload that nobody ever answers was seen from one side only: without answers it would have stopped.
_ONE_WAY = """
    SELECT count(*) AS total,
           count(*) FILTER (client_packets = 0 OR server_packets = 0) AS count
    FROM flows
    WHERE protocol = 'tcp' AND client_payload_bytes + server_payload_bytes > 0
"""

# Issues that a check of its own tells about.
_TOLD = frozenset({"capture_drops", "snap_length", "time_backwards"})

_LIMITS = frozenset({"fragments_evicted", "flows_evicted", "flows_not_listed", "endpoints_not_listed", "rows_merged"})


def read(tables: Tables, capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """All checks with their counts, and the state that they add up to."""
    one_way = tables.row(_ONE_WAY)
    checks = [
        _complete(capture, issues),
        _drops(capture["interfaces"]),
        _snap_length(capture, issues),
        _counted("both_directions", one_way["count"], one_way["total"]),
        _counted("time_order", capture["time_backwards_packets"], capture["packets"]),
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


def _complete(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    stops = sum(issue["count"] for issue in issues if issue["weight"] == "stop")
    return _check("complete", "clean" if capture["complete"] and not stops else "found", stops, len(capture["files"]))


def _snap_length(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """Packets that are not there whole. Where all headers are, timing can be judged as well as without a cut."""
    check = _counted("snap_length", capture["cut_packets"], capture["packets"])
    if check["state"] == "found" and not _headers_cut(issues):
        check["state"] = "note"
    return check


def _headers_cut(issues: list[Row]) -> int:
    return sum(issue["count"] for issue in issues if issue["name"] == "header_cut")


def _drops(interfaces: list[Row]) -> dict[str, Any]:
    """What the capturing host counted as lost. Most files say nothing of it, and then nothing is known."""
    names = ("interface_dropped_packets", "os_dropped_packets")
    counters = [interface[name] for interface in interfaces for name in names if interface[name] is not None]
    if not counters:
        return _check("drops", "unknown", None, None)
    received = [interface["received_packets"] for interface in interfaces if interface["received_packets"] is not None]
    return _check("drops", "found" if sum(counters) else "clean", sum(counters), sum(received) or None)


def _decoded(capture: dict[str, Any], issues: list[Row]) -> dict[str, Any]:
    """What could not be read inside packets that are there."""
    odd = [issue for issue in issues if issue["weight"] == "loss" and issue["name"] not in _TOLD | _LIMITS]
    return _counted("decoded", sum(issue["count"] for issue in odd), capture["packets"])


def _limits(issues: list[Row]) -> dict[str, Any]:
    """What was let go to stay within the memory budget."""
    count = sum(issue["count"] for issue in issues if issue["name"] in _LIMITS)
    return _check("memory_budget", "found" if count else "clean", count, None)


def show(data: dict[str, Any]) -> Section:
    """The state in one sentence, then the checks one a line, then other oddities."""
    quality, capture = data["capture"]["quality"], data["capture"]
    facts = tuple(
        Fact(_LABELS[check["name"]], _SENTENCES[check["name"]](check, capture, data["issues"]), State(check["state"]))
        for check in quality["checks"]
    )
    return Section("quality", "Capture quality", (_summary(quality), Facts(facts), *_others(data["issues"])))


def _summary(quality: dict[str, Any]) -> Paragraph:
    states = [check["state"] for check in quality["checks"]]
    clean, found, note, unknown = (states.count(name) for name in ("clean", "found", "note", "unknown"))
    state = State(quality["state"])
    if state is State.UNKNOWN:
        return Paragraph("There is no packet to judge it by.", state)
    more = f", {note} noted something" if note else ""
    more += f", {unknown} could not be made" if unknown else ""
    if state is State.FOUND:
        return Paragraph(f"{found} of {len(states)} checks found something wrong{more}.", state)
    return Paragraph(f"Nothing wrong found: {clean} of {len(states)} checks ran clean{more}.", state)


def _others(issues: list[Row]) -> tuple[Facts, ...]:
    """Oddities that no check stands for: worth knowing, nothing lost."""
    notes = tuple(
        Fact(_place(issue), _issue_sentence(issue), State.NOTE)
        for issue in issues
        if issue["weight"] == "note" and issue["name"] not in _TOLD | _LIMITS
    )
    return (Facts(notes),) if notes else ()


def _place(issue: Row) -> str:
    return f"Frame {issue['first_frame']:,}" if issue["first_frame"] is not None else "Note"


def _issue_sentence(issue: Row) -> str:
    sentence = issue["sentence"].partition("; detail is ")[0].rstrip(".")
    detail = f" ({issue['detail']})" if issue["detail"] else ""
    text = f": “{issue['text']}”" if issue["text"] else ""
    times = f", {issue['count']:,} times" if issue["count"] > 1 else ""
    return f"{sentence}{detail}{text}{times}."


def _of(check: dict[str, Any], things: str) -> str:
    """`37 of 1,204 packets (3.1 %)`."""
    share = units.share(check["count"] / check["total"])
    return f"{check['count']:,} of {check['total']:,} {things} ({share})"


def _say_complete(check: dict[str, Any], capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return "Read to the end."
    stops = " ".join(_issue_sentence(issue) for issue in issues if issue["weight"] == "stop")
    return f"{stops} Analysed: {plural(capture['packets'], 'packet')}."


def _say_drops(check: dict[str, Any], _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: the file holds no drop counters."
    if check["state"] == "clean":
        return "The capturing host counted none."
    of = f" of {check['total']:,} received" if check["total"] else ""
    return f"The capturing host dropped {plural(check['count'], 'packet')}{of}: they are missing here."


def _say_snap_length(check: dict[str, Any], capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return f"No packet was cut, of {check['total']:,}."
    held = units.share(capture["captured_bytes"] / capture["wire_bytes"])
    headers = _headers_cut(issues)
    there = f"{headers:,} headers are cut" if headers else "all headers are there"
    return f"{_of(check, 'packets')} were cut to {held} of the bytes; {there}."


def _say_directions(check: dict[str, Any], _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: no TCP connection carries data."
    if check["state"] == "clean":
        return f"Both were captured of {check['total']:,} of {check['total']:,} TCP connections with data."
    return f"Only one was captured of {_of(check, 'TCP connections with data')}."


def _say_time(check: dict[str, Any], _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return "Every packet is as late as the one before it, or later."
    return f"{_of(check, 'packets')} have a time before that of the packet before them."


def _say_decoded(check: dict[str, Any], _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return "Every packet could be decoded as far as it was captured."
    odd = [issue for issue in issues if issue["weight"] == "loss" and issue["name"] not in _TOLD | _LIMITS]
    return " ".join(_issue_sentence(issue) for issue in odd)


def _say_limits(check: dict[str, Any], _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return "Everything fitted into the memory budget."
    told = " ".join(_issue_sentence(issue) for issue in issues if issue["name"] in _LIMITS)
    return f"{told} More memory (--memory) avoids it."


_LABELS = {
    "complete": "File",
    "drops": "Drops",
    "snap_length": "Snap length",
    "both_directions": "Directions",
    "time_order": "Time order",
    "decoded": "Decoding",
    "memory_budget": "Memory",
}

_SENTENCES = {
    "complete": _say_complete,
    "drops": _say_drops,
    "snap_length": _say_snap_length,
    "both_directions": _say_directions,
    "time_order": _say_time,
    "decoded": _say_decoded,
    "memory_budget": _say_limits,
}

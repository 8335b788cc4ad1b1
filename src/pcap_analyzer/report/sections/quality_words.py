"""How the checks of a capture's quality are told to people: a label and a sentence for each."""

from collections.abc import Callable
from typing import Any

from pcap_analyzer import units
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

Check = dict[str, Any]

# Issues that a check of its own tells about.
TOLD = frozenset({"capture_drops", "snap_length", "time_backwards"})

LIMITS = frozenset({"fragments_evicted", "flows_evicted", "flows_not_listed", "endpoints_not_listed", "rows_merged"})


def headers_cut(issues: list[Row]) -> int:
    """How many headers the end of the captured bytes cut."""
    return sum(issue["count"] for issue in issues if issue["name"] == "header_cut")


def place(issue: Row) -> str:
    """The first frame that an oddity concerns."""
    return f"Frame {issue['first_frame']:,}" if issue["first_frame"] is not None else "Note"


def sentence(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    """What became of a check."""
    return _SENTENCES[check["name"]](check, capture, issues)


def issue_sentence(issue: Row) -> str:
    """An oddity as the core tells it, with its detail and how often it occurred."""
    sentence = issue["sentence"].partition("; detail is ")[0].rstrip(".")
    detail = f" ({issue['detail']})" if issue["detail"] else ""
    text = f": “{issue['text']}”" if issue["text"] else ""
    times = f", {issue['count']:,} times" if issue["count"] > 1 else ""
    return f"{sentence}{detail}{text}{times}."


def _of(check: Check, things: str) -> str:
    """`37 of 1,204 packets (3.1 %)`."""
    share = units.share(check["count"] / check["total"])
    return f"{check['count']:,} of {check['total']:,} {things} ({share})"


def _say_complete(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return "Read to the end."
    stops = " ".join(issue_sentence(issue) for issue in issues if issue["weight"] == "stop")
    return f"{stops} Analysed: {plural(capture['packets'], 'packet')}."


def _say_drops(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: the file holds no drop counters, and no TCP connection with data was captured both ways."
    if check["state"] == "clean":
        unseen = "every byte that TCP acknowledged was captured"
        if check["count"] is None:
            return f"None seen: {unseen}."
        return "The capturing host counted none" + (f", and {unseen}." if check["judged_connections"] else ".")
    return " ".join(filter(None, (_counted_drops(check), _missed_bytes(check))))


def _counted_drops(check: Check) -> str:
    if not check["count"]:
        return ""
    of = f" of {check['total']:,} received" if check["total"] else ""
    return f"The capturing host dropped {plural(check['count'], 'packet')}{of}: they are missing here."


def _missed_bytes(check: Check) -> str:
    count, judged = check["missing_connections"], check["judged_connections"]
    if not count:
        return ""
    share = units.share(count / judged)
    missed = units.size(check["missed_bytes"])
    return f"Missing here though TCP acknowledged it: {missed} in {count:,} of {judged:,} connections ({share})."


def _say_snap_length(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return f"No packet was cut, of {check['total']:,}."
    held = units.share(capture["captured_bytes"] / capture["wire_bytes"])
    headers = headers_cut(issues)
    there = f"{headers:,} headers are cut" if headers else "all headers are there"
    return f"{_of(check, 'packets')} were cut to {held} of the bytes; {there}."


def _say_directions(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: no TCP connection carries data."
    if check["state"] == "clean":
        return f"Both were captured of {check['total']:,} of {check['total']:,} TCP connections with data."
    return f"Only one was captured of {_of(check, 'TCP connections with data')}."


def _say_start(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    return f"No SYN was captured of {_of(check, 'TCP connections')}; the scale of their windows is inferred."


def _say_copies(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    return f"{_of(check, 'TCP packets')} were captured twice; the figures of TCP leave the copies out."


def _say_super_segments(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    larger = f"{_of(check, 'TCP segments with data')} are larger than the MSS"
    return f"{larger}: offload merged them, so there were more packets on the wire than here."


def _say_clock(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    return f"The clock went back by more than 1 ms within {_of(check, 'TCP connections')}: times across that are wrong."


def _say_time(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return "Every packet is as late as the one before it, or later."
    return f"{_of(check, 'packets')} have a time before that of the packet before them."


def _say_decoded(check: Check, _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return "Cannot tell: there is no packet."
    if check["state"] == "clean":
        return "Every packet could be decoded as far as it was captured."
    odd = [issue for issue in issues if issue["weight"] == "loss" and issue["name"] not in TOLD | LIMITS]
    return " ".join(issue_sentence(issue) for issue in odd)


def _say_limits(check: Check, _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return "Everything fitted into the memory budget."
    told = " ".join(issue_sentence(issue) for issue in issues if issue["name"] in LIMITS)
    return f"{told} More memory (--memory) avoids it."


LABELS = {
    "complete": "File",
    "drops": "Drops",
    "snap_length": "Snap length",
    "both_directions": "Directions",
    "start": "Start",
    "capture_duplicates": "Copies",
    "super_segments": "Offload",
    "time_order": "Time order",
    "clock_steps": "Clock",
    "decoded": "Decoding",
    "memory_budget": "Memory",
}

_SENTENCES: dict[str, Callable[[Check, dict[str, Any], list[Row]], str]] = {
    "complete": _say_complete,
    "drops": _say_drops,
    "snap_length": _say_snap_length,
    "both_directions": _say_directions,
    "start": _say_start,
    "capture_duplicates": _say_copies,
    "super_segments": _say_super_segments,
    "time_order": _say_time,
    "clock_steps": _say_clock,
    "decoded": _say_decoded,
    "memory_budget": _say_limits,
}

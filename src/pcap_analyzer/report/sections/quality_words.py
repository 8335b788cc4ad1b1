"""How the checks of a capture's quality are told to people: a label and a sentence for each."""

from collections.abc import Callable
from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import Said, mark, say, told
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
    if issue["first_frame"] is None:
        return say("Note")
    return say("Frame {number}", number=units.count(issue["first_frame"]))


def sentence(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    """What became of a check."""
    return _SENTENCES[check["name"]](check, capture, issues)


def issue_sentence(issue: Row) -> str:
    """An oddity as the core tells it, with its detail and how often it occurred."""
    detail = f" ({issue['detail']})" if issue["detail"] else ""
    text = say(": “{text}”", text=issue["text"]) if issue["text"] else ""
    times = f", {plural(issue['count'], 'time')}" if issue["count"] > 1 else ""
    return f"{issue_words(issue)}{detail}{text}{times}."


def issue_words(issue: Row) -> str:
    """An oddity as the core tells it, without its end."""
    words: str = issue["sentence"]
    return told(words.partition("; detail is ")[0].rstrip("."))


def _say_of(check: Check, sentence: str, one: str, **values: object) -> Said:
    """`sentence` about `37 of 1,204 packets (3.1 %)`: `{count} of {total} ({share})`, and further values."""
    count, total = check["count"], check["total"]
    return say(
        sentence,
        count=units.count(count),
        total=plural(total, one),
        share=units.share(count / total),
        **values,
    )


def _say_complete(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return say("Read to the end.")
    stops = " ".join(issue_sentence(issue) for issue in issues if issue["weight"] == "stop")
    return say("{stops} Analysed: {packets}.", stops=stops, packets=plural(capture["packets"], "packet"))


def _say_drops(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return say(
            "Cannot tell: the file holds no drop counters, and no TCP connection with data was captured both ways."
        )
    if check["state"] == "clean":
        if check["count"] is None:
            return say("None seen: every byte that TCP acknowledged was captured.")
        if check["judged_connections"]:
            return say("The capturing host counted none, and every byte that TCP acknowledged was captured.")
        return say("The capturing host counted none.")
    return " ".join(filter(None, (_counted_drops(check), _missed_bytes(check))))


def _counted_drops(check: Check) -> str:
    if not check["count"]:
        return ""
    dropped = plural(check["count"], "packet")
    if not check["total"]:
        return say("The capturing host dropped {packets}: they are missing here.", packets=dropped)
    return say(
        "The capturing host dropped {packets} of {total} received: they are missing here.",
        packets=dropped,
        total=units.count(check["total"]),
    )


def _missed_bytes(check: Check) -> str:
    count, judged = check["missing_connections"], check["judged_connections"]
    if not count:
        return ""
    return say(
        "Missing here though TCP acknowledged it: {missed} in {count} of {total} ({share}).",
        missed=units.size(check["missed_bytes"]),
        count=units.count(count),
        total=plural(judged, "connection"),
        share=units.share(count / judged),
    )


def _say_snap_length(check: Check, capture: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return say("Cannot tell: there is no packet.")
    if check["state"] == "clean":
        return say("No packet was cut, of {total}.", total=units.count(check["total"]))
    held = units.share(capture["captured_bytes"] / capture["wire_bytes"])
    headers = headers_cut(issues)
    there = (
        say("{headers} cut", headers=plural(headers, "header is", "headers are"))
        if headers
        else say("all headers are there")
    )
    sentence = "{count} of {total} ({share}) were cut to {held} of the bytes; {there}."
    return _say_of(check, sentence, "packet", held=held, there=there)


def _say_directions(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return say("Cannot tell: no TCP connection carries data.")
    if check["state"] == "clean":
        total = units.count(check["total"])
        connections = plural(check["total"], "TCP connection")
        return say("Both were captured of {count} of {total} with data.", count=total, total=connections)
    return _say_of(check, "Only one was captured of {count} of {total} with data ({share}).", "TCP connection")


def _say_start(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    sentence = "No SYN was captured of {count} of {total} ({share}); the scale of their windows is inferred."
    return _say_of(check, sentence, "TCP connection")


def _say_copies(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    sentence = "{count} of {total} ({share}) were captured twice; the figures of TCP leave the copies out."
    return _say_of(check, sentence, "TCP packet")


def _say_super_segments(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    sentence = (
        "{count} of {total} with data ({share}) are larger than the MSS: offload merged them, so there were more packets"
        " on the wire than here."
    )
    return _say_of(check, sentence, "TCP segment")


def _say_clock(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    sentence = "The clock went back by more than 1 ms within {count} of {total} ({share}): times across that are wrong."
    return _say_of(check, sentence, "TCP connection")


def _say_time(check: Check, _: dict[str, Any], __: list[Row]) -> str:
    if check["state"] == "unknown":
        return say("Cannot tell: there is no packet.")
    if check["state"] == "clean":
        return say("Every packet is as late as the one before it, or later.")
    sentence = "{count} of {total} ({share}) have a time before that of the packet before them."
    return _say_of(check, sentence, "packet")


def _say_decoded(check: Check, _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "unknown":
        return say("Cannot tell: there is no packet.")
    if check["state"] == "clean":
        return say("Every packet could be decoded as far as it was captured.")
    odd = [issue for issue in issues if issue["weight"] == "loss" and issue["name"] not in TOLD | LIMITS]
    return " ".join(issue_sentence(issue) for issue in odd)


def _say_limits(check: Check, _: dict[str, Any], issues: list[Row]) -> str:
    if check["state"] == "clean":
        return say("Everything fitted into the memory budget.")
    limits = " ".join(issue_sentence(issue) for issue in issues if issue["name"] in LIMITS)
    return say("{limits} More memory (--memory) avoids it.", limits=limits)


LABELS = {
    "complete": mark("File"),
    "drops": mark("Drops"),
    "snap_length": mark("Snap length"),
    "both_directions": mark("Directions"),
    "start": mark("Start"),
    "capture_duplicates": mark("Copies"),
    "super_segments": mark("Offload"),
    "time_order": mark("Time order"),
    "clock_steps": mark("Clock"),
    "decoded": mark("Decoding"),
    "memory_budget": mark("Memory"),
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

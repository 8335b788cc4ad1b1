"""Which frames to carve out of a capture, and what to say about each."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pcap_analyzer.errors import SettingError
from pcap_analyzer.findings._cost import LISTED
from pcap_analyzer.i18n import mark, say, told
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

if TYPE_CHECKING:
    from pcap_analyzer.analysis import Analysis

# Frame numbers with what to say about each; empty for nothing.
Comments = dict[int, str]

# What is on demand and needed to know a flow's frames.
ON_DEMAND: Final = ("packets",)

# The flows of a finding, all with one question.
_FLOWS: Final = """
    WITH listed AS (
        SELECT unnest(
            from_json($listed, '[{"protocol": "VARCHAR", "client": "VARCHAR", "server": "VARCHAR", "stream": "BIGINT"}]'),
            recursive := true
        )
    )
    SELECT flow FROM flows SEMI JOIN listed
    ON flows.protocol = listed.protocol AND flows.client = listed.client AND flows.server = listed.server
       AND flows.stream IS NOT DISTINCT FROM listed.stream
"""

# What belongs to no flow proves something with others of its kind: a conflict of ARP is seen in the answers of both hosts.
_OF_NO_FLOW: Final = """
    SELECT frame_number FROM packets
    WHERE flow IS NULL AND path IN (SELECT path FROM packets WHERE flow IS NULL AND list_contains($frames, frame_number))
"""

_WORDS: Final = {
    "reordered": mark("overtaken on the path"),
    "retransmission_fast": mark("sent again, since later data had arrived"),
    "retransmission_tlp": mark("sent again, to probe for a lost tail"),
    "retransmission_rto": mark("sent again, since a timer ran out"),
    "retransmission_repeated": mark("sent again once more"),
    "retransmission_unneeded": mark("sent again although it had been acknowledged"),
    "retransmission_pmtu": mark("sent again in smaller pieces"),
    "retransmission_syn": mark("sent again: SYN"),
    "retransmission_fin": mark("sent again: FIN"),
    "window_probe": mark("probe of a closed window"),
    "keep_alive": mark("keep-alive probe"),
    "duplicate_network": mark("the same packet again, made by the network"),
    "duplicate_capture": mark("the same packet again, made by the capture"),
    "reset": mark("ends the connection by a reset"),
    "capture_gap": mark("acknowledges data that the capture lacks"),
    "zero_window": mark("reopens a window that was closed"),
}

_LOST: Final = {
    "upstream": mark("{text}; the original was lost upstream of the capture point"),
    "downstream": mark("{text}; the original was lost downstream of the capture point"),
}


def frames_of_streams(analysis: "Analysis", streams: Iterable[int]) -> Comments:
    """All frames of TCP streams, with what is known about the noteworthy ones. `packets` must have been asked for.

    Raises:
        SettingError: there is no such stream.

    """
    wanted = sorted(set(streams))
    known = analysis.rows(
        "SELECT stream, flow FROM flows WHERE protocol = 'tcp' AND list_contains($streams, stream)", streams=wanted
    )
    if missing := set(wanted) - {int(row["stream"]) for row in known}:
        raise SettingError(
            say("there is no TCP stream {stream} in this capture; the table tcp_flows lists them", stream=min(missing))
        )
    flows = [row["flow"] for row in known]
    frames = analysis.rows("SELECT frame_number FROM packets WHERE list_contains($flows, flow)", flows=flows)
    return {int(row["frame_number"]): "" for row in frames} | _events(analysis, wanted)


def frames_of_finding(analysis: "Analysis", finding: Mapping[str, Any]) -> Comments:
    """All frames of the flows of a finding, as the JSON report has it, with what is known about those that prove it.

    A finding that names frames of no flow gets all frames of that kind.
    """
    listed = finding["flows"]
    flows = [row["flow"] for row in analysis.rows(_FLOWS, listed=json.dumps(listed))]
    frames = analysis.rows("SELECT frame_number FROM packets WHERE list_contains($flows, flow)", flows=flows)
    frames += analysis.rows(_OF_NO_FLOW, frames=finding["frames"])
    streams = [flow["stream"] for flow in listed if flow["protocol"] == "tcp"]
    comments = {int(row["frame_number"]): "" for row in frames} | _events(analysis, streams)
    for frame in finding["frames"]:
        before = comments.get(frame)
        comments[frame] = f"PCAP Analyzer: {told(finding['title'])} [{finding['id']}]" + (
            f"\n{before}" if before else ""
        )
    return comments


def shortened(finding: Mapping[str, Any]) -> str:
    """A line where a finding names only some of its flows, so that its evidence has no others; empty where it has all."""
    shown, total = len(finding["flows"]), finding["flows_total"]
    if shown < LISTED or shown >= total:
        return ""
    return say(
        "{finding}: the packets of {shown} of {total}, as the report lists them",
        finding=finding["id"],
        shown=count(shown),
        total=plural(total, "conversation"),
    )


def _events(analysis: "Analysis", streams: list[int]) -> Comments:
    rows = analysis.rows(
        "SELECT frame_number, kind, reference_frame, duration_ns, place FROM tcp_events"
        " WHERE list_contains($streams, stream) ORDER BY frame_number",
        streams=streams,
    )
    return {int(row["frame_number"]): _comment(**row) for row in rows}


def _comment(
    frame_number: int, kind: str, reference_frame: int | None, duration_ns: int | None, place: str | None
) -> str:
    """One line about a frame, such as Wireshark shows as a packet comment."""
    del frame_number
    text = told(_WORDS.get(kind, kind.replace("_", " ")))
    if reference_frame is not None and duration_ns is not None:
        text = say(
            "{text}, {duration} after frame {frame} of the original capture",
            text=text,
            duration=duration(duration_ns),
            frame=reference_frame,
        )
    if place:
        text = say(_LOST[place], text=text)
    return f"PCAP Analyzer: {text}"


def parse_frames(text: str) -> list[int]:
    """Frame numbers of `12,40-45`.

    Raises:
        SettingError: it is no list of frame numbers.

    """
    most = 1_000_000
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise SettingError(say("{text} is no frame number: write 12,40-45", text=repr(part.strip())))
        span = range(int(first), int(last if dash else first) + 1)
        if int(first) < 1 or not span or len(span) + len(numbers) > most:
            raise SettingError(
                say(
                    "{text} cannot be used: frames count from 1, and at most {most} are taken",
                    text=repr(part.strip()),
                    most=count(most),
                )
            )
        numbers.extend(span)
    return numbers

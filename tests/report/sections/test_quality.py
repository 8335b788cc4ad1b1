"""How far a capture can be trusted."""

from collections.abc import Callable
from typing import Any

import pytest

from pcap_analyzer.report.model import Facts, Paragraph, State
from pcap_analyzer.report.sections import quality
from pcap_analyzer.tables import Tables

CAPTURE: dict[str, Any] = {
    "packets": 100,
    "captured_bytes": 9600,
    "wire_bytes": 96000,
    "cut_packets": 0,
    "time_backwards_packets": 0,
    "complete": True,
    "files": [{}],
    "interfaces": [],
}
CONNECTION = {"client_payload_bytes": 10, "client_packets": 5, "server_packets": 5, "client_syn_packets": 1}


def issue(name: str, weight: str, count: int = 1, **more: object) -> dict[str, Any]:
    empty = {"detail": None, "text": None, "first_frame": None, "sentence": f"About {name}."}
    return {"name": name, "weight": weight, "count": count, **empty, **more}


@pytest.fixture
def judge(tables: Callable[..., Tables]) -> Callable[..., dict[str, dict[str, Any]]]:
    """The checks by name, after some facts have been changed."""

    def judge(issues: tuple[dict[str, Any], ...] = (), flows: tuple[dict[str, Any], ...] = (), **facts: object) -> Any:
        read = quality.read(tables(tcp_flows=list(flows)), CAPTURE | facts, list(issues))
        return {check["name"]: check for check in read["checks"]} | {"state": read["state"]}

    return judge


def told(facts: dict[str, Any], checks: dict[str, Any], *issues: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The summary and the sentence of each check."""
    rows = [check for name, check in checks.items() if name != "state"]
    data = {
        "capture": CAPTURE | facts | {"quality": {"state": checks["state"], "checks": rows}},
        "issues": list(issues),
    }
    summary, facts_block, *_ = quality.show(data).blocks
    assert isinstance(summary, Paragraph)
    assert isinstance(facts_block, Facts)
    return summary.text, {fact.label: fact.text for fact in facts_block.items}


def test_what_could_not_be_checked_is_not_called_clean(judge: Callable[..., Any]) -> None:
    checks = judge()
    assert checks["state"] == "clean"
    assert checks["drops"]["state"] == "unknown"
    assert checks["both_directions"]["state"] == "unknown"
    summary, sentences = told({}, checks)
    assert summary == "Nothing wrong found: 5 of 7 checks ran clean, 2 could not be made."
    assert sentences["Drops"].startswith("Cannot tell: the file holds no drop counters, and no TCP ")
    assert not {"Start", "Copies", "Offload", "Clock"} & set(sentences)


def test_nothing_at_all_is_unknown(judge: Callable[..., Any]) -> None:
    checks = judge(packets=0)
    assert checks["state"] == "unknown"
    assert told({"packets": 0}, checks)[0] == "There is no packet to judge it by."


def test_a_cut_file(judge: Callable[..., Any]) -> None:
    cut = issue("cut_short", "stop")
    checks = judge((cut,), complete=False)
    assert checks["complete"]["state"] == checks["state"] == "found"
    assert told({}, checks, cut)[1]["File"] == "About cut_short. Analysed: 100 packets."


def test_drops_counted_by_the_capturing_host(judge: Callable[..., Any]) -> None:
    interface = {"received_packets": 1100, "interface_dropped_packets": 7, "os_dropped_packets": None}
    checks = judge(interfaces=[interface])
    assert (checks["drops"]["state"], checks["drops"]["count"]) == ("found", 7)
    assert (
        told({}, checks)[1]["Drops"] == "The capturing host dropped 7 packets of 1,100 received: they are missing here."
    )
    clean = judge(interfaces=[interface | {"interface_dropped_packets": 0}])
    assert told({}, clean)[1]["Drops"] == "The capturing host counted none."
    clean = judge(interfaces=[interface | {"interface_dropped_packets": 0}], flows=(CONNECTION,))
    assert told({}, clean)[1]["Drops"].startswith("The capturing host counted none, and every byte ")


def test_without_counters_tcp_tells_whether_packets_are_missing(judge: Callable[..., Any]) -> None:
    checks = judge(flows=(CONNECTION,))
    assert checks["drops"]["state"] == "clean"
    assert told({}, checks)[1]["Drops"] == "None seen: every byte that TCP acknowledged was captured."
    checks = judge(flows=(CONNECTION, CONNECTION | {"server_missed_bytes": 1500}))
    assert (checks["drops"]["state"], checks["drops"]["count"], checks["drops"]["missed_bytes"]) == (
        "found",
        None,
        1500,
    )
    sentence = "Missing here though TCP acknowledged it: 1.50 kB in 1 of 2 connections (50.0 %)."
    assert told({}, checks)[1]["Drops"] == sentence


def test_what_a_missing_direction_lacks_is_no_drop(judge: Callable[..., Any]) -> None:
    acknowledged = {"client_packets": 5, "server_packets": 0, "server_missed_bytes": 1500}
    checks = judge(flows=(acknowledged,))
    assert checks["both_directions"]["count"] == 1
    assert (checks["drops"]["state"], checks["drops"]["missed_bytes"]) == ("unknown", 0)


@pytest.mark.parametrize(
    ("change", "label", "state", "sentence"),
    [
        (
            {"client_syn_packets": 0},
            *("Start", "note"),
            "No SYN was captured of 1 of 2 TCP connections (50.0 %); the scale of their windows is inferred.",
        ),
        (
            {"server_capture_duplicate_packets": 4},
            *("Copies", "note"),
            "4 of 20 TCP packets (20.0 %) were captured twice; the figures of TCP leave the copies out.",
        ),
        (
            {"client_data_packets": 4, "client_super_segments": 3},
            *("Offload", "note"),
            "3 of 4 TCP segments with data (75.0 %) are larger than the MSS: offload merged them, so there were more"
            " packets on the wire than here.",
        ),
        (
            {"clock_steps": 7},
            *("Clock", "found"),
            "The clock went back by more than 1 ms within 1 of 2 TCP connections (50.0 %): times across that are wrong.",
        ),
    ],
)
def test_what_few_captures_have_is_told_where_it_is(
    judge: Callable[..., Any], change: dict[str, int], label: str, state: str, sentence: str
) -> None:
    checks = judge(flows=(CONNECTION, CONNECTION | change))
    assert told({}, checks)[1][label] == sentence
    assert checks["state"] == ("found" if state == "found" else "clean")
    assert label not in told({}, judge(flows=(CONNECTION, CONNECTION)))[1]


def test_cut_packets_have_a_denominator(judge: Callable[..., Any]) -> None:
    checks = judge(cut_packets=37)
    sentence = told({"cut_packets": 37}, checks)[1]["Snap length"]
    assert sentence == "37 of 100 packets (37.0 %) were cut to 10.0 % of the bytes; all headers are there."
    assert (checks["snap_length"]["state"], checks["state"]) == ("note", "clean")


def test_cut_headers_weigh_more_than_cut_payload(judge: Callable[..., Any]) -> None:
    cut = issue("header_cut", "note", 3)
    checks = judge((cut,), cut_packets=37)
    assert (checks["snap_length"]["state"], checks["state"]) == ("found", "found")
    assert told({"cut_packets": 37}, checks, cut)[1]["Snap length"].endswith("; 3 headers are cut.")


def test_one_way_traffic_is_data_that_nobody_answers(judge: Callable[..., Any]) -> None:
    unanswered = CONNECTION | {"server_packets": 0}
    checks = judge(flows=(CONNECTION, unanswered, unanswered | {"client_payload_bytes": 0}))
    assert (checks["both_directions"]["count"], checks["both_directions"]["total"]) == (1, 2)
    sentence = told({}, checks)[1]["Directions"]
    assert sentence == "Only one was captured of 1 of 2 TCP connections with data (50.0 %)."


def test_time_that_goes_back(judge: Callable[..., Any]) -> None:
    assert judge(time_backwards_packets=1)["time_order"]["state"] == "found"


def test_what_could_not_be_decoded(judge: Callable[..., Any]) -> None:
    lost = issue(
        "unknown_link_type",
        "loss",
        100,
        detail="odd",
        sentence="A link type that is not decoded; detail is the link type.",
    )
    checks = judge((lost,))
    assert checks["decoded"]["state"] == "found"
    assert told({}, checks, lost)[1]["Decoding"] == "A link type that is not decoded (odd), 100 times."


def test_what_the_memory_budget_let_go(judge: Callable[..., Any]) -> None:
    checks = judge((issue("flows_evicted", "note", 5),))
    assert checks["memory_budget"]["count"] == 5
    assert checks["state"] == "found"


def test_notes_are_told_and_change_nothing(judge: Callable[..., Any]) -> None:
    comment = issue("comment", "note", text="taken at the door", sentence="The capture file holds a comment.")
    checks = judge((comment,))
    assert checks["state"] == "clean"
    data = {"capture": CAPTURE | {"quality": {"state": "clean", "checks": []}}, "issues": [comment]}
    notes = quality.show(data).blocks[-1]
    assert isinstance(notes, Facts)
    assert notes.items[0].text == "The capture file holds a comment: “taken at the door”."
    assert notes.items[0].state is State.NOTE

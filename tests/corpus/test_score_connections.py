"""The scorer of connections itself: what it takes for the same, and what it refuses to allow."""

import gzip
from pathlib import Path

import pytest
import scores
import taps
import tcp_frames
import tcp_ledger
import truth
from score_connections import ALLOWED, Reading, Task, judge_frames, read_allowed, score_frames, score_ledger

from pcap_analyzer.database import connect_to_nothing
from pcap_analyzer.tables import Tables

# ---- frames -------------------------------------------------------------------------------------------------------


def answers(path: Path, *rows: str) -> dict[int, tcp_frames.Frame]:
    with gzip.open(path, "wt") as file:
        for row in ("frame stream len flags ack_rtt irtt bif rto rto_frame acks_frame dup_ack_num", *rows):
            file.write(row.replace(" ", "\t") + "\n")
    return tcp_frames.expected(path)


def test_answers_of_tshark_become_our_units(tmp_path: Path) -> None:
    frames = answers(tmp_path / "x.tcp.tsv.gz", "7 2 0 keep_alive,zero_window 0.000000021  1448    ")
    assert frames == {
        7: {
            "ws_flags": frozenset(["keep_alive", "zero_window"]),
            "stream": 2,
            "payload_bytes": 0,
            "ws_ack_rtt_ns": 21,
            "ws_initial_rtt_ns": None,
            "ws_bytes_in_flight": 1448,
            "ws_rto_ns": None,
            "ws_rto_frame": None,
            "ws_acks_frame": None,
            "ws_duplicate_ack_number": None,
        }
    }


def test_a_frame_agrees_when_both_have_it_and_everything_in_it_is_equal() -> None:
    want: dict[int, tcp_frames.Frame] = {1: {"stream": 0}, 2: {"stream": 0}, 3: {"stream": 1}}
    have: dict[int, tcp_frames.Frame] = {1: {"stream": 0}, 3: {"stream": 2}, 4: {"stream": 0}}
    comparison = tcp_frames.compare(want, have)
    assert comparison.differing == {2: ["missing frame"], 3: ["stream"], 4: ["extra frame"]}
    assert (comparison.frames, comparison.agreeing) == (3, 0)


def test_extra_frames_count_against_the_share_where_there_are_no_others() -> None:
    comparison = tcp_frames.compare({}, {1: {}, 2: {}})
    assert (comparison.frames, comparison.agreeing) == (2, 0)


def reading(name: str, told: int = 10, **differing: int) -> Reading:
    frames = tcp_frames.Comparison(told, {number: [column] for column, number in differing.items()})
    return Reading(Task("captures", Path(name)), frames=frames)


def test_a_difference_needs_permission_and_a_permission_needs_a_difference() -> None:
    readings = [reading("a.pcap", stream=3), reading("b.pcap")]
    lines = list(judge_frames(readings, {"b.pcap": {"stream": [1]}, "c.pcap": {"stream": [1]}}))
    assert [line.split()[0] for line in lines] == ["a.pcap", "b.pcap", "c.pcap"]
    assert list(judge_frames(readings, {"a.pcap": {"stream": [3]}})) == []
    assert len(list(judge_frames(readings, {"a.pcap": {"stream": [4]}}))) == 2


def test_too_many_differences_fail_even_when_they_are_allowed() -> None:
    assert not score_frames([reading("a.pcap", 9_999, stream=3)], []).holds
    assert score_frames([reading("a.pcap", 10_000, stream=3)], []).holds
    assert not score_frames([], []).holds


def test_every_permission_has_its_reason() -> None:
    assert read_allowed(ALLOWED.read_text()).frames
    with pytest.raises(SystemExit, match=r"no reason for a\.pcap"):
        read_allowed('taps = []\n[[frames]]\ncapture = "a.pcap"\ndiffers = "stream"\nframes = [1]\nreason = " "')


# ---- the ledger ---------------------------------------------------------------------------------------------------


Part = tuple[str, str, int]

HANDSHAKE, THINK = ("handshake", "network", 10), ("think", "server", 20)


def check(*parts: Part, duration: int | None = 30, span: int = 30) -> tuple[list[str], dict[str, float]]:
    """Problems and shares of one connection: its duration, the time between its two segments, and its parts."""
    with connect_to_nothing() as connection:
        if duration is not None:
            connection.execute("INSERT INTO tcp_flows (stream, duration_ns) VALUES (0, $1)", [duration])
        connection.execute("INSERT INTO tcp_segments (stream, time_ns) VALUES (0, 50), (0, 50 + $1)", [span])
        for part in parts:
            connection.execute("INSERT INTO tcp_ledger VALUES (0, $1, $2, $3)", part)
        return tcp_ledger.problems(Tables(connection)), tcp_ledger.shares(Tables(connection))


def test_a_ledger_that_adds_up_has_no_problem() -> None:
    problems, shares = check(HANDSHAKE, THINK)
    assert problems == []
    assert shares == pytest.approx({"handshake/network": 100 / 3, "think/server": 200 / 3})
    assert check(duration=0, span=0) == ([], {})


@pytest.mark.parametrize(
    ("parts", "duration", "span"),
    [
        pytest.param([HANDSHAKE], 30, 30, id="a part is missing"),
        pytest.param([HANDSHAKE, THINK], 30, 31, id="segments last longer"),
        pytest.param([HANDSHAKE, THINK], None, 30, id="no connection"),
        pytest.param([("idle", "client", -10), ("think", "server", 40)], 30, 30, id="a negative part"),
        pytest.param([("other", "none", 10), THINK], 30, 30, id="a rest"),
        pytest.param([("handshake", "path", 10), THINK], 30, 30, id="an unknown side"),
    ],
)
def test_a_ledger_that_does_not_is_a_problem(parts: list[Part], duration: int | None, span: int) -> None:
    problems, _ = check(*parts, duration=duration, span=span)
    assert len(problems) == 1


def test_one_problem_in_any_capture_fails() -> None:
    fine, broken = reading("a.pcap"), reading("b.pcap")
    broken.problems = ["stream 0"]
    assert score_ledger([fine]).holds
    assert not score_ledger([fine, broken]).holds
    assert not score_ledger([]).holds


# ---- taps ---------------------------------------------------------------------------------------------------------


def scenario(client: float, middle: float, server: float) -> taps.Scenario:
    """The share of one part at each tap; another has what is left."""
    shares = {tap: {"think": s, "idle": 100 - s} for tap, s in zip(taps.TAPS, (client, middle, server), strict=True)}
    return taps.scenario("x", shares)


def test_taps_agree_when_the_same_part_dominates_within_five_points() -> None:
    assert scenario(60, 62, 65).agrees
    assert not scenario(60, 62, 66).agrees
    assert not scenario(49, 51, 52).agrees


def test_a_tap_that_is_missing_does_not_agree() -> None:
    (one,) = taps.scenarios({"x_c": {"think": 100.0}, "x_m": {"think": 100.0}})
    assert one.dominant == ("think", "think", "nothing")
    assert not one.agrees


def test_taps_that_differ_need_permission() -> None:
    assert len(list(taps.judge([scenario(60, 62, 70)], {}))) == 1
    assert list(taps.judge([scenario(60, 62, 70)], {"x": taps.Allowed(points=11)})) == []
    assert len(list(taps.judge([scenario(60, 62, 70)], {"x": taps.Allowed(points=9)}))) == 1
    assert len(list(taps.judge([scenario(49, 51, 52)], {}))) == 1
    assert list(taps.judge([scenario(49, 51, 52)], {"x": taps.Allowed(("idle", "think", "think"))})) == []


def test_a_permission_that_no_tap_needs_fails() -> None:
    assert len(list(taps.judge([scenario(60, 62, 64)], {"x": taps.Allowed(points=9)}))) == 1
    assert len(list(taps.judge([scenario(60, 62, 64)], {"x": taps.Allowed(("idle", "think", "think"))}))) == 1
    assert len(list(taps.judge([], {"x": taps.Allowed(points=9)}))) == 1


# ---- the truth ----------------------------------------------------------------------------------------------------


def test_only_captures_whose_kernels_counted_say_how_far_off_the_counts_are() -> None:
    errors = truth.Retransmissions()
    errors.count(truth.Truth(Path("a"), 1, 10, 4, None), ours=11)
    errors.count(truth.Truth(Path("b"), 1, None, 4, None), ours=7)
    assert errors == truth.Retransmissions(kernels=10, our_error=1, wireshark_error=6)


def test_what_clients_waited_is_their_answers_less_the_round_trips() -> None:
    told = {
        "scenario": "server_think",
        "root_cause": "server_think_time",
        "measured": {"app_reply_s": {"n": 4, "mean": 0.25}, "base_rtt_ms": 16},
    }
    assert truth.waited_ms(told) == pytest.approx(4 * (250 - 16))
    assert truth.waited_ms(told | {"root_cause": "healthy"}) is None


def test_five_percent_or_ten_milliseconds_are_close() -> None:
    assert truth.is_close(109, 100)
    assert not truth.is_close(111, 100)
    assert truth.is_close(1040, 1000)


# ---- the table ----------------------------------------------------------------------------------------------------


def test_the_table_of_scores_marks_what_does_not_hold(tmp_path: Path) -> None:
    file = tmp_path / "scores"
    scores.add(file, scores.Score("frames", "99 %", "100 %", holds=False))
    scores.add(file, scores.Score("ledger adds up", "all", "all", holds=True))
    assert scores.table(scores.read(file)).splitlines() == [
        "  score           got   needed",
        "! frames          99 %  100 %",
        "  ledger adds up  all   all",
    ]

"""`pcap-analyzer carve`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
_FRAMES = "SELECT time_ns, wire_bytes, captured_bytes, path, source, destination FROM packets ORDER BY frame_number"


@pytest.fixture
def capture(captures: Path) -> Path:
    return captures / "healthy_dns_web.pcap"


def rows(run: Run, capture: Path, sql: str, *options: str) -> Any:
    return json.loads(run("query", capture, sql, "--format", "json", *options).out)


def test_frames_are_what_they_were(run: Run, capture: Path) -> None:
    result = run("carve", capture, "--frames", "3,10-12", "-o", "some.pcapng")
    assert (result.code, result.out, result.err) == (0, "", "4 packets in some.pcapng\n")
    every = rows(run, capture, _FRAMES)
    assert rows(run, Path("some.pcapng"), _FRAMES) == [every[2], *every[9:12]]


def test_a_stream_analysed_again_is_the_same_connection(run: Run, capture: Path) -> None:
    assert run("carve", capture, "--stream", "1", "-o", "one.pcapng").code == 0
    connection = "SELECT * EXCLUDE (flow, stream, first_frame, last_frame) FROM tcp_flows"
    assert rows(run, Path("one.pcapng"), connection) == rows(run, capture, f"{connection} WHERE stream = 1")


def test_a_filter_and_a_span_of_time_choose_too(run: Run, capture: Path) -> None:
    options = ("--filter", "udp port 53", "--until", "+1s")
    assert run("carve", capture, *options, "-o", "dns.pcapng").code == 0
    carved = rows(run, Path("dns.pcapng"), _FRAMES)
    assert carved == rows(run, capture, _FRAMES, *options)
    assert carved


def test_frames_that_are_not_there_are_counted(run: Run, capture: Path) -> None:
    result = run("carve", capture, "--frames", "1,9999", "-o", "some.pcapng")
    assert result.code == 0
    assert "1 of the frames asked for are not in it" in result.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "say which packets"),
        (("--frames", "1", "--stream", "0"), "say which packets"),
        (("--stream", "999"), "no TCP stream 999"),
        (("--frames", "x"), "is no frame number"),
        (("--filter", "port http"), "is no port"),
        (("--since", "later"), "is no time"),
    ],
)
def test_wrong_usage_is_one_line_and_no_file(run: Run, capture: Path, options: tuple[str, ...], reason: str) -> None:
    result = run("carve", capture, *options, "-o", "some.pcapng")
    assert result.code == 2
    assert reason in result.err
    assert not Path("some.pcapng").exists()


def test_the_capture_itself_is_never_replaced(run: Run, capture: Path) -> None:
    copy = Path("copy.pcap")
    copy.write_bytes(capture.read_bytes())
    assert run("carve", copy, "--frames", "1", "-o", copy).code == 2
    assert copy.read_bytes() == capture.read_bytes()


def test_a_capture_that_was_cut_is_said_to_be_cut(run: Run, captures: Path) -> None:
    whole = (captures / "loss_few_packets.pcapng").read_bytes()
    Path("cut.pcapng").write_bytes(whole[: len(whole) * 3 // 4 + 1])
    done = run("carve", "cut.pcapng", "--stream", "0", "-o", "carved.pcapng")
    assert done.code == 0
    assert "cut.pcapng: The input ends in the middle of a record" in done.err
    assert Path("carved.pcapng").stat().st_size > 0

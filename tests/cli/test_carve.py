"""`pcap-analyzer carve`."""

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.evidence.carve import shortened

Run = Callable[..., Any]
_FRAMES = "SELECT time_ns, wire_bytes, captured_bytes, path, source, destination FROM packets ORDER BY frame_number"


@pytest.fixture
def capture(captures: Path) -> Path:
    return captures / "healthy_dns_web.pcap"


def rows(run: Run, capture: Path, sql: str, *options: str) -> Any:
    return json.loads(run("query", capture, sql, "--format", "json", *options).out)


def comments(carved: Path) -> Iterator[str]:
    """The comment of each packet of a pcapng file of ours, empty where it has none (draft-ietf-opsawg-pcapng, 4.3)."""
    data, at = carved.read_bytes(), 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            (captured,) = struct.unpack_from("<I", data, at + 20)
            option = at + 28 + (captured + 3) // 4 * 4
            code, size = struct.unpack_from("<HH", data, option) if option < at + length - 4 else (0, 0)
            yield data[option + 4 : option + 4 + size].decode() if code == 1 else ""
        at += length


def findings(run: Run, *arguments: str | Path) -> Any:
    return json.loads(run("analyze", *arguments, "--format", "json").out)["findings"]


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


@pytest.mark.parametrize(
    "name",
    [
        "loss_few_packets.pcapng",
        "server_think.pcap",
        "arp_conflict.pcap",
        "delayed_ack_nagle.pcap",
        "zero_window_slow_reader.pcap",
    ],
)
def test_evidence_analysed_again_is_the_same_finding(run: Run, captures: Path, name: str) -> None:
    before = findings(run, captures / name)[0]
    assert run("carve", captures / name, "--finding", before["id"], "-o", "evidence.pcapng").code == 0
    after = findings(run, "evidence.pcapng")[0]
    told = list(comments(Path("evidence.pcapng")))
    assert all(f"[{before['id']}]" in told[frame - 1] for frame in after["frames"])
    assert sum(f"[{before['id']}]" in text for text in told) == len(before["frames"])
    numbers = ("frames", "display_filter", "flows")
    assert {key: after[key] for key in after if key not in numbers} == {
        key: before[key] for key in before if key not in numbers
    }


def test_captures_as_one_are_carved_as_one(run: Run, captures: Path) -> None:
    both = (captures / "loss_few_packets.pcapng", captures / "healthy_dns_web.pcap")
    before = findings(run, *both, "--merge")[0]
    done = run("carve", *both, "--finding", before["id"], "-o", "evidence.pcapng")
    assert (done.code, done.out) == (0, "")
    after = findings(run, "evidence.pcapng")[0]
    assert (after["id"], after["cost_s"]) == (before["id"], before["cost_s"])
    assert after["evidence"] == before["evidence"] | {"connections_total": 1}
    told = list(comments(Path("evidence.pcapng")))
    assert all(told[frame - 1] for frame in after["frames"])
    alone = run("carve", both[0], "--stream", "0", "-o", "alone.pcapng")
    assert alone.code == 0
    assert rows(run, Path("alone.pcapng"), _FRAMES) == rows(run, Path("evidence.pcapng"), _FRAMES)


def test_analyze_writes_the_evidence_of_a_merge(run: Run, captures: Path) -> None:
    both = (captures / "loss_few_packets.pcapng", captures / "dns_slow.pcap")
    done = run("analyze", *both, "--merge", "--no-report", "--evidence", "proof")
    assert done.code == 0
    assert sorted(path.name for path in Path("proof").iterdir()) == [
        "loss_few_packets+1-dns_slow.pcapng",
        "loss_few_packets+1-network_loss.pcapng",
    ]
    for path in Path("proof").iterdir():
        assert any(comments(path))


def test_a_finding_of_very_many_connections_says_how_many_are_carved() -> None:
    assert not shortened({"id": "network_loss", "flows": [{}] * 3, "flows_total": 3})
    assert shortened({"id": "syn_flood", "flows": [{}] * 100, "flows_total": 900}) == (
        "syn_flood: the packets of 100 of 900 conversations, as the report lists them"
    )

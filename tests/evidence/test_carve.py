"""Which frames to carve, and what is said about each."""

from pathlib import Path

import pytest

from pcap_analyzer.analysis import analyze
from pcap_analyzer.errors import SettingError
from pcap_analyzer.evidence.carve import ON_DEMAND, frames_of_streams, parse_frames


def test_a_stream_is_whole_and_its_noteworthy_frames_are_explained(captures: Path) -> None:
    with analyze(captures / "loss_few_packets.pcapng", on_demand=ON_DEMAND) as analysis:
        comments = frames_of_streams(analysis, [0])
        frames = analysis.rows(
            "SELECT frame_number FROM packets JOIN flows USING (flow) WHERE protocol = 'tcp' AND stream = 0"
        )
        events = analysis.rows("SELECT frame_number FROM tcp_events WHERE stream = 0")
    assert set(comments) == {row["frame_number"] for row in frames}
    assert {frame for frame, text in comments.items() if text} == {row["frame_number"] for row in events}
    assert events


def test_a_stream_that_is_not_there_is_named(captures: Path) -> None:
    with (
        analyze(captures / "healthy_dns_web.pcap", on_demand=ON_DEMAND) as analysis,
        pytest.raises(SettingError, match="no TCP stream 77"),
    ):
        frames_of_streams(analysis, [0, 77])


def test_frame_numbers_and_spans() -> None:
    assert parse_frames("3,5-7, 9") == [3, 5, 6, 7, 9]


@pytest.mark.parametrize("text", ["", "0", "5-3", "a", "1,,2", "1-99999999999"])
def test_what_is_no_list_of_frames_is_said(text: str) -> None:
    with pytest.raises(SettingError):
        parse_frames(text)

"""What is analysed again of what grows."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.cli.watch import changed


def grown(captures: list[str], acts: list[Callable[[], object]]) -> list[list[str]]:
    found: list[list[str]] = []
    pending = list(acts)

    def sleep(_: float) -> None:
        if not pending:
            raise KeyboardInterrupt
        pending.pop(0)()

    try:
        for ready in changed(captures, sleep):
            found += [ready]
    except KeyboardInterrupt:
        return found
    raise AssertionError("it is watched for ever")


def nothing() -> None:
    return None


def test_a_file_is_analysed_when_it_rests_and_again_when_it_has_grown(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"1")

    def grow() -> None:
        path.write_bytes(path.read_bytes() + b"1")

    assert grown([str(path)], [nothing, nothing, grow, nothing, nothing]) == [[], [str(path)], [], [str(path)], []]


def test_a_file_that_never_rests_is_analysed_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"1")

    def grow() -> None:
        path.write_bytes(path.read_bytes() + b"1")

    assert [str(path)] in grown([str(path)], [grow] * 12)


def test_a_folder_may_be_empty_at_first_and_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "b.pcapng.gz"

    def come() -> None:
        path.parent.mkdir()
        path.write_bytes(b"1")
        (tmp_path / "notes.txt").write_text("no capture")

    assert grown([str(tmp_path)], [come, nothing, nothing]) == [[], [str(path)], []]


def test_a_file_may_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    assert grown([str(path)], [lambda: path.write_bytes(b"1"), path.unlink, nothing]) == [[]]


def test_ctrl_c_ends_it(captures: Path, tmp_path: Path, ended_by: Callable[..., Any]) -> None:
    capture = tmp_path / "a.pcap"
    shutil.copy(captures / "healthy_dns_web.pcap", capture)
    done = ended_by(signal.SIGINT, "analyze", "--watch", capture)
    assert done.code == 130
    assert not done.out or "a.pcap" in done.out


@pytest.mark.parametrize("more", [["--merge"], ["--fail-on", "major"], ["--format", "html"]])
def test_what_needs_an_end_is_refused(run: Callable[..., Any], captures: Path, more: list[str]) -> None:
    done = run("analyze", captures / "healthy_dns_web.pcap", "--watch", *more)
    assert done.code == 2
    assert "--watch" in done.err

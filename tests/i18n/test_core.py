"""The core's lines are those that are recognised."""

from pathlib import Path

from pcap_analyzer import UnreadableCaptureError, analyze
from pcap_analyzer.i18n import speaking
from pcap_analyzer.i18n.core import retold


def line_of(path: Path) -> str:
    try:
        analyze(path)
    except UnreadableCaptureError as error:
        return str(error)
    raise AssertionError("it was read")


def test_what_the_core_says_of_files_that_are_no_captures_is_said_in_french(tmp_path: Path) -> None:
    empty, text, newer = tmp_path / "empty", tmp_path / "text", tmp_path / "newer"
    empty.touch()
    text.write_bytes(b"hello: {x}\n")
    newer.write_bytes(b"\n\r\r\n\x1c\0\0\0M<+\x1a\x02\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0")
    lines = [line_of(path) for path in (empty, text, newer)]
    assert all(retold(line) == line for line in lines)
    with speaking("fr"):
        french = [retold(line) for line in lines]
    assert french[0].startswith(f"{empty}\u00a0: l’entrée est vide\u00a0: ")
    assert "premiers octets 68 65 6c" in french[1]
    assert "n’est pas pris en charge" in french[2]


def test_any_other_line_stays_as_it_is() -> None:
    with speaking("fr"):
        assert retold("something else: {format}") == "something else: {format}"

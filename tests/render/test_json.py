"""The report for programs."""

import json

import pytest

from pcap_analyzer.render.json import document, escape_unsafe, line
from pcap_analyzer.report.model import Report


def report(**data: object) -> Report:
    return Report("x", {"schema_version": 1, **data}, {"version": "0"}, ())


def test_each_row_has_a_line_of_its_own() -> None:
    assert document(report(flows=[{"a": 1}, {"a": 2}], empty=[], ledger={})) == (
        '{\n"schema_version": 1,\n"run": {"version": "0"},\n'
        '"flows": [\n  {"a": 1},\n  {"a": 2}\n],\n"empty": [],\n"ledger": {}\n}\n'
    )


def test_a_line_says_the_same() -> None:
    some = report(flows=[{"a": "é"}])
    assert line(some).count("\n") == 1
    assert json.loads(line(some)) == json.loads(document(some))


def test_there_is_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        document(report(x=float("nan")))


def test_no_character_drives_a_terminal() -> None:
    text = json.dumps("\x7f\x9b\u202e é", ensure_ascii=False)
    assert escape_unsafe(text) == '"\\u007f\\u009b\\u202e é"'
    assert json.loads(escape_unsafe(text)) == "\x7f\x9b\u202e é"

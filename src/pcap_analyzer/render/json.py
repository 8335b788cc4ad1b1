"""A report for programs.

The same capture gives the same bytes outside the key `run`, whatever the chunks in which it was read. Each top-level
key and each row of a list stands on a line of its own, so that two reports can be compared with `diff`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pcap_analyzer.report.model import Report

# Valid in JSON, yet able to drive a terminal or to make a line lie.
_UNSAFE = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode


def document(report: Report) -> str:
    """The whole report over several lines, `run` second."""
    lines = ",\n".join(f"{_encode(key)}: {''.join(_value(value))}" for key, value in _items(report).items())
    return escape_unsafe(f"{{\n{lines}\n}}\n")


def line(report: Report) -> str:
    """The whole report on one line."""
    return escape_unsafe(_encode(_items(report)) + "\n")


def escape_unsafe(text: str) -> str:
    """JSON that means the same and holds no character that could drive a terminal."""
    return text if text.isascii() and "\x7f" not in text else _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _items(report: Report) -> dict[str, Any]:
    return {"schema_version": report.data["schema_version"], "run": report.run, **report.data}


def _value(value: Any) -> Iterator[str]:
    if isinstance(value, list) and value:
        yield "[\n  " + ",\n  ".join(map(_encode, value)) + "\n]"
    else:
        yield _encode(value)

"""Which captures are meant: files as they are, folders with all captures in them."""

import re
from collections.abc import Sequence
from pathlib import Path

from pcap_analyzer.errors import UnreadableCaptureError
from pcap_analyzer.i18n import say

# What captures are called, compressed ones included. A file that is named is read whatever it is called.
CAPTURE_NAME = re.compile(r"\.(pcapng|pcap|cap|ntar|dmp|snoop|enc|trc|5vw|erf)(\d*)(\.(gz|zst|lz4))?$", re.IGNORECASE)


def expand(captures: Sequence[str]) -> list[str]:
    """The captures, each folder replaced by those below it in order of name.

    Raises:
        UnreadableCaptureError: a folder holds no capture.

    """
    return [source for capture in captures for source in _expand(capture)]


def expand_existing(captures: Sequence[str]) -> list[str]:
    """The same of folders that may be empty yet."""
    return [source for capture in captures for source in (_below(capture) if Path(capture).is_dir() else [capture])]


def _expand(capture: str) -> list[str]:
    folder = Path(capture)
    if capture == "-" or not folder.is_dir():
        return [capture]
    found = _below(capture)
    if not found:
        raise UnreadableCaptureError(
            say("{folder}: no capture in this folder; name the files if they are called otherwise", folder=capture)
        )
    return found


def _below(folder: str) -> list[str]:
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file() and CAPTURE_NAME.search(path.name))

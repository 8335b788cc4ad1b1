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


def _expand(capture: str) -> list[str]:
    folder = Path(capture)
    if capture == "-" or not folder.is_dir():
        return [capture]
    found = sorted(str(path) for path in folder.rglob("*") if path.is_file() and CAPTURE_NAME.search(path.name))
    if not found:
        raise UnreadableCaptureError(
            say("{folder}: no capture in this folder; name the files if they are called otherwise", folder=capture)
        )
    return found

"""What is taken as a capture, told by its name and by its first bytes."""

import re
from pathlib import PurePosixPath

from pcap_analyzer import _core
from pcap_analyzer.text import visible
from pcap_analyzer.web.errors import Problem

# Names that capture tools give, also rotated (`trace.pcap3`) and compressed. A name without an ending says nothing.
_ENDINGS = re.compile(
    r"\.(pcap|pcapng|cap|ntar|dmp|dump|snoop|trc|trace|enc|btsnoop|log|iptrace|tcpdump)\d*(\.|$)", re.IGNORECASE
)
_COMPRESSED = re.compile(r"\.(gz|zst|zstd|lz4)$", re.IGNORECASE)
_LONGEST_NAME = 200
# So many bytes tell a format, also inside of what is compressed; more could be a bomb.
HEAD_BYTES = 4096
_PROBE_MEMORY_BYTES = 16 << 20


def clean_name(name: str) -> str:
    """The name of a file as it is shown: without folders, and with nothing in it that could make a line lie."""
    base = PurePosixPath(name.replace("\\", "/")).name.strip()
    return visible(base, _LONGEST_NAME) or "capture"


def check_name(name: str) -> None:
    """Refuses names that cannot belong to a capture."""
    rest = _COMPRESSED.sub("", name)
    if "." in rest and not _ENDINGS.search(rest):
        raise Problem(
            400,
            "not_a_capture_name",
            f"{name} does not have the name of a capture.",
            "Send a file named .pcap, .pcapng, .cap, …, also with .gz, .zst or .lz4.",
        )


def check_head(name: str, head: bytes, *, whole: bool) -> None:
    """Refuses what does not begin as a capture does. `whole` says that nothing follows after `head`."""
    probe = _core.Analyzer(memory_bytes=_PROBE_MEMORY_BYTES)
    try:
        probe.feed(head[:HEAD_BYTES])
        if whole and len(head) <= HEAD_BYTES:
            probe.finish()
    except _core.CaptureError as error:
        advice = "Unpack it and send the capture inside." if head.startswith((b"PK", b"7z", b"Rar!")) else ""
        raise Problem(400, "not_a_capture", f"{name}: {error}", advice) from error

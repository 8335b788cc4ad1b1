"""What the core says when nothing can be read. It speaks English only, so its lines are recognised and said again."""

import re
from functools import cache

from . import ENGLISH, active, mark, say

# Each as `error.rs` and the parser of filters write it.
LINES = (
    mark("the input is empty: it holds no capture; check that the capture was written to the end"),
    mark(
        "not a packet capture (first bytes {bytes}): pcap, pcapng, snoop, NetMon, Sniffer, iptrace and btsnoop are read, also"
        " gzip, zstd or lz4 compressed"
    ),
    mark("{what} is not supported: convert it with `editcap -F pcapng IN OUT`"),
    mark("damaged {format} header at byte {offset}: {what}; capture again or repair the file"),
)
_FIELD = re.compile(r"\\\{(\w+)\\\}")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    fields = (_FIELD.sub(r"(?P<\1>.*?)", re.escape(line)) for line in LINES)
    return tuple(
        (line, re.compile(f"(?P<before>(?:.*?: )?){field}", re.DOTALL))
        for line, field in zip(LINES, fields, strict=True)
    )


def retold(text: str) -> str:
    """A line of the core in the language that is active here; any other line as it is."""
    if active() == ENGLISH:
        return text
    for line, pattern in _patterns():
        if match := pattern.fullmatch(text):
            values = match.groupdict()
            name, told = values.pop("before").removesuffix(": "), say(line, **values)
            return say("{label}: {text}", label=name, text=told) if name else told
    return text

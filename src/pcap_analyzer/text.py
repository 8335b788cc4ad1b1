"""Text from packets and files, made safe to show."""

import re
from functools import partial

from .i18n import Said, active, digits, noun

# A name of the DNS is no longer than this, and whatever else a packet calls a name seldom is.
LONGEST = 253

# Control characters can drive a terminal; bidirectional and invisible ones can make a line lie.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, cut at `longest`, with every character that is not plainly visible written as an escape."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escape, text)


def visible_lines(text: str) -> str:
    """`text` of any length, line ends kept, everything else that could drive a terminal written as an escape."""
    return "\n".join(_UNSAFE.sub(_escape, line) for line in text.split("\n"))


def plural(count: int, one: str, many: str | None = None) -> Said:
    """`1 packet`, `1,204 packets`, `0 packets`."""
    words = noun(count, one, many or one + "s")
    return Said(f"{digits(count)} {words}", partial(plural, count, one, many), active(), count)


def nearest(name: str, names: list[str], most: int = 3) -> list[str]:
    """The names that someone who typed `name` may have meant, likeliest first."""
    from difflib import get_close_matches  # only a wrong name needs it

    folded = {known.lower(): known for known in names}
    close = get_close_matches(name.lower(), list(folded), n=most, cutoff=0.6)
    return [folded[match] for match in close]

"""Spaces that must not break, hidden from rich, which takes any for a place to fold at."""

import re
from typing import Final

from pcap_analyzer import text as texts

# Characters that nobody uses stand for a narrow space, for one of usual width, and for a plain one between a number and its
# unit until a line is folded.
_SPACES: Final = {"\u202f": "\ue000", "\u00a0": "\ue001", " ": "\ue002"}
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:%|[nµm]?s|min|[hd]|[kMGTP]?B|[kMGT]?bit/s)(?!\w))")
_HIDDEN: Final = str.maketrans({space: hidden for space, hidden in _SPACES.items() if space != " "})
_SHOWN: Final = str.maketrans({hidden: space for space, hidden in _SPACES.items()})


def visible(text: str, longest: int = texts.LONGEST) -> str:
    """`text` made safe to show, its spaces that must not break hidden."""
    return _UNIT.sub(_SPACES[" "], texts.visible(text, longest).translate(_HIDDEN))


def restored(printed: str) -> str:
    """What was folded, with these spaces in it again."""
    return printed if printed.isascii() else printed.translate(_SHOWN)

"""Spaces that must not break, hidden from rich, which takes any for a place to fold at."""

from typing import Final

from pcap_analyzer import text as texts

# Characters that nobody uses stand for a narrow space and for one of usual width until a line is folded.
_SPACES: Final = {"\u202f": "\ue000", "\u00a0": "\ue001"}
_HIDDEN: Final = str.maketrans(_SPACES)
_SHOWN: Final = str.maketrans({hidden: space for space, hidden in _SPACES.items()})


def visible(text: str, longest: int = texts.LONGEST) -> str:
    """`text` made safe to show, its unbroken spaces hidden."""
    return texts.visible(text, longest).translate(_HIDDEN)


def restored(printed: str) -> str:
    """What was folded, with these spaces in it again."""
    return printed if printed.isascii() else printed.translate(_SHOWN)

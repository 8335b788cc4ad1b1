"""What a finding's docstring says, by its headings."""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ._run import modules

HEADINGS: Final = ("What it finds", "Why it matters", "What to check next", "References")
_HEADING: Final = re.compile(rf"^({'|'.join(HEADINGS)}):$", re.MULTILINE)
_ITEM: Final = re.compile(r"^\s*- ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding in words."""

    name: str
    title: str
    what: str
    why: str
    checks: tuple[str, ...]
    references: tuple[str, ...]


@cache
def explanation(name: str) -> Explanation:
    """The words about the finding called `name`.

    Raises:
        KeyError: there is no such finding.

    """
    title, *parts = _HEADING.split(inspect.getdoc(modules()[name]) or "")
    texts = dict(zip(parts[::2], parts[1::2], strict=True))
    checks = tuple(_joined(item) for item in _ITEM.split(texts[HEADINGS[2]]) if item.strip())
    references = tuple(_joined(item) for item in texts[HEADINGS[3]].split(";"))
    return Explanation(
        name, title.strip().rstrip("."), _joined(texts[HEADINGS[0]]), _joined(texts[HEADINGS[1]]), checks, references
    )


def _joined(text: str) -> str:
    return " ".join(text.split())

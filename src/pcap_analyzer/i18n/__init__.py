"""Languages. What people read goes through `say`, and what was said once can be said again in another language.

Everything in a report's data is said in English, since the same capture gives the same JSON everywhere. A `Said` is that
English text, and it knows how it was made: `told` gives it in the language that is active where it is shown. A message is
its English text; catalogues in `locale/` have the others (`make messages` extracts, and says what lacks).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gettext import NullTranslations

DOMAIN: Final = "pcap-analyzer"
LOCALE: Final = Path(__file__).parent / "locale"
ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "fr")

# A narrow space that does not break groups digits in French, and stands before units.
NARROW_SPACE: Final = "\u202f"
_MARKS: Final = {"fr": str.maketrans({",": NARROW_SPACE, ".": ","})}
_GAPS: Final = {"fr": NARROW_SPACE}

_active: Final = ContextVar("language", default=ENGLISH)


class Said(str):
    """A text in one language that can be said again in another. `number` is what it counts, where it counts something.

    In a sentence `{packets:is|are}` is the first word where `packets` counts one thing, else the second.
    """

    __slots__ = ("again", "language", "number")

    again: Callable[[], "Said"]
    language: str
    number: float | None

    def __new__(cls, text: str, again: Callable[[], "Said"], language: str, number: float | None = None) -> "Said":  # noqa: D102
        said = super().__new__(cls, text)
        said.again, said.language, said.number = again, language, number
        return said

    def __getnewargs__(self) -> tuple[str, Callable[[], "Said"], str, float | None]:  # type: ignore[override]
        return str(self), self.again, self.language, self.number

    def __format__(self, spec: str) -> str:
        if "|" not in spec or self.number is None:
            return super().__format__(spec)
        one, many = spec.split("|")
        return one if is_one(self.number) else many


def active() -> str:
    """The language that is spoken here."""
    return _active.get()


def choose(language: str) -> None:
    """Speaks `language` from here on."""
    _active.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speaks `language` within."""
    token = _active.set(language)
    try:
        yield
    finally:
        _active.reset(token)


def of_environment(environment: "dict[str, str] | None" = None) -> str:
    """The language that the environment asks for, English where it asks for none of ours."""
    import os

    values = environment if environment is not None else os.environ
    asked = next((values[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if values.get(name)), "")
    language = re.split("[_.@]", asked, maxsplit=1)[0].lower()
    return language if language in LANGUAGES else ENGLISH


@cache
def _catalogue(language: str) -> "NullTranslations":
    from gettext import translation  # English needs none

    return translation(DOMAIN, LOCALE, [language])


def is_one(number: float) -> bool:
    """Whether a word that is counted so often stands in the singular."""
    return abs(number) < 2 if active() == "fr" else number == 1


def noun(number: int, one: str, many: str) -> str:
    """The word for `number` things."""
    if active() == ENGLISH:
        return one if is_one(number) else many
    return _catalogue(active()).ngettext(one, many, number)


def translated(text: str) -> str:
    """The message `text`; as it is where the catalogue lacks it."""
    return text if active() == ENGLISH or not text else _catalogue(active()).gettext(text)


def say(sentence: str, /, **values: object) -> Said:
    """A whole sentence with its values put in: the one place that a translation has to know."""
    text = translated(sentence)
    if values:
        text = text.format(**{name: _again(value) for name, value in values.items()})
    return Said(text, partial(say, sentence, **values), active())


def told(text: str) -> str:
    """What was said in the language that is active here; a plain text is taken for a message."""
    again = _again(text) if isinstance(text, Said) else translated(text)
    return str(again)


def _again(value: object) -> object:
    return value.again() if isinstance(value, Said) and value.language != active() else value


def mark(text: str) -> str:
    """`text` as it is: a message that is said elsewhere."""
    return text


def spoken(write: Callable[[float], str]) -> Callable[[float], Said]:
    """Makes what a function writes of a number a `Said`."""

    @wraps(write)
    def said(value: float) -> Said:
        return Said(write(value), partial(said, value), active(), value)

    return said


def digits(value: float, spec: str = ",") -> str:
    """A number with the marks of the language: `14,576.5`, `14 576,5`."""
    written = format(value, spec)
    marks = _MARKS.get(active())
    return written.translate(marks) if marks else written


def gap() -> str:
    """What stands between a number and its unit."""
    return _GAPS.get(active(), " ")

"""Which frames of a capture are analysed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .errors import SettingError
from .i18n import say

# Nanoseconds, and whether they count from the first frame on or from 1970 UTC.
Moment = tuple[int, bool]

_UNITS: Final = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_RELATIVE = re.compile(r"\+(\d+)(?:\.(\d+))?(ns|us|ms|s|m|h)?")
_ABSOLUTE = re.compile(r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?")
_EPOCH = re.compile(r"(\d{5,})(?:\.(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Selection:
    """Frames that match `filter`, in the words of tcpdump, from `since` on and before `until`; None takes all."""

    filter: str | None = None
    since: Moment | None = None
    until: Moment | None = None

    @property
    def is_some(self) -> bool:
        """Whether anything is left out."""
        return self != Selection()


def parse_moment(text: str) -> Moment:
    """A moment of a capture: `+90s` after its first frame, `2026-01-31T08:00:00Z`, or seconds since 1970 UTC.

    A time of day without a zone is in UTC.

    Raises:
        SettingError: it is none of these.

    """
    text = text.strip()
    if match := _RELATIVE.fullmatch(text):
        whole, fraction, unit = match.groups()
        scale = _UNITS[unit or "s"]
        return int(whole) * scale + int(fraction or 0) * scale // 10 ** len(fraction or ""), True
    if match := _ABSOLUTE.fullmatch(text):
        date, fraction, zone = match.groups()
        try:
            moment = datetime.fromisoformat(
                (date if len(date) > len("2026-01-31") else f"{date}T00:00") + (zone or "Z")
            )
        except ValueError as error:
            raise SettingError(say("{text} is no time: {reason}", text=repr(text), reason=str(error))) from error
        seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
        return seconds * 10**9 + _nanoseconds(fraction), False
    if match := _EPOCH.fullmatch(text):
        return int(match[1]) * 10**9 + _nanoseconds(match[2]), False
    raise SettingError(
        say("{text} is no time: write +90s, 2026-01-31T08:00:00Z, or seconds since 1970", text=repr(text))
    )


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "").ljust(9, "0"))

"""Numbers with their units, for people.

Bytes are SI (1 kB = 1000 bytes), rates are bit/s with k = 1000, times are UTC, and three digits are shown where three
are known.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum

from .i18n import digits, gap, mark, spoken, translated

SECOND_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTES = (mark("B"), mark("kB"), mark("MB"), mark("GB"), mark("TB"), mark("PB"))
_DAYS = mark("d")


class Unit(Enum):
    """What a number in a report measures."""

    TEXT = "text"
    COUNT = "count"
    BYTES = "bytes"
    DURATION_NS = "duration_ns"
    OFFSET_NS = "offset_ns"
    RATE_BPS = "rate_bps"
    SHARE = "share"


def text(value: object, unit: Unit) -> str:
    """`value` as people read it; nothing at all for what is not known."""
    if value is None:
        return "–"
    if isinstance(value, int | float):
        return _FORMATS[unit](value)
    return str(value)


def _three_digits(value: float) -> str:
    if value >= 99.95:
        return digits(value, ",.0f")
    return digits(value, ".1f" if value >= 9.995 else ".2f")


def _scaled(value: float, steps: tuple[str, ...]) -> str:
    for step in steps[:-1]:
        if value < 999.5:
            return _united(_three_digits(value), step)
        value /= 1000
    return _united(_three_digits(value), steps[-1])


def _united(number: str, unit: str) -> str:
    return f"{number}{gap()}{translated(unit)}"


@spoken
def count(value: float) -> str:
    """`14,576`."""
    return digits(value, ",.0f")


@spoken
def decimal(value: float) -> str:
    """`4.1`."""
    return digits(value, ".1f")


def number(value: float) -> str:
    """A threshold or another number that was chosen: as few digits as tell it."""
    return digits(value, "g")


@spoken
def size(value: float) -> str:
    """`999 B`, `241 kB`, `1.20 GB`: SI, 1 kB = 1000 bytes."""
    if value < 1000:
        return _united(digits(value, ".0f"), _BYTES[0])
    return _scaled(value / 1000, _BYTES[1:])


@spoken
def rate(value: float) -> str:
    """`12.3 Mbit/s`, with k = 1000."""
    if value < 1000:
        return _united(digits(value, ".0f"), "bit/s")
    return _scaled(value / 1000, ("kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"))


@spoken
def share(value: float) -> str:
    """`31.2 %`; never 0 or 100 for what is only near it."""
    if value in (0, 1):
        return _united(digits(value * 100, ".0f"), "%")
    percent = value * 100
    if percent < 0.1:
        return _united("<" + digits(0.1, "g"), "%")
    return _united(digits(min(percent, 99.9), ".1f"), "%")


@spoken
def confidence(value: float) -> str:
    """How sure something is: `85 %`."""
    return _united(str(round(100 * value)), "%")


@spoken
def duration(value: float) -> str:
    """How long something lasted: `85.0 µs`, `12.3 ms`, `8.12 s`, `2 min 05 s`, `3 h 20 min`, `4 d 06 h`."""
    if value < 999.5:
        return _united(digits(value, ".0f"), "ns")
    if value < 0.9995 * SECOND_NS:
        return _scaled(value / 1000, ("µs", "ms"))
    seconds = value / SECOND_NS
    if seconds < 119.5:
        return _united(_three_digits(seconds), "s")
    return _long_duration(round(seconds))


@spoken
def latency(value: float) -> str:
    """A round trip or the time of an answer: as a duration, yet in milliseconds up to ten seconds (`1,240 ms`)."""
    if 0.9995 * SECOND_NS <= value < 9.9995 * SECOND_NS:
        return _united(digits(value / 1e6, ",.0f"), "ms")
    return duration(value)


@spoken
def span(value: float) -> str:
    """A length of time that was chosen, so its digits after the point say nothing: `2 ms`, `500 µs`, `10 s`."""
    return re.sub(r"[.,]0+(?=\s)", "", duration(value))


def _long_duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{_united(str(minutes), 'min')} {_united(f'{seconds:02}', 's')}"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{_united(str(hours), 'h')} {_united(f'{minutes:02}', 'min')}"
    return f"{_united(str(hours // 24), _DAYS)} {_united(f'{hours % 24:02}', 'h')}"


@spoken
def offset(value: float) -> str:
    """Seconds since the capture began, as Wireshark shows them: `+12.345 s`."""
    return "+" + _united(digits(value / SECOND_NS, ",.3f"), "s")


def moment(time_ns: int, digits: int = 9) -> str:
    """A date and time in UTC with as many `digits` of the second as the capture knows."""
    seconds, fraction = divmod(time_ns, SECOND_NS)
    when = _EPOCH + timedelta(seconds=seconds)
    decimals = f".{fraction:09}"[: digits + 1] if digits else ""
    return f"{when:%Y-%m-%d %H:%M:%S}{decimals} UTC"


_FORMATS: dict[Unit, Callable[[float], str]] = {
    Unit.TEXT: str,
    Unit.COUNT: count,
    Unit.BYTES: size,
    Unit.DURATION_NS: duration,
    Unit.OFFSET_NS: offset,
    Unit.RATE_BPS: rate,
    Unit.SHARE: share,
}

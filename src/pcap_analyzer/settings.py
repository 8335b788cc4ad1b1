"""Choices with their defaults, in one place."""

import os
import re

from .errors import SettingError
from .i18n import say

# What the core may keep in memory: open flows above all. Beyond it the least recently used go, and `issues` says so.
MEMORY_BYTES = 512 << 20
SMALLEST_MEMORY_BYTES = 16 << 20

# DuckDB has a budget of its own, since the core's is spent by the time that SQL runs, and spills beyond it.
SQL_MEMORY_BYTES = 512 << 20
SQL_THREADS = min(4, os.cpu_count() or 1)
# Fewer rows than these are read sooner than a second thread is set to work.
SQL_ROWS_PER_THREAD = 200_000
# Tables of up to so many values (4 MB) are copied into the database.
SQL_COPIED_VALUES = 500_000

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([kmgt]?)(i?b)?)", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str) -> int:
    """Bytes of `64M`, `1G`, `512MiB` (steps of 1024) or `500MB` (steps of 1000).

    Raises:
        SettingError: it is not a size.

    """
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise SettingError(say("{text} is not a size: write 64M, 512MiB or 1G", text=repr(text)))
    number, prefix, suffix = match.groups()
    step = 1000 if (suffix or "").lower() == "b" else 1024
    return int(float(number) * step ** _POWERS[prefix.lower()])

"""What can go wrong, and one line about each.

```text
PcapAnalyzerError
├── UnreadableCaptureError   nothing could be read from a source
├── OutOfMemoryError         a capture whose tables are too much for the memory that SQL may take
├── QueryError               SQL that is wrong, or that asks for more than the tables of a capture
└── SettingError             a value that a user chose and that cannot be used
```

The text of each is one line for people: what, where, and what to do.
"""

import errno
import os

from .i18n import mark, say, told


class PcapAnalyzerError(Exception):
    """Whatever this package raises on purpose."""


class UnreadableCaptureError(PcapAnalyzerError):
    """Nothing could be read from a source."""


class OutOfMemoryError(PcapAnalyzerError):
    """The tables of a capture are too much for the memory that SQL may take."""


class QueryError(PcapAnalyzerError):
    """SQL that is wrong, or that asks for more than the tables of a capture."""


class SettingError(PcapAnalyzerError):
    """A value that a user chose and that cannot be used."""


# What to do about the commonest ways in which a file cannot be opened or written.
_ADVICE = {
    errno.ENOENT: mark("check the name"),
    errno.ENOTDIR: mark("check the path"),
    errno.EACCES: mark("ask for the right to it, or choose another"),
    errno.EPERM: mark("ask for the right to it, or choose another"),
    errno.EISDIR: mark("name a file in it"),
    errno.ENOSPC: mark("make room, or choose another place"),
    errno.EROFS: mark("choose another place"),
}


def describe_os_error(error: OSError, name: str) -> str:
    """One line: which file, what is wrong with it, what to do."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    advice = _ADVICE.get(error.errno or 0)
    line = say("{label}: {text}", label=name, text=told(f"{reason[:1].lower()}{reason[1:]}"))
    return say("{line}; {advice}", line=line, advice=say(advice)) if advice else line

"""Report files: one per capture and run, and none is ever replaced."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pcap_analyzer.errors import describe_os_error

from .session import Session

if TYPE_CHECKING:
    from pcap_analyzer.report.model import Report

_ENDINGS = re.compile(r"\.(gz|zst|lz4|pcapng|pcap|cap|ntar|dmp|snoop)$", re.IGNORECASE)
_LONGEST_STEM = 100


def write_report(session: Session, report: "Report", sources: Sequence[str], folder: Path) -> None:
    """Writes the report as JSON. A folder that cannot be written is worth a warning: the analysis is done."""
    from pcap_analyzer.render import json

    stem = f"{_stem(sources)}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _create(folder, stem, ".json") as file:
            file.write(json.document(report))
    except OSError as error:
        session.warn(f"no report file: {describe_os_error(error, str(error.filename or folder))}")
    else:
        session.note(f"Report: {file.name}")


def _stem(sources: Sequence[str]) -> str:
    """The capture's name without its endings, and nothing in it that a file name cannot have."""
    name = "stdin" if sources[0] == "-" else Path(sources[0]).name
    while shorter := _ENDINGS.sub("", name):
        if shorter == name:
            break
        name = shorter
    more = f"+{len(sources) - 1}" if len(sources) > 1 else ""
    return re.sub(r"[^\w.+-]", "_", name)[:_LONGEST_STEM].lstrip(".-") + more


def _create(folder: Path, stem: str, ending: str) -> TextIO:
    """A new file; when the name is taken, the next free number is added."""
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        try:
            return (folder / f"{stem}{suffix}{ending}").open("x", encoding="utf-8")
        except FileExistsError:
            number += 1

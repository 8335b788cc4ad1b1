"""Report files: one per capture and run, and none is ever replaced."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pcap_analyzer.errors import describe_os_error
from pcap_analyzer.i18n import say

from .session import Session

if TYPE_CHECKING:
    from pcap_analyzer.report.drawings import Page
    from pcap_analyzer.report.model import Report

_ENDINGS = re.compile(r"\.(gz|zst|lz4|pcapng|pcap|cap|ntar|dmp|snoop)$", re.IGNORECASE)
_LONGEST_STEM = 100


def write_report(
    session: Session, report: "Report", page: "Page", sources: Sequence[str], folder: Path, pdf: bytes | None = None
) -> None:
    """Writes the report as HTML and JSON, and as PDF where there is one. A folder that cannot be written is worth a warning: the analysis is done."""
    from pcap_analyzer.render import html, json

    stem = f"{stem_of(sources)}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    documents = {".json": json.document(report).encode(), ".html": html.document(page).encode()}
    if pdf is not None:
        documents[".pdf"] = pdf
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _create(folder, stem, documents)
    except OSError as error:
        reason = describe_os_error(error, str(error.filename or folder))
        session.warn(say("no report file: {reason}", reason=reason))
    else:
        session.note(
            say("Report: {path}.html, .json and .pdf", path=path)
            if pdf
            else say("Report: {path}.html and .json", path=path)
        )


def stem_of(sources: Sequence[str]) -> str:
    """The capture's name without its endings, and nothing in it that a file name cannot have."""
    name = "stdin" if sources[0] == "-" else Path(sources[0]).name
    while shorter := _ENDINGS.sub("", name):
        if shorter == name:
            break
        name = shorter
    more = f"+{len(sources) - 1}" if len(sources) > 1 else ""
    return re.sub(r"[^\w.+-]", "_", name)[:_LONGEST_STEM].lstrip(".-") + more


def _create(folder: Path, stem: str, documents: Mapping[str, bytes]) -> Path:
    """New files of one name, by their endings; when one of them is taken, all get the next free number."""
    number = 1
    while True:
        path = folder / (f"{stem}-{number}" if number > 1 else stem)
        written: list[Path] = []
        try:
            for ending, content in documents.items():
                with Path(f"{path}{ending}").open("xb") as file:
                    written.append(Path(file.name))
                    file.write(content)
        except FileExistsError:
            for file_path in written:
                file_path.unlink()
            number += 1
        else:
            return path

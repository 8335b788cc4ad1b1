"""The analysis of one capture, here or in a worker process."""

import importlib
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pcap_analyzer.analysis import Analysis, carve_frames
from pcap_analyzer.analysis import analyze as read_capture
from pcap_analyzer.errors import OutOfMemoryError, PcapAnalyzerError, describe_os_error
from pcap_analyzer.i18n import choose, say
from pcap_analyzer.selection import Selection
from pcap_analyzer.text import plural

from .reports import stem_of

if TYPE_CHECKING:
    from pcap_analyzer._core import ProgressCallback
    from pcap_analyzer.findings._run import Options
    from pcap_analyzer.report.drawings import Page
    from pcap_analyzer.report.model import Report
    from pcap_analyzer.report.naming import Naming

# What follows once the capture is read.
_AFTERWARDS = ("pcap_analyzer.engine", "pcap_analyzer.report.build", "pcap_analyzer.render.terminal")
_FOR_PAGES = ("pcap_analyzer.report.page", "pcap_analyzer.render.html")

# Findings of which `--evidence` carves the packets: the ones that matter most.
_CARVED = 5


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user chose for every capture."""

    selection: Selection
    memory_bytes: int
    options: "Options"
    page: bool
    language: str
    evidence: Path | None = None
    naming: "Naming | None" = None
    pdf: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of one capture. `error` is a line, and then there is no report."""

    sources: tuple[str, ...]
    report: "Report | None" = None
    page: "Page | None" = None
    pdf: bytes | None = None
    error: str = ""
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read_s: float = 0.0
    build_s: float = 0.0


def make(sources: tuple[str, ...], choices: Choices, progress: "ProgressCallback | None" = None) -> Outcome:
    """Analyses a capture, or several merged into one."""
    choose(choices.language)
    outcome = Outcome(sources)
    # While the core reads, a second processor has nothing to do.
    threading.Thread(target=_load, args=(choices.page,), name="load").start()
    on_demand = ("packets",) if choices.evidence else ()
    try:
        analysis = read_capture(
            *sources,
            memory_bytes=choices.memory_bytes,
            on_demand=on_demand,
            selection=choices.selection,
            progress=progress,
        )
    except PcapAnalyzerError as error:
        from pcap_analyzer.i18n.core import retold

        outcome.error = retold(str(error))
        return outcome
    with analysis:
        try:
            _report(outcome, analysis, choices)
        except OutOfMemoryError as error:
            line = say("{label}: {text}", label=" + ".join(sources), text=str(error))
            if outcome.report:
                outcome.warnings.append(line)
            else:
                outcome.error = line
    return outcome


def _load(page: bool) -> None:
    """Imports what follows once the capture is read. Whoever needs a module before it is there waits for it."""
    from pcap_analyzer.findings._run import modules

    for name in (*_AFTERWARDS, *(_FOR_PAGES if page else ())):
        importlib.import_module(name)
    modules()


def _report(outcome: Outcome, analysis: Analysis, choices: Choices) -> None:
    """Adds report, page and evidence, as far as they are wanted."""
    started = time.perf_counter()
    analysis.connection  # noqa: B018 - the tables go into the database while modules are still being loaded
    from pcap_analyzer.report.build import build
    from pcap_analyzer.report.page import build as build_page

    outcome.report = build(analysis, choices.options, choices.naming)
    outcome.read_s, outcome.build_s = analysis.read_ns / 1e9, time.perf_counter() - started
    if choices.page:
        outcome.page = build_page(outcome.report, analysis)
    if choices.pdf:
        from pcap_analyzer.render import pdf

        outcome.pdf = pdf.document(outcome.report)
    if choices.evidence:
        _carve(outcome, outcome.report, analysis, choices.evidence)


def _new_file(folder: Path, stem: str) -> Path:
    """A file that was not there before: captures of the same name must not replace each other's evidence."""
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.pcapng"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return path


def _carve(outcome: Outcome, report: "Report", analysis: Analysis, folder: Path) -> None:
    """Writes the packets of the top findings. A folder that cannot be written is worth a warning."""
    from pcap_analyzer.evidence.carve import frames_of_finding, shortened

    told = [finding for finding in report.data["findings"] if finding["severity"] != "info"][:_CARVED]
    if "-" in outcome.sources:
        outcome.warnings.append(say("no evidence: packets are carved out of files, not out of a pipe"))
        return
    stem = stem_of(outcome.sources)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for finding in told:
            path = _new_file(folder, f"{stem}-{finding['id']}")
            written, _ = carve_frames(outcome.sources, frames_of_finding(analysis, finding), path)
            outcome.notes.append(say("Evidence: {path}, {packets}", path=path, packets=plural(written, "packet")))
            if line := shortened(finding):
                outcome.notes.append(line)
    except (OSError, PcapAnalyzerError) as error:
        line = describe_os_error(error, str(error.filename or folder)) if isinstance(error, OSError) else str(error)
        outcome.warnings.append(say("no evidence: {reason}", reason=line))

"""What a job does: the way from a capture to its files. Runs in a worker process and knows nothing of the service."""

import gzip
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pcap_analyzer import _core
from pcap_analyzer.analysis import Analysis, carve_frames
from pcap_analyzer.database import quote_name
from pcap_analyzer.evidence.carve import frames_of_finding
from pcap_analyzer.i18n import ENGLISH, LANGUAGES, active, speaking, told
from pcap_analyzer.render import files, html, json
from pcap_analyzer.report.build import build
from pcap_analyzer.report.build import tell as tell_report
from pcap_analyzer.report.deep import MOST_SEGMENTS
from pcap_analyzer.report.model import Report
from pcap_analyzer.report.page import build as build_page

_TICK_S = 0.1

Tell = Callable[..., None]
Between = Callable[[int], None]

# Findings whose packets are carved out: the ones that matter most.
_CARVED = 5
# Connections whose segments can be looked at afterwards: those that findings name, then those that cost most.
_DRILLED = 100
_MOST_SEGMENTS = 2_000_000


class TooLargeError(Exception):
    """A compressed capture holds more than is taken here."""


@dataclass(frozen=True, slots=True)
class Work:
    """A capture to be analysed: where it lies, what its user calls it, where results go, and how much it may take."""

    path: Path
    file_name: str
    folder: Path
    memory_bytes: int
    most_decompressed_bytes: int

    def subfolder(self, name: str) -> Path:
        """A new folder for some of the results."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder


def run(work: Work, chunks: Iterable[bytes], tell: Tell, between: Between = lambda _: None) -> None:
    """Analyses the bytes of a capture. `tell` hears of progress, of the report, and then of what takes longer.

    `between` is called with the bytes read so far after each chunk.

    Raises:
        CaptureError: it is not a capture.
        TooLargeError: it is compressed, and too much came out of it.

    """
    shutil.rmtree(work.folder, ignore_errors=True)
    tables = work.subfolder("tables")
    with read(work, chunks, tell, between) as analysis:
        tell("progress", phase="report")
        report = build(analysis)
        report = replace(report, title=work.file_name, run={**report.run, "files": [work.file_name]})
        folder = work.subfolder("report")
        document = json.document(report)
        (folder / "report.json").write_text(document, encoding="utf-8")
        tell("report", folder=str(folder), summary=summary(report))
        # The verdict is known. What follows may take as long again, and whoever asks for it waits for it alone.
        write_page(work, report, analysis, tell)
        write_tables(analysis, tables)
        _write_packed(tables / "report.json.gz", document)
        tell("files", folder=str(tables))
        for language in LANGUAGES:
            if language != ENGLISH:
                with speaking(language):
                    write_page(work, tell_report(report.title, dict(report.data), dict(report.run)), analysis, tell)
        if report.data["capture"]["packets"] <= MOST_SEGMENTS:
            write_evidence(work, report, analysis, tell)


def write_page(work: Work, report: Report, analysis: Analysis, tell: Tell) -> None:
    """The page for people in the language that is active, and the policy under which a browser may show it."""
    name = page_name(active())
    folder = work.subfolder(f"page-{active()}")
    page = html.document(build_page(report, analysis))
    (folder / name).write_text(page, encoding="utf-8")
    (folder / "report.policy").write_text(html.policy(), encoding="utf-8")
    _write_packed(folder / f"{name}.gz", page)
    tell("files", folder=str(folder))


def page_name(language: str) -> str:
    """What the page in a language is called."""
    return "report.html" if language == ENGLISH else f"report.{language}.html"


def write_evidence(work: Work, report: Report, analysis: Analysis, tell: Tell) -> None:
    """What can only be had while the capture is there: packets of the top findings, segments of the top connections."""
    folder = work.subfolder("evidence")
    analysis.read_segments(_drilled(report.data), name="drilled_segments")
    files.write_parquet(
        analysis.connection,
        f"SELECT * FROM drilled_segments ORDER BY stream, frame_number LIMIT {_MOST_SEGMENTS}",  # noqa: S608
        folder / "tcp_segments.parquet",
    )
    findings = [finding for finding in report.data["findings"] if finding["severity"] != "info"][:_CARVED]
    if findings:
        analysis.read_packets(name="packets")
    for finding in findings:
        path = folder / f"evidence-{finding['id']}.pcapng"
        carve_frames([work.path], frames_of_finding(analysis, finding), path)
    tell("files", folder=str(folder))


def _drilled(data: Mapping[str, Any]) -> list[int]:
    named = [flow["stream"] for finding in data["findings"] for flow in finding["flows"] if flow["protocol"] == "tcp"]
    costly = [flow["stream"] for flow in data["flows"] if flow["protocol"] == "tcp"]
    return list(dict.fromkeys(int(stream) for stream in [*named, *costly]))[:_DRILLED]


def _write_packed(path: Path, text: str) -> None:
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(text.encode())


def read(work: Work, chunks: Iterable[bytes], tell: Tell, between: Between = lambda _: None) -> Analysis:
    """The analysis of a capture that arrives in chunks."""
    spill = tempfile.TemporaryDirectory(dir=work.folder, prefix="spill-", ignore_cleanup_errors=True)
    started_ns = time.perf_counter_ns()
    try:
        core = _feed(work, chunks, tell, between, spill.name)
    except BaseException:
        spill.cleanup()
        raise
    return Analysis(
        core,
        [str(work.path)],
        read_ns=time.perf_counter_ns() - started_ns,
        memory_bytes=work.memory_bytes,
        spill=spill,
        writable=work.folder,
    )


def _feed(work: Work, chunks: Iterable[bytes], tell: Tell, between: Between, spill_directory: str) -> _core.Tables:
    analyzer = _core.Analyzer(memory_bytes=work.memory_bytes, spill_directory=spill_directory)
    read_bytes, told = 0, time.monotonic()
    for chunk in chunks:
        analyzer.feed(chunk)
        if analyzer.decompressed_bytes > work.most_decompressed_bytes:
            most = f"{work.most_decompressed_bytes / 1e6:,.0f} MB"
            raise TooLargeError(f"{work.file_name}: more than {most} came out of the compressed capture.")
        read_bytes += len(chunk)
        if time.monotonic() - told >= _TICK_S:
            told = time.monotonic()
            tell("progress", phase="read", read_bytes=read_bytes, packets=analyzer.packets)
        between(read_bytes)
    packets = analyzer.packets
    core = analyzer.finish()
    tell("progress", phase="read", read_bytes=read_bytes, packets=packets)
    return core


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Every table that is not on demand, as Parquet."""
    for table in _core.catalogue():
        if not table["on_demand"]:
            query = f"SELECT * FROM {quote_name(table['name'])}"  # noqa: S608
            files.write_parquet(analysis.connection, query, folder / f"{table['name']}.parquet")


def in_all_languages(text: str) -> dict[str, str]:
    """What was said, by language."""
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = told(text)
    return said


def summary(report: Report) -> dict[str, Any]:
    """What a list of reports says about each."""
    verdict, capture = report.data["verdict"], report.data["capture"]
    return {
        "sentence": verdict["summary"],
        "sentences": in_all_languages(verdict["summary"]),
        "cause": verdict["cause"],
        "side": verdict["side"],
        "cost_s": verdict["cost_s"],
        "packets": capture["packets"],
    }

"""What a job does: the way from a capture to its files. Runs in a worker process and knows nothing of the service."""

import gzip
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcap_analyzer import _core
from pcap_analyzer.analysis import Analysis
from pcap_analyzer.database import quote_name
from pcap_analyzer.render import files, json
from pcap_analyzer.report.build import build
from pcap_analyzer.report.model import Report

_TICK_S = 0.1

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Work:
    """A capture to be analysed: what its user calls it, and where results go."""

    file_name: str
    folder: Path
    memory_bytes: int

    @property
    def report_folder(self) -> Path:
        """Where the report goes."""
        return self.folder / "report"

    @property
    def table_folder(self) -> Path:
        """Where the tables go."""
        return self.folder / "tables"


def run(work: Work, chunks: Iterable[bytes], tell: Tell) -> None:
    """Analyses the bytes of a capture; `tell` hears of progress, of the report, and then of the tables.

    Raises:
        CaptureError: it is not a capture.

    """
    shutil.rmtree(work.folder, ignore_errors=True)
    for folder in (work.report_folder, work.table_folder):
        folder.mkdir(parents=True)
    with read(work, chunks, tell) as analysis:
        tell("progress", phase="report")
        report = build(analysis)
        document = json.document(report)
        (work.report_folder / "report.json").write_text(document, encoding="utf-8")
        tell("report", folder=str(work.report_folder), summary=summary(report))
        # What is not needed to look at the report comes after it.
        write_tables(analysis, work.table_folder)
        with gzip.open(work.table_folder / "report.json.gz", "wb", compresslevel=6) as file:
            file.write(document.encode())
    tell("tables", folder=str(work.table_folder))


def read(work: Work, chunks: Iterable[bytes], tell: Tell) -> Analysis:
    """The analysis of a capture that arrives in chunks."""
    spill = tempfile.TemporaryDirectory(dir=work.folder, prefix="spill-", ignore_cleanup_errors=True)
    analyzer = _core.Analyzer(memory_bytes=work.memory_bytes, spill_directory=spill.name)
    started_ns = time.perf_counter_ns()
    read_bytes, told = 0, time.monotonic()
    for chunk in chunks:
        analyzer.feed(chunk)
        read_bytes += len(chunk)
        if time.monotonic() - told >= _TICK_S:
            told = time.monotonic()
            tell("progress", phase="read", read_bytes=read_bytes, packets=analyzer.packets)
    packets = analyzer.packets
    core = analyzer.finish()
    tell("progress", phase="read", read_bytes=read_bytes, packets=packets)
    return Analysis(
        core,
        [work.file_name],
        read_ns=time.perf_counter_ns() - started_ns,
        memory_bytes=work.memory_bytes,
        spill=spill,
        writable=work.table_folder,
    )


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Every table that is not on demand, as Parquet."""
    for table in _core.catalogue():
        if not table["on_demand"]:
            query = f"SELECT * FROM {quote_name(table['name'])}"  # noqa: S608
            files.write_parquet(analysis.connection, query, folder / f"{table['name']}.parquet")


def summary(report: Report) -> dict[str, Any]:
    """What a list of reports says about each."""
    verdict, capture = report.data["verdict"], report.data["capture"]
    return {
        "sentence": verdict["summary"],
        "cause": verdict["cause"],
        "side": verdict["side"],
        "cost_s": verdict["cost_s"],
        "packets": capture["packets"],
    }

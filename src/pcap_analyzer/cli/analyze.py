"""`pcap-analyzer analyze CAPTURE…`: what a capture is and what happens in it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pcap_analyzer.analysis import Analysis
from pcap_analyzer.analysis import analyze as read_capture
from pcap_analyzer.errors import UnreadableCaptureError

from . import options
from .incomplete import warn_incomplete
from .output import write_text
from .progress import progress_bar
from .reports import write_report
from .session import Session

if TYPE_CHECKING:
    from pcap_analyzer.findings._run import Options
    from pcap_analyzer.report.drawings import Page
    from pcap_analyzer.report.model import Report
    from pcap_analyzer.selection import Selection


@click.command(short_help="What a capture is and what happens in it.")
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE…")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--merge", is_flag=True, help="Read all captures as one, in time order.")
@click.option("--no-report", is_flag=True, help="Write no report file.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for report files.  [default: reports]",
)
@options.selection
@click.option(
    "--profile",
    default="wan",
    show_default=True,
    metavar="NAME|FILE",
    help="What counts as slow: lan, wan, satellite, mobile, datacenter, or a TOML file.",
)
@click.option(
    "--latency",
    "latency_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Call gaps, round trips and answers longer than S seconds slow, whatever the profile says.",
)
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def analyze(
    session: Session,
    captures: tuple[str, ...],
    format_name: str,
    merge: bool,
    no_report: bool,
    out: Path | None,
    selection: "Selection",
    profile: str,
    latency_s: float | None,
    memory_bytes: int,
) -> int:
    r"""Says what each CAPTURE is, how far it can be trusted, and what happens in it.

    \b
    CAPTURE is a file or - for standard input, also compressed.
    text  a summary, and report files reports/CAPTURE-TIME.html and .json, which never replace others
    json  the report on standard output and nothing else; files only in a folder given by --out
    html  the same with the page, for one capture

    Several captures are analysed each for itself. With json each then stands on one line, in the order given. The exit
    code is that of the worst: 2 when one of them could not be read.
    """
    options.check_sources(captures)
    if no_report and out:
        raise click.UsageError("--out and --no-report contradict each other")
    folder = out or (Path("reports") if format_name == "text" and not no_report else None)
    from pcap_analyzer import profiles
    from pcap_analyzer.findings._run import Options

    chosen = Options(profiles.load(profile), profile if profile in profiles.NAMES else Path(profile).stem, latency_s)
    groups = [captures] if merge else [(capture,) for capture in captures]
    if format_name == "html" and len(groups) > 1:
        raise click.UsageError("--format html shows one capture, or several with --merge; --out writes a page for each")
    worst = 0
    for number, sources in enumerate(groups):
        if number and format_name == "text":
            click.echo()
        one = _Run(format_name, folder, selection, memory_bytes, chosen, alone=len(groups) == 1)
        worst = max(worst, _analyze(session, sources, one))
    return worst


@dataclass(frozen=True, slots=True)
class _Run:
    """What a user chose for each capture."""

    format_name: str
    folder: Path | None
    selection: "Selection"
    memory_bytes: int
    options: "Options"
    alone: bool


def _analyze(session: Session, sources: tuple[str, ...], chosen: _Run) -> int:
    """One report. Gives the exit code."""
    from pcap_analyzer.report.build import build
    from pcap_analyzer.report.page import build as build_page

    try:
        with progress_bar(session, " + ".join(sources)) as progress:
            analysis = read_capture(
                *sources, memory_bytes=chosen.memory_bytes, selection=chosen.selection, progress=progress
            )
    except UnreadableCaptureError as error:
        session.error(str(error))
        return 2
    with analysis:
        started = time.perf_counter()
        report = build(analysis, chosen.options)
        _tell_times(session, analysis, report, time.perf_counter() - started)
        page = build_page(report, analysis) if chosen.folder or chosen.format_name == "html" else None
    _show(report, page, chosen.format_name, alone=chosen.alone)
    warn_incomplete(session, report.title, report.data["capture"]["packets"], report.data["issues"])
    if chosen.folder and page:
        write_report(session, report, page, sources, chosen.folder)
    return 0


def _show(report: "Report", page: "Page | None", format_name: str, *, alone: bool) -> None:
    if page and format_name == "html":
        from pcap_analyzer.render import html

        write_text([html.document(page)], None)
        return
    if format_name == "json":
        from pcap_analyzer.render import json

        write_text([json.document(report) if alone else json.line(report)], None)
        return
    from pcap_analyzer.render import terminal

    terminal.show(report, terminal.console())


def _tell_times(session: Session, analysis: Analysis, report: "Report", build_s: float) -> None:
    packets, read_s = report.data["capture"]["packets"], analysis.read_ns / 1e9
    rate = f", {packets / read_s:,.0f} packets/s" if read_s else ""
    session.detail(f"read {packets:,} packets in {read_s:.3f} s{rate}")
    session.detail(f"made the report in {build_s:.3f} s")

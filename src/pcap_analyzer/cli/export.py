"""`pcap-analyzer export CAPTURE --out DIR`: every table as a file."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pcap_analyzer import views
from pcap_analyzer.analysis import Analysis, analyze
from pcap_analyzer.database import quote_name
from pcap_analyzer.i18n import say
from pcap_analyzer.text import nearest, plural

from . import interrupt, options
from .incomplete import warn_incomplete
from .output import replacing, write_text
from .progress import progress_bar
from .session import Session
from .sources import expand

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec
    from pcap_analyzer.selection import Selection


@click.command(short_help="Write the tables of a capture as files, or its report as PDF.")
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE…", shell_complete=options.files)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for the files; made if need be.",
)
@click.option(
    "--format", "format_name", type=click.Choice(["csv", "parquet", "pdf"]), default="parquet", show_default=True
)
@click.option("--table", "names", multiple=True, metavar="NAME", help="Only this table; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Also the tables that have a row for every packet.")
@options.selection
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def export(
    session: Session,
    captures: tuple[str, ...],
    out: Path,
    format_name: str,
    names: tuple[str, ...],
    everything: bool,
    selection: "Selection",
    memory_bytes: int,
) -> int:
    """Writes each table of CAPTURE to DIR/NAME.csv or DIR/NAME.parquet, replacing what is there. pdf writes DIR/report.pdf.

    \b
    pcap-analyzer export slow.pcap --out slow-tables
    pcap-analyzer export slow.pcap --out slow-tables --format csv --table tcp_flows --table tcp_ledger

    Several captures are read as one, in time order.

    In csv NULL is an empty field, and text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    options.check_sources(captures)
    paper = format_name == "pdf"
    if paper:
        _check_pdf(names, everything=everything)
    wanted = [] if paper else _wanted(names, everything=everything)
    sources = expand(captures)
    name = " + ".join(sources)
    out.mkdir(parents=True, exist_ok=True)
    with progress_bar(session, name) as progress:
        analysis = analyze(
            *sources,
            memory_bytes=memory_bytes,
            on_demand=[table["name"] for table in wanted if table["on_demand"]],
            selection=selection,
            progress=progress,
            writable=out.resolve(),
        )
    with analysis:
        if paper:
            _write_pdf(analysis, out / "report.pdf")
        for table in wanted:
            interrupt.run(analysis.connection, partial(_write, analysis, table["name"], out, format_name))
        (packets,) = analysis.rows("SELECT coalesce(sum(packets), 0) AS packets FROM captures")
        issues = analysis.rows("SELECT * FROM issues WHERE weight = 'stop'")
    if paper:
        session.note(say("Report: {path}", path=out / "report.pdf"))
    else:
        session.note(say("{tables} in {folder}", tables=plural(len(wanted), "table"), folder=out))
    warn_incomplete(session, name, int(packets["packets"]), issues)
    return 0


def _check_pdf(names: tuple[str, ...], *, everything: bool) -> None:
    if names or everything:
        raise click.UsageError(say("--format pdf writes the report, no tables: without --table and --all"))
    options.check_pdf()


def _write_pdf(analysis: Analysis, path: Path) -> None:
    """The report, judged by the usual thresholds; `analyze --pdf` has all choices."""
    from pcap_analyzer.render import pdf
    from pcap_analyzer.report.build import build

    with replacing(path) as new:
        new.write_bytes(pdf.document(build(analysis)))


def _wanted(names: tuple[str, ...], *, everything: bool) -> list["TableSpec"]:
    catalogue = views.catalogue()
    known = [table["name"] for table in catalogue]
    for name in names:
        if name not in known:
            raise click.BadParameter(_unknown(name, known), param_hint="--table")
    if names:
        return [table for table in catalogue if table["name"] in names]
    return [table for table in catalogue if everything or not table["on_demand"]]


def _unknown(name: str, known: list[str]) -> str:
    close = nearest(name, known)
    if not close:
        return say("there is no table {name}", name=repr(name))
    return say("there is no table {name}; did you mean {close}?", name=repr(name), close=say(" or ").join(close))


def _write(analysis: Analysis, name: str, out: Path, format_name: str) -> None:
    from pcap_analyzer.render import files

    path = out / f"{name}.{format_name}"
    if format_name == "csv":
        write_text(files.csv(analysis.connection, files.for_spreadsheets(analysis.connection, name)), path)
    else:
        with replacing(path) as new:
            files.write_parquet(analysis.connection, f"FROM {quote_name(name)}", new)

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

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec
    from pcap_analyzer.selection import Selection


@click.command(short_help="Write the tables of a capture as files.")
@click.argument("capture", metavar="CAPTURE", shell_complete=options.files)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for the files; made if need be.",
)
@click.option("--format", "format_name", type=click.Choice(["csv", "parquet"]), default="parquet", show_default=True)
@click.option("--table", "names", multiple=True, metavar="NAME", help="Only this table; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Also the tables that have a row for every packet.")
@options.selection
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def export(
    session: Session,
    capture: str,
    out: Path,
    format_name: str,
    names: tuple[str, ...],
    everything: bool,
    selection: "Selection",
    memory_bytes: int,
) -> int:
    """Writes each table of CAPTURE to DIR/NAME.csv or DIR/NAME.parquet, replacing what is there.

    \b
    pcap-analyzer export slow.pcap --out slow-tables
    pcap-analyzer export slow.pcap --out slow-tables --format csv --table tcp_flows --table tcp_ledger

    In csv NULL is an empty field, and text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    options.check_sources([capture])
    wanted = _wanted(names, everything=everything)
    out.mkdir(parents=True, exist_ok=True)
    with progress_bar(session, capture) as progress:
        analysis = analyze(
            capture,
            memory_bytes=memory_bytes,
            on_demand=[table["name"] for table in wanted if table["on_demand"]],
            selection=selection,
            progress=progress,
            writable=out.resolve(),
        )
    with analysis:
        for table in wanted:
            interrupt.run(analysis.connection, partial(_write, analysis, table["name"], out, format_name))
        (packets,) = analysis.rows("SELECT coalesce(sum(packets), 0) AS packets FROM captures")
        issues = analysis.rows("SELECT * FROM issues WHERE weight = 'stop'")
    session.note(say("{tables} in {folder}", tables=plural(len(wanted), "table"), folder=out))
    warn_incomplete(session, capture, int(packets["packets"]), issues)
    return 0


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

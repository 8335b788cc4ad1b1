"""`pcap-analyzer query CAPTURE SQL`: questions to the tables of a capture."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pcap_analyzer.analysis import Analysis, analyze
from pcap_analyzer.i18n import say
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from . import interrupt, options
from .incomplete import warn_incomplete
from .output import is_replaceable, replacing, write_text
from .progress import progress_bar
from .session import Session

if TYPE_CHECKING:
    from pcap_analyzer.selection import Selection
    from pcap_analyzer.sql import Query

_FORMATS = ["table", "csv", "json", "parquet"]


@click.command(short_help="Ask the tables of a capture in SQL.")
@click.argument("capture", metavar="CAPTURE", shell_complete=options.files)
@click.argument("sql", metavar="SQL")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to a file; parquet needs it.",
)
@click.option(
    "--rows",
    type=click.IntRange(0),
    default=50,
    show_default=True,
    metavar="N",
    help="Rows that table shows; 0 shows all.",
)
@options.selection
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def query(
    session: Session,
    capture: str,
    sql: str,
    format_name: str,
    output: Path | None,
    rows: int,
    selection: "Selection",
    memory_bytes: int,
) -> int:
    """Runs one SELECT of DuckDB's SQL over the tables of a CAPTURE; `pcap-analyzer tables` lists them.

    \b
    pcap-analyzer query slow.pcap "SELECT client, server, duration_ns FROM flows ORDER BY 3 DESC LIMIT 5"

    SQL reads these tables and nothing else: no file, no network, no setting. Times are whole nanoseconds since 1970
    UTC. In csv NULL is an empty field.
    """
    options.check_sources([capture])
    _check_output(format_name, output)
    checked = _check(sql)
    with ExitStack() as stack:
        new = stack.enter_context(replacing(output)) if output and format_name == "parquet" else None
        with progress_bar(session, capture) as progress:
            analysis = stack.enter_context(
                analyze(
                    capture,
                    memory_bytes=memory_bytes,
                    on_demand=checked.on_demand,
                    only=sorted(checked.tables | {"captures"}),
                    selection=selection,
                    progress=progress,
                    writable=new.parent if new else None,
                )
            )
        session.detail(say("read in {duration}", duration=duration(analysis.read_ns)))
        with _explained():
            if new:
                answer = partial(_write_parquet, analysis, checked.text, new)
            elif format_name == "table":
                answer = partial(_show, session, analysis, checked.text, rows)
            else:
                answer = partial(_write_text, analysis, checked.text, format_name, output)
            interrupt.run(analysis.connection, answer)
        _warn(session, analysis, capture)
    return 0


def _check_output(format_name: str, output: Path | None) -> None:
    if format_name == "parquet" and not output:
        raise click.UsageError(say("--format parquet needs a file: add -o FILE"))
    if format_name == "parquet" and output and not is_replaceable(output):
        raise click.UsageError(say("{path} is no ordinary file: parquet needs one", path=output))
    if format_name == "table" and output:
        raise click.UsageError(say("-o needs --format csv, json or parquet"))


def _check(sql: str) -> "Query":
    from pcap_analyzer.sql import check

    return check(sql)


@contextmanager
def _explained() -> Iterator[None]:
    """SQL that has been checked can still fail on a value, such as a cast: that is one line too."""
    from pcap_analyzer.engine import duckdb
    from pcap_analyzer.sql import explain

    try:
        yield
    except duckdb.Error as error:
        raise explain(error) from error


def _show(session: Session, analysis: Analysis, sql: str, most: int) -> None:
    from pcap_analyzer.render import files, rows, terminal

    names, types = files.columns(analysis.connection, sql)
    shown = files.texts(analysis.connection, sql, most + 1 if most else None)
    more = most and len(shown) > most
    if more:
        shown = shown[:most]
    rows.show(names, types, shown, terminal.console())
    if more:
        total = files.count(analysis.connection, sql)
        session.note(
            say(
                "{shown} of {total}; --rows 0 shows all, --format csv writes them",
                shown=count(len(shown)),
                total=plural(total, "row"),
            )
        )


def _write_parquet(analysis: Analysis, sql: str, path: Path) -> None:
    from pcap_analyzer.render.files import write_parquet

    write_parquet(analysis.connection, sql, path)


def _write_text(analysis: Analysis, sql: str, format_name: str, output: Path | None) -> None:
    from pcap_analyzer.render.files import STREAMED

    write_text(STREAMED[format_name](analysis.connection, sql), output)


def _warn(session: Session, analysis: Analysis, capture: str) -> None:
    """A result from half a capture says so."""
    (packets,) = analysis.rows("SELECT coalesce(sum(packets), 0) AS packets FROM captures")
    warn_incomplete(
        session, capture, int(packets["packets"]), analysis.rows("SELECT * FROM issues WHERE weight = 'stop'")
    )

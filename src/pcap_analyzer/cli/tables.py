"""`pcap-analyzer tables [NAME]`: which tables there are, and what stands in them."""

import json
from typing import TYPE_CHECKING

import click

from pcap_analyzer import views
from pcap_analyzer.errors import QueryError
from pcap_analyzer.i18n import say
from pcap_analyzer.text import nearest

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [table["name"] for table in views.catalogue() if table["name"].startswith(incomplete)]


@click.command(short_help="Which tables there are to ask.")
@click.argument("name", required=False, metavar="[NAME]", shell_complete=_names)
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
def tables(name: str | None, format_name: str) -> int:
    """Lists the tables of a capture; with NAME the columns of one, each with its type, unit and meaning.

    Every table exists for every capture, if need be without a row.
    """
    catalogue = views.catalogue()
    chosen = _find(catalogue, name) if name else None
    if format_name == "json":
        click.echo(json.dumps(chosen or catalogue, indent=2, ensure_ascii=False))
        return 0
    from pcap_analyzer.render import catalogue as shown
    from pcap_analyzer.render.terminal import console

    if chosen:
        shown.show_columns(chosen, console())
    else:
        shown.show_tables(catalogue, console())
    return 0


def _find(catalogue: list["TableSpec"], name: str) -> "TableSpec":
    for table in catalogue:
        if table["name"] == name.lower():
            return table
    names = [table["name"] for table in catalogue]
    near = nearest(name, names)
    if near:
        raise QueryError(say("no table {table}; did you mean {name}?", table=name, name=near[0]))
    raise QueryError(say("no table {table}; there are {names}", table=name, names=", ".join(names)))

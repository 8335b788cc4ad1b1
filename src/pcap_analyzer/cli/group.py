"""The program and its commands."""

import click

from .. import _core
from .analyze import analyze
from .query import query
from .tables import tables

_EPILOG = "Exit codes: 0 analysed, 2 wrong usage or nothing readable, 130 Ctrl-C."


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_core.__version__, prog_name="pcap-analyzer", message="%(prog)s %(version)s")
def group() -> None:
    """Why is the network slow? Reads packet captures and says what is in them."""


for command in (analyze, query, tables):
    group.add_command(command)

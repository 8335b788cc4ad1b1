"""The program and its commands."""

from typing import Any

import click

from pcap_analyzer import _core

from . import config, language
from .admin import admin
from .analyze import analyze
from .carve import carve
from .completion import completion
from .explain import explain
from .export import export
from .migrate import migrate
from .query import query
from .serve import serve
from .tables import tables
from .work import work


class PipeClosedError(Exception):
    """Whoever read our output has gone. Not an OSError, of which click would make an exit code of its own."""


class _Program(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosedError from error


_EPILOG = "Exit codes: 0 analysed, 1 a finding as bad as --fail-on, 2 wrong usage or nothing readable, 130 Ctrl-C."


@click.group(
    cls=_Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@language.option
@click.version_option(_core.__version__, prog_name="pcap-analyzer", message="%(prog)s %(version)s")
def group() -> None:
    """Why is the network slow? Reads packet captures and says what is in them."""


for command in (analyze, explain, query, export, carve, tables, serve, work, migrate, admin, completion):
    language.option(command)
    group.add_command(command)
config.name_variables(group)

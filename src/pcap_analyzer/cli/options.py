"""Options that several commands have."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.util import find_spec
from typing import Any

import click

from pcap_analyzer.errors import SettingError
from pcap_analyzer.i18n import say
from pcap_analyzer.selection import Moment, Selection, parse_moment
from pcap_analyzer.settings import MEMORY_BYTES, SMALLEST_MEMORY_BYTES, parse_size

from .session import Session


def _size(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """Bytes, not fewer than the core can work with."""
    try:
        size = parse_size(value)
    except SettingError as error:
        raise click.BadParameter(str(error), context, parameter) from error
    if size < SMALLEST_MEMORY_BYTES:
        raise click.BadParameter(
            say("{size} is too little: give {least} or more", size=value, least=f"{SMALLEST_MEMORY_BYTES >> 20}M"),
            context,
            parameter,
        )
    return size


memory = click.option(
    "--memory",
    "memory_bytes",
    callback=_size,
    metavar="SIZE",
    default=f"{MEMORY_BYTES >> 20}M",
    show_default=True,
    help="Memory for open connections: 64M, 1G, …",
)


def _set(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def store(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            setattr(context.ensure_object(Session), name, True)

    return store


quiet = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_set("quiet"),
    help="No progress and no notes; warnings stay.",
)
verbose = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, callback=_set("verbose"), help="Say how long each step takes."
)


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> Moment | None:
    try:
        return None if value is None else parse_moment(value)
    except SettingError as error:
        raise click.BadParameter(str(error), context, parameter) from error


_SELECTING = (
    click.option(
        "--filter", "expression", metavar="EXPR", help='Only packets that match: "host 192.0.2.1 and tcp port 443".'
    ),
    click.option("--since", callback=_moment, metavar="TIME", help="Only from TIME on: +90s, 2026-01-31T08:00:00Z."),
    click.option("--until", callback=_moment, metavar="TIME", help="Only before TIME."),
)


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--filter`, `--since` and `--until` as one argument `selection`."""

    @wraps(command)
    def with_selection(
        *arguments: Any, expression: str | None, since: Moment | None, until: Moment | None, **rest: Any
    ) -> Any:
        return command(*arguments, selection=Selection(expression, since, until), **rest)

    decorated: Callable[..., Any] = with_selection
    for option in reversed(_SELECTING):
        decorated = option(decorated)
    return decorated


def check_sources(captures: Sequence[str]) -> None:
    """Standard input can be read once, and not when somebody types there."""
    if captures.count("-") > 1:
        raise click.UsageError(say("standard input (-) can be read only once"))
    if "-" in captures and sys.stdin.isatty():
        raise click.UsageError(say("standard input is a terminal: pipe a capture into it, or name a file"))


def check_pdf() -> None:
    """PDF is made by what an extra brings."""
    if find_spec("reportlab") is None:
        raise click.UsageError(say("PDF needs ReportLab: pip install 'pcap-analyzer[pdf]'"))


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[Any]:
    """Lets a shell complete the name of a capture."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]

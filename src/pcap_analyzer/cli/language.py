"""The language of the program: `--lang` before the environment before English."""

import gettext
import os
from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from pcap_analyzer import i18n

# Where `--lang` is not given.
VARIABLE = "PCAP_ANALYZER_LANG"

option = click.option(
    "--lang",
    type=click.Choice(i18n.LANGUAGES),
    expose_value=False,
    help="Language of all that people read.  [default: that of the environment]",
)


def asked(arguments: Sequence[str]) -> str:
    """The language that the command line asks for, or that variable; empty where none is."""
    found = os.environ.get(VARIABLE, "")
    for number, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            found = argument.partition("=")[2]
        elif argument == "--lang":
            found = "".join(arguments[number + 1 : number + 2])
    return found


def choose(language: str, program: click.Group) -> None:
    """Speaks a language, before click reads the command line: help and errors are in it too. Click refuses others."""
    if language == i18n.active() or language not in i18n.LANGUAGES:
        return
    i18n.choose(language)
    # Click asks the gettext of the standard library for its own words.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(i18n.DOMAIN, str(Path(i18n.LOCALE)))
    gettext.textdomain(i18n.DOMAIN)
    _translate(program)


def _translate(command: click.Command) -> None:
    """Puts help texts, which were written before the language was known, into it."""
    for name in ("help", "short_help", "epilog"):
        text: str | None = getattr(command, name, None)
        if text:
            setattr(command, name, said(text))
    for parameter in command.params:
        help_text: Any = getattr(parameter, "help", None)
        if help_text:
            parameter.help = said(help_text)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _translate(inner)


def said(text: str) -> str:
    """A text of several paragraphs, each a message. Examples and lists (`\\b`) are messages as they stand."""
    return "\n\n".join(i18n.translated(paragraph) for paragraph in _parts(text))


def paragraphs(text: str) -> list[str]:
    """The messages of a help text: examples are none."""
    return [part for part in _parts(text) if not part.startswith("\b\npcap-analyzer")]


def _parts(text: str) -> list[str]:
    return [
        part if part.startswith("\b") else " ".join(part.split())
        for part in cleandoc(text).split("\n\n")
        if part.strip()
    ]

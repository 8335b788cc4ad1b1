#!/usr/bin/env python
"""Writes docs/reference from what the program says of itself: commands, tables, findings, the JSON report.

`make golden` calls it, and a test compares.
"""

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from pcap_analyzer import views  # noqa: E402
from pcap_analyzer.causes import CAUSES, NOTES  # noqa: E402
from pcap_analyzer.cli.door import __doc__ as DOOR  # noqa: E402, N812
from pcap_analyzer.cli.group import group  # noqa: E402
from pcap_analyzer.cli.language import VARIABLE  # noqa: E402
from pcap_analyzer.findings._explain import explanation  # noqa: E402
from pcap_analyzer.findings._run import modules  # noqa: E402
from pcap_analyzer.findings._thresholds import declared  # noqa: E402
from pcap_analyzer.schema import report_schema  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
_MADE = "Made by `make golden` from {source}.\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_cell, cells))} |\n"


def commands() -> str:
    """Every command with its options, the variables that set them, and the exit codes."""
    parts = [
        "# Commands\n\n" + _MADE.format(source="the program's own help"),
        "\nEach option can be set by its variable, and in `~/.config/pcap-analyzer/config.toml` below the name of its\n"
        "command; the command line comes before the environment, and that before the file. `PCAP_ANALYZER_CONFIG` names\n"
        'another file, or none where it is empty.\n\n```toml\nlang = "fr"\n\n[analyze]\nprofile = "lan"\nmemory = "1G"\n```\n',
        "\n## Exit codes\n\n" + "\n".join(line for line in (DOOR or "").splitlines() if line.startswith("|")) + "\n",
    ]
    parts += [_command(name, command) for name, command in sorted(group.commands.items())]
    return "".join(parts)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"pcap-analyzer {name}", max_content_width=100, terminal_width=100)
    usage = command.get_usage(context).removeprefix("Usage: ")
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    table = "| option | variable | meaning |\n|---|---|---|\n" + "".join(_option(name, option) for option in options)
    return f"\n## {name}\n\n```text\n{usage}\n```\n\n{_help(command.help or '')}\n{table}"


def _help(text: str) -> str:
    out = []
    for paragraph in cleandoc(text).split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines and lines[0] == "\b":
            out.append("```text\n" + "\n".join(lines[1:]) + "\n```\n")
        elif lines:
            out.append(" ".join(lines) + "\n")
    return "\n".join(out)


def _option(command: str, option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if isinstance(option.type, click.Choice):
        value = " `" + "\\|".join(map(str, option.type.choices)) + "`"
    else:
        value = f" `{option.metavar}`" if option.metavar else ""
    variable = f"`{option.envvar}`" if option.name != "lang" else f"`{VARIABLE}`"
    default = option.default if option.show_default and not callable(option.default) else None
    return f"| {names}{value} | {variable} | {_cell(option.help or '')}{f' [default: {default}]' if default is not None else ''} |\n"


def tables() -> str:
    """Every table with its columns."""
    parts = [
        "# Tables\n\n",
        _MADE.format(source="where each table is declared; `pcap-analyzer tables NAME` prints the same"),
    ]
    for table in views.catalogue():
        demand = " On demand: filled only where it is asked for." if table["on_demand"] else ""
        parts.append(
            f"\n## {table['name']}\n\n{table['sentence']}{demand}\n\n| column | type | unit | meaning |\n|---|---|---|---|\n"
        )
        parts += [
            _row(f"`{column['name']}`", column["type"], column["unit"], column["sentence"])
            for column in table["columns"]
        ]
    return "".join(parts)


def findings() -> str:
    """Every finding: what `explain` says of it."""
    parts = ["# Findings\n\n", _MADE.format(source="the findings; `pcap-analyzer explain NAME` prints the same")]
    parts.append("\nHow they are judged and ranked: [findings](../findings.md).\n")
    for name in sorted(modules()):
        parts += _finding(name)
    return "".join(parts)


def _finding(name: str) -> Iterator[str]:
    module, words = modules()[name], explanation(name)
    yield f"\n## {name}\n\n**{words.title}.** {words.what}\n\n{words.why}\n\n"
    yield "Causes:\n\n" + "".join(f"- `{cause}`: {({**CAUSES, **NOTES})[cause]}\n" for cause in module.CAUSES)
    yield "\nWhat to check next:\n\n" + "".join(f"- {check}\n" for check in words.checks)
    if thresholds := declared(module.find):
        yield "\n| threshold | default | unit | why |\n|---|---|---|---|\n"
        for key, (what, value) in thresholds.items():
            yield _row(f"`{key}`", f"{value:g}", what.unit, what.why)
    yield f"\nReferences: {'; '.join(words.references)}\n"


def report() -> str:
    """The keys of the JSON report, from its schema."""
    schema = report_schema()
    parts = [
        "# The JSON report\n\n",
        _MADE.format(source="`src/pcap_analyzer/schema/report-1.json`, a JSON Schema that each report keeps to"),
        "\nIt is English whatever `--lang` says, and the same for the same capture, byte for byte, but for `run`.\n",
        *_keys("The report", schema),
    ]
    for name, definition in schema.get("$defs", {}).items():
        parts += _keys(name, definition)
    return "".join(parts)


def _keys(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {name}\n\n"
    if schema.get("description"):
        yield f"{schema['description']}\n\n"
    if "properties" not in schema:
        yield f"{_kind(schema)}\n"
        return
    yield "| key | type | meaning |\n|---|---|---|\n"
    for key, value in schema["properties"].items():
        yield _row(f"`{key}`", _kind(value), value.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{kind} of {_kind(schema['items'])}" if "items" in schema else kind


PAGES = {"commands": commands, "tables": tables, "findings": findings, "report": report}


def main() -> None:
    """Writes all pages."""
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), "utf-8")


if __name__ == "__main__":
    main()

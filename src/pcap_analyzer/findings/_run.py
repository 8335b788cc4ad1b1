"""Runs all findings over the tables of a capture, and settles which part of the time each of them accounts for."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from types import ModuleType

from pcap_analyzer.tables import Tables

from . import _cost, _prepare
from ._api import Finding
from ._found import Found
from ._thresholds import Choice, chosen


@dataclass(frozen=True, slots=True)
class Options:
    """What a user chose: the thresholds of a profile by finding, its name, and `--latency` in seconds."""

    profile: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    profile_name: str = "wan"
    latency_s: float | None = None


@cache
def modules() -> dict[str, ModuleType]:
    """All findings by name, each after those that it yields to."""
    from pcap_analyzer import findings

    names = [name for _, name, _ in pkgutil.iter_modules(findings.__path__) if not name.startswith("_")]
    found = {name: importlib.import_module(f"{findings.__name__}.{name}") for name in sorted(names)}
    graph = {name: yields_to(module) for name, module in found.items()}
    return {name: found[name] for name in TopologicalSorter(graph).static_order()}


def yields_to(module: ModuleType) -> tuple[str, ...]:
    """The findings that explain more than this one."""
    names: tuple[str, ...] = getattr(module, "YIELDS_TO", ())
    return names


def run(tables: Tables, options: Options | None = None, only: Iterable[str] | None = None) -> list[Found]:
    """All that is found, in order of rank; of the findings named in `only`, where that is given."""
    options = options or Options()
    _prepare.prepare(tables)
    wanted = {name: module for name, module in modules().items() if only is None or name in only}
    found: list[tuple[str, Finding, list[Choice]]] = []
    explained: set[str] = set()
    noted = 0
    choices = {name: _chosen(name, module, options) for name, module in wanted.items()}
    for name in _possible(tables, wanted, choices):
        spoken = {other for other, finding, _ in found if finding.streams}.intersection(yields_to(wanted[name]))
        if spoken != explained:
            noted = _cost.note_streams(tables, found, noted)
            _prepare.explained_by(tables, spoken)
            explained = spoken
        found += ((name, finding, choices[name]) for finding in wanted[name].find(tables, **_values(choices[name])))
    _cost.note_streams(tables, found, noted)
    return _named(sorted(_cost.settled(tables, found), key=lambda each: each.rank))


def _chosen(name: str, module: ModuleType, options: Options) -> list[Choice]:
    return chosen(module.find, options.profile.get(name, {}), options.profile_name, options.latency_s)


def _values(choices: list[Choice]) -> dict[str, float]:
    return {choice.name: choice.value for choice in choices}


def _possible(tables: Tables, wanted: Mapping[str, ModuleType], choices: Mapping[str, list[Choice]]) -> list[str]:
    """The findings that something in the tables could make speak, in the order in which they run: one look at each table.

    `ONLY_IF` names a table and what holds for one of its rows at least, `ONLY_IF_TOGETHER` what holds for all rows together.
    """
    conditions: dict[str, dict[str, str]] = {}
    for name, module in wanted.items():
        table, condition = getattr(module, "ONLY_IF", ("", ""))
        condition = f"bool_or({condition})"
        table, condition = getattr(module, "ONLY_IF_TOGETHER", (table, condition))
        conditions.setdefault(table, {})[name] = condition.format(**_values(choices[name]))
    possible = set(conditions.pop("", ()))
    for table, tests in conditions.items():
        columns = ", ".join(f"{condition} AS {name}" for name, condition in tests.items())
        possible |= {name for name, met in tables.row(f"SELECT {columns} FROM {table}").items() if met}
    return [name for name in wanted if name in possible]


def _named(ranked: list[Found]) -> list[Found]:
    """Gives the second and further ones of a name a number, so that each can be asked for."""
    times: Counter[str] = Counter()
    for each in ranked:
        each.security = getattr(modules()[each.id], "SECURITY", False)
        times[each.id] += 1
        if times[each.id] > 1:
            each.id = f"{each.id}-{times[each.id]}"
    return ranked

"""Runs findings over small worlds."""

from collections.abc import Callable

import pytest
from finding_world import World

from pcap_analyzer.findings._found import Found
from pcap_analyzer.findings._run import Options, modules, run, yields_to
from pcap_analyzer.tables import Tables


@pytest.fixture
def found(tables: Callable[..., Tables]) -> Callable[..., list[Found]]:
    """What one finding says about a world, after all those that it yields to."""

    def find(name: str, world: World, **thresholds: float) -> list[Found]:
        options = Options(profile={name: thresholds})
        each = run(tables(**world.tables), options, only={name, *_before(name)})
        return [one for one in each if one.name == name]

    return find


def _before(name: str) -> set[str]:
    """All that a finding yields to, and what those yield to."""
    names = set(yields_to(modules()[name]))
    return names.union(*(_before(other) for other in names))

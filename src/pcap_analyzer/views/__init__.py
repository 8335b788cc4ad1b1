"""VIEWS: tables that follow from those of the core by SQL alone. To everybody else they are tables like the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcap_analyzer import _core

from . import client_actions, host_names

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec


@dataclass(frozen=True)
class View:
    """What is told of a table, and the SELECT that makes it."""

    spec: "TableSpec"
    sql: str

    @property
    def statement(self) -> str:
        """The statement that makes it, where the tables it reads are there."""
        return f"CREATE VIEW {self.spec['name']} AS {self.sql}"


VIEWS = tuple(View(each.SPEC, each.SQL) for each in (client_actions, host_names))


def catalogue() -> list["TableSpec"]:
    """Every table there is to ask, those of the core first."""
    return [*_core.catalogue(), *(view.spec for view in VIEWS)]

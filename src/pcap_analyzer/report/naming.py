"""Names beside addresses: those of a hosts file, and those that the capture itself gives. Nothing is looked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from pcap_analyzer.errors import SettingError, describe_os_error
from pcap_analyzer.i18n import say
from pcap_analyzer.tables import Tables
from pcap_analyzer.views.host_names import SOURCES, sql_of

# More are a list, not help with reading.
_KEPT: Final = 1000
_PORT: Final = re.compile(r"^\[(.*)\]:\d+$|^([^:]*):\d+$")

# Who gives itself a name knows best, then who asks for one.
_BEST: Final = """
    SELECT address, name, source, count(*) OVER (PARTITION BY address) - 1 AS others
    FROM ({names})
    QUALIFY row_number() OVER (
        PARTITION BY address
        ORDER BY list_position(['dhcp', 'tls', 'quic', 'http', 'dns', 'mdns', 'llmnr', 'nbns'], source), times DESC, name
    ) = 1
    ORDER BY first_frame, address
    LIMIT $kept
"""


@dataclass(frozen=True, slots=True)
class Naming:
    """Which names are shown: those of `hosts` first, and those of the capture where `learnt`."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    learnt: bool = True


def read_hosts(path: Path) -> dict[str, str]:
    """The first name of each address in a file such as `/etc/hosts`.

    Raises:
        SettingError: it cannot be read, or a line of it begins with no address.

    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SettingError(say("{name}: not text in UTF-8", name=path)) from error
    except OSError as error:
        raise SettingError(describe_os_error(error, str(path))) from error
    names: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            address = str(ip_address(words[0].partition("%")[0]))
        except ValueError as error:
            raise SettingError(
                say("{name}, line {number}: {text} is no address", name=path, number=number, text=repr(words[0]))
            ) from error
        if len(words) < 2:
            raise SettingError(say("{name}, line {number}: an address without a name", name=path, number=number))
        names.setdefault(address, words[1])
    return names


def read(tables: Tables, naming: Naming, counts: Mapping[str, int]) -> dict[str, Any]:
    """The name of each address that has one, what tells it, and how many others it has; `counts` are rows of tables."""
    names: dict[str, Any] = {}
    if naming.learnt:
        present = [table for table in SOURCES if counts[table]]
        for row in tables.rows(_BEST.format(names=sql_of(present)), kept=_KEPT) if present else ():
            names[row.pop("address")] = row
    for address, name in naming.hosts.items():
        names[address] = {"name": name, "source": "hosts", "others": 0}
    return {"names": names}


def name_of(end: str, data: Mapping[str, Any]) -> str:
    """The name of `address:port`, `[address]:port` or an address alone; empty where there is none."""
    match = _PORT.match(end)
    found = data["names"].get((match[1] or match[2]) if match else end)
    return str(found["name"]) if found else ""


def with_name(end: str, data: Mapping[str, Any]) -> str:
    """`203.0.113.7:443 (www.example.com)`, or the end alone."""
    name = name_of(end, data)
    return f"{end} ({name})" if name else end

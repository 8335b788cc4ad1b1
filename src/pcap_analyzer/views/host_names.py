"""`host_names`: what the capture itself calls its addresses."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pcap_analyzer._core import ColumnSpec, TableSpec


def _column(name: str, kind: str, sentence: str, unit: str = "") -> "ColumnSpec":
    return {"name": name, "type": kind, "nullable": False, "unit": unit, "sentence": sentence}


SPEC: "TableSpec" = {
    "name": "host_names",
    "sentence": (
        "A name that the capture itself gives to an address: by an answer of the DNS or of its relatives, by a request of HTTP or"
        " a handshake of TLS or QUIC to it, or by DHCP."
    ),
    "on_demand": False,
    "columns": [
        _column("address", "VARCHAR", "Address that has the name."),
        _column("name", "VARCHAR", "Name, in small letters and without a dot at its end."),
        _column("source", "VARCHAR", "What tells it: dhcp, tls, quic, http, dns, mdns, llmnr, nbns."),
        _column("times", "BIGINT", "How often it was told.", "times"),
        _column("first_frame", "BIGINT", "First frame that tells it."),
    ],
}


def _host(end: str) -> str:
    """The address of `address:port` or `[address]:port`."""
    return f"regexp_replace(regexp_replace({end}, ':[0-9]+$', ''), '[][]', '', 'g')"


# What each table tells: address, name, source, frame.
SOURCES = {
    "dns_transactions": (
        "SELECT trim(unnest(string_split(addresses, ','))) AS address, query_name AS name, protocol AS source,"
        " response_frame AS frame FROM dns_transactions WHERE addresses IS NOT NULL AND query_name IS NOT NULL"
    ),
    "tls_handshakes": (
        f"SELECT {_host('server')} AS address, server_name AS name, 'tls' AS source, start_frame AS frame"
        " FROM tls_handshakes WHERE server_name IS NOT NULL"
    ),
    "quic_connections": (
        f"SELECT {_host('server')} AS address, server_name AS name, 'quic' AS source, client_hello_frame AS frame"
        " FROM quic_connections WHERE server_name IS NOT NULL"
    ),
    "http_transactions": (
        f"SELECT {_host('server')} AS address, regexp_replace(host, ':[0-9]+$', '') AS name, 'http' AS source,"
        " request_frame AS frame FROM http_transactions WHERE host IS NOT NULL"
    ),
    "dhcp_transactions": (
        "SELECT address, host_name AS name, 'dhcp' AS source, response_frame AS frame FROM dhcp_transactions"
        " WHERE address IS NOT NULL AND host_name IS NOT NULL AND response_frame IS NOT NULL"
    ),
}


def sql_of(tables: "Iterable[str]") -> str:
    """The names that these of `SOURCES` tell."""
    told = " UNION ALL ".join(SOURCES[table] for table in tables)
    return f"""
        SELECT address, rtrim(lower(name), '.') AS name, source, count(*) AS times, coalesce(min(frame), 0) AS first_frame
        FROM ({told}) AS told
        WHERE address <> '' AND name <> '' AND NOT regexp_matches(name, '^[0-9.]+$|:|^[[]')
        GROUP BY ALL
    """


SQL = sql_of(SOURCES)

"""A scan of many ports or hosts.

What it finds:
    A client that tries many ports of one host, or one port of many hosts, and exchanges no data.

Why it matters:
    Somebody looks for open services. Inside a network that is an inventory, a monitoring system, or an intruder.

What to check next:
    - Whose address that is, and whether a scan was announced: inventory, vulnerability scanner, monitoring.
    - Which ports answered: those are what the scanner knows now.

References:
    RFC 4732, 2; Jung et al., Fast Portscan Detection, IEEE S&P 2004 (failures tell a scanner)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import MOST, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("port_scan",)
ONLY_IF_TOGETHER = (
    "connections",
    "count(*) FILTER (client_payload_bytes + server_payload_bytes = 0) >= least({least_ports}, {least_hosts})",
)

# What is asked only of groups with enough probes, and then only of the scans that are told, costs little where there are many.
_SCANS = f"""
    WITH probes AS (
        SELECT stream, client_address, server_address, server_port, first_time_ns, duration_ns AS cost_ns,
               zk_conn_state IN ('REJ', 'S0', 'RSTOS0', 'RSTRH', 'OTH', 'SH') AS failed
        FROM connections WHERE client_payload_bytes = 0 AND server_payload_bytes = 0
    ), pairs AS (
        SELECT client_address, server_address FROM probes GROUP BY ALL HAVING count(*) >= $least_ports
    ), sweeps AS (
        SELECT client_address, server_port FROM probes GROUP BY ALL HAVING count(*) >= $least_hosts
    ), vertical AS (
        SELECT client_address, server_address, NULL AS server_port, 'ports' AS kind, count(DISTINCT p.server_port) AS targets,
               count(*) AS probes, count(*) FILTER (NOT failed) AS answered, max(first_time_ns) - min(first_time_ns) AS span_ns
        FROM probes AS p SEMI JOIN pairs USING (client_address, server_address) GROUP BY client_address, server_address
        HAVING targets >= $least_ports AND count(*) FILTER (failed) >= $least_failed * count(*)
    ), horizontal AS (
        SELECT client_address, NULL, server_port, 'hosts', count(DISTINCT p.server_address) AS targets,
               count(*), count(*) FILTER (NOT failed), max(first_time_ns) - min(first_time_ns)
        FROM probes AS p SEMI JOIN sweeps USING (client_address, server_port) GROUP BY client_address, server_port
        HAVING targets >= $least_hosts AND count(*) FILTER (failed) >= $least_failed * count(*)
    ), scans AS (
        SELECT *, coalesce(server_address, 'port ' || server_port) AS target
        FROM (FROM vertical UNION ALL FROM horizontal)
        ORDER BY targets DESC, client_address, target LIMIT $most
    )
    SELECT s.client_address, s.target, s.kind, s.targets, s.probes, s.answered, s.span_ns, {STREAMS}
    FROM scans AS s JOIN probes AS p ON s.client_address = p.client_address
        AND (s.server_address = p.server_address OR s.server_port = p.server_port)
    GROUP BY ALL ORDER BY s.targets DESC, s.client_address, s.target
"""


def find(
    tables: Tables,
    *,
    least_ports: Annotated[float, Threshold("ports", "of one host without data: no application tries so many")] = 25,
    least_hosts: Annotated[float, Threshold("hosts", "on one port without data: no application tries so many")] = 25,
    least_failed_share: Annotated[float, Threshold("share", "Jung et al.: of a scanner most attempts fail")] = 0.8,
) -> Iterator[Finding]:
    """One finding for each scan."""
    rows = tables.rows(
        _SCANS, least_ports=least_ports, least_hosts=least_hosts, least_failed=least_failed_share, most=MOST
    )
    for row in rows:
        yield Finding(
            cause="port_scan",
            side=Side.CLIENT,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.95,
            title=say(
                _TITLES[row["kind"]],
                client=row["client_address"],
                targets=plural(row["targets"], "port") if row["kind"] == "ports" else plural(row["targets"], "host"),
                target=row["target"],
                span=duration(row["span_ns"]),
            ),
            explanation=say(
                "{probes} carried no data, and {answered} of them were answered as an open port does.",
                probes=plural(row["probes"], "connection attempt"),
                answered=count(row["answered"]),
            ),
            evidence={
                "client": row["client_address"],
                "target": row["target"],
                f"{row['kind']}": row["targets"],
                "probes": row["probes"],
                "answered_probes": row["answered"],
                "span_ns": row["span_ns"],
            },
            streams=row["streams"],
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )


_TITLES = {
    "ports": "{client} scans {target}: {targets} in {span}",
    "hosts": "{client} scans {target} of {targets} in {span}",
}

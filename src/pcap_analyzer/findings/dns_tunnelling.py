"""Data carried in names of the DNS.

What it finds:
    A client that asks for very many different long names below one domain, as a tunnel does that packs its data into them.

Why it matters:
    The DNS passes where nothing else does, so malware and people behind a paywall use it to carry data out.

What to check next:
    - The domain and who owns it.
    - Often harmless: content delivery networks, reputation services of antivirus and mail, and tracking use long random
      names too.

References:
    MITRE ATT&CK T1071.004, T1572; Born, Gustafson, Detecting DNS Tunnels Using Character Frequency Analysis, 2010
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, Effect, Finding, Threshold, say

CAUSES = ("dns_tunnelling",)
ONLY_IF = ("dns_transactions", "length(query_name) > 30")
SECURITY = True

# Below the last two labels; reverse names are long by nature.
_LONG = """
    WITH asked AS (
        SELECT regexp_replace(client, ':[0-9]+$', '') AS host, flow, query_frame, query_name,
               regexp_extract(query_name, '[^.]+\\.[^.]+$') AS domain,
               length(regexp_replace(query_name, '\\.?[^.]+\\.[^.]+$', '')) AS carried
        FROM dns_transactions WHERE protocol = 'dns' AND query_frame IS NOT NULL AND query_type <> 'PTR'
    )
    SELECT host, domain, count(DISTINCT query_name) AS names, avg(carried) AS mean_length, CAST(sum(carried) AS BIGINT) AS bytes,
           min(DISTINCT flow, 100) AS flows, count(DISTINCT flow) AS flow_count, min(query_frame, 100) AS frames,
           count(*) AS queries
    FROM asked WHERE domain <> '' GROUP BY host, domain
    HAVING count(DISTINCT query_name) >= $least_names AND avg(carried) >= $least_length
    ORDER BY bytes DESC, host, domain LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_names: Annotated[float, Threshold("names", "different ones below one domain; pages ask for a few")] = 50,
    least_length: Annotated[
        float, Threshold("characters", "on average before the domain; host names are shorter")
    ] = 30,
) -> Iterator[Finding]:
    """One finding for each client and domain."""
    for row in tables.rows(_LONG, least_names=least_names, least_length=least_length, most=MOST):
        yield Finding(
            cause="dns_tunnelling",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.MAJOR,
            confidence=0.5,
            title=say(
                "{client} asks for {names} below {domain}, as a tunnel does",
                client=row["host"],
                names=plural(row["names"], "long name"),
                domain=row["domain"],
            ),
            explanation=say(
                "They carry {length} characters each on average. Reputation services and content delivery networks use such"
                " names as well.",
                length=round(row["mean_length"]),
            ),
            evidence={
                "client": row["host"],
                "domain": row["domain"],
                "names": row["names"],
                "mean_length": round(row["mean_length"], 1),
                "carried_bytes": row["bytes"],
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["queries"],
            display_filter=f'dns.qry.name contains "{row["domain"]}"',
        )

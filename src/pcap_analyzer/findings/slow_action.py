"""What a client waited for, step by step.

What it finds:
    What clients did first on a connection and had to wait long for until the answer began, and which step on the way took most of that: looking up
    the name, opening the connection, TLS, the path, or the server.

Why it matters:
    A user feels the sum, and calls the server slow. Only the chain shows that it was a name that was asked for twice, or
    a connection that took three tries.

What to check next:
    - The finding that names the cause of the slowest step; its cost stands there, and is not counted here again.
    - Whether the step is needed each time: names can be cached, connections and TLS sessions kept.

References:
    W3C Navigation Timing (the steps of a request); Nielsen, Usability Engineering, 1993 (1 s interrupts)
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pcap_analyzer.causes import Side
from pcap_analyzer.i18n import mark
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration
from pcap_analyzer.views import client_actions

from ._api import SECOND, TIMES, Effect, Finding, Threshold, say

CAUSES = ("slow_action",)
ONLY_IF = (
    "connections",
    "waited_ns >= {slow_action_s} * 1e9"
    " OR (SELECT max(resolution_time_ns) FROM dns_transactions) >= 0.5 * {slow_action_s} * 1e9",
)
YIELDS_TO = ("long_poll",)

# The first request is among these turns: a handshake of TLS takes four at most, twice that with tickets and renegotiation.
_EARLY: Final = 8
# The step that took most of a wait took half of it at least. Of such connections those that waited longest show what there is.
_STREAMS = f"""
    CREATE OR REPLACE TEMP TABLE slow_streams AS
    WITH lookups AS (
        SELECT client_address, unnest(string_split(addresses, ',')) AS server_address
        FROM dns_transactions JOIN flows USING (flow)
        WHERE addresses IS NOT NULL AND resolution_time_ns >= 0.5 * $slow_ns
    ), slow AS (
        SELECT stream FROM tls_handshakes WHERE coalesce(handshake_ns, $slow_ns) >= 0.5 * $slow_ns
        UNION ALL
        SELECT stream FROM turns WHERE number <= {_EARLY} AND response_begun_ns - request_ended_ns >= 0.5 * $slow_ns
    )
    SELECT stream FROM (
        SELECT stream, handshake_ns, waited_ns, (client_address, server_address) IN (FROM lookups) AS looked_up,
               stream IN (FROM slow) AS slow
        FROM connections ANTI JOIN explained USING (stream)
        WHERE completeness % 2 = 1
    )
    WHERE looked_up OR (waited_ns >= 0.5 * $slow_ns AND (slow OR handshake_ns >= 0.5 * $slow_ns))
    ORDER BY looked_up DESC, waited_ns DESC, stream LIMIT 100
"""
# A user waits until the answer begins; how long it then takes depends on its size. Several requests at once on one connection
# cannot be told apart.
_SLOW = """
    WITH actions AS ({actions}), parts AS (
        SELECT *, coalesce(dns_ns, 0) + coalesce(connect_ns, 0) + coalesce(tls_ns, 0) + coalesce(network_ns, 0)
                   + coalesce(server_ns, 0) AS waited_ns,
               greatest(dns_ns, connect_ns, tls_ns, network_ns, server_ns) AS most_ns,
               CASE most_ns WHEN dns_ns THEN 'dns' WHEN connect_ns THEN 'connect' WHEN tls_ns THEN 'tls'
                            WHEN network_ns THEN 'network' ELSE 'server' END AS part
        FROM actions
        WHERE first_on_connection AND outcome <> 'not_connected'
    )
    SELECT part, count(*) AS actions, CAST(sum(most_ns) AS BIGINT) AS part_ns, max(waited_ns) AS waited_ns,
           string_agg(CAST(stream AS VARCHAR), ',' ORDER BY waited_ns DESC, action) AS streams,
           first(parts ORDER BY waited_ns DESC, action) AS slowest
    FROM parts
    WHERE waited_ns >= $slow_ns AND 2 * most_ns >= waited_ns
    GROUP BY part ORDER BY part_ns DESC, part
"""
_TITLES: Final = {
    "dns": "On {connections} the first answer waited mostly for the name: {name} took {waited}, {most} of it until the name was known",
    "connect": "On {connections} the first answer waited mostly for the connection: {name} took {waited}, {most} of it until it was open",
    "tls": "On {connections} the first answer waited mostly for TLS: {name} took {waited}, {most} of it for the handshake",
    "network": "On {connections} the first answer waited mostly for the path: {name} took {waited}, {most} of it between request and answer",
    "server": "On {connections} the first answer waited mostly for the server: {name} took {waited}, {most} of it until the answer began",
}
# Why a connection or a handshake took long is for the findings about these to say.
_SIDES: Final = {"dns": Side.SERVER, "network": Side.NETWORK, "server": Side.SERVER}


def find(
    tables: Tables,
    *,
    slow_action_s: Annotated[
        float, Threshold("s", "Nielsen: from a second on a wait interrupts what people do", wait=True)
    ] = 1,
) -> Iterator[Finding]:
    """A note for each step that held actions up, with the slowest of them step by step."""
    slow_ns = slow_action_s * SECOND
    tables.execute(_STREAMS, slow_ns=slow_ns)
    if not tables.row("SELECT count(*) AS streams FROM slow_streams")["streams"]:
        return
    actions = client_actions.of_first_requests("connections", "FROM slow_streams", f"number <= {_EARLY}")
    for row in tables.rows(_SLOW.format(actions=actions), slow_ns=slow_ns):
        slowest = row["slowest"]
        yield Finding(
            cause="slow_action",
            side=_SIDES.get(row["part"], Side.UNKNOWN),
            effect=Effect.NOTED,
            confidence=0.8,
            title=say(
                _TITLES[row["part"]],
                connections=plural(row["actions"], "connection"),
                name=_name(slowest),
                waited=duration(row["waited_ns"]),
                most=duration(slowest[f"{row['part']}_ns"]),
            ),
            explanation=say(
                "The steps of the slowest: name {dns}, connection {connect}, TLS {tls}, client {client}, request {request},"
                " path {network}, server {server}, answer {response}.",
                **{part: _time(slowest[f"{part}_ns"]) for part in _PARTS},
            ),
            evidence={
                "actions": row["actions"],
                "slowest": _name(slowest),
                "slowest_outcome": slowest["outcome"],
                "slowest_waited_ns": row["waited_ns"],
                **{f"{part}_ns": slowest[f"{part}_ns"] for part in _PARTS},
            },
            streams=row["streams"],
            frames=[
                slowest[name] for name in ("dns_frame", "request_frame", "response_frame") if slowest[name] is not None
            ],
            needs=TIMES,
        )


_PARTS: Final = (
    mark("dns"),
    mark("connect"),
    mark("tls"),
    mark("client"),
    mark("request"),
    mark("network"),
    mark("server"),
    mark("response"),
)


def _name(action: Row) -> str:
    """What was done where, in the words of the capture."""
    return " ".join(filter(None, (action["command"], action["name"] or action["server"])))


def _time(time_ns: int | None) -> str:
    return "–" if time_ns is None else duration(time_ns)

"""`client_actions`: what a client did, from looking up a name to the last byte of the answer.

Each request is an action; it is taken from the table that knows it best: `http_transactions`, `service_transactions`, else
`turns`. The first of a connection holds what it took to get there. A name that was not found, a connection that was not made
and a handshake of TLS that failed are actions as well.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pcap_analyzer._core import ColumnSpec, TableSpec


def _column(name: str, kind: str, sentence: str, *, nullable: bool = True, unit: str = "") -> "ColumnSpec":
    return {"name": name, "type": kind, "nullable": nullable, "unit": unit, "sentence": sentence}


def _part(name: str, sentence: str) -> "ColumnSpec":
    return _column(name, "BIGINT", sentence, unit="ns")


SPEC: "TableSpec" = {
    "name": "client_actions",
    "sentence": (
        "What a client did, from looking up a name to the last byte of the answer, whose parts add up to its duration: a "
        "request with its response, which for the first of a connection holds DNS, TCP and TLS. What failed before a request "
        "could be sent has a row too."
    ),
    "on_demand": False,
    "columns": [
        _column("action", "BIGINT", "Number of the action, from 1, in order of beginning.", nullable=False),
        _column("stream", "BIGINT", "Number of the connection, as in tcp_flows; NULL where none was opened."),
        _column("client", "VARCHAR", "Client as address:port.", nullable=False),
        _column("server", "VARCHAR", "Server as address:port; of a lookup alone, the server of names.", nullable=False),
        _column("name", "VARCHAR", "Name that was asked for: by HTTP, by TLS, or by DNS."),
        _column("service", "VARCHAR", "Service, where the bytes tell; dns for a lookup alone."),
        _column("command", "VARCHAR", "Kind of the command, or method."),
        _column("status", "VARCHAR", "What the service says of how it went."),
        _column(
            "outcome",
            "VARCHAR",
            "How far it came: no_name (the lookup failed), not_connected, no_tls, no_request, unanswered, answered.",
            nullable=False,
        ),
        _column(
            "first_on_connection", "BOOLEAN", "Whether its parts hold the opening of the connection.", nullable=False
        ),
        _column("dns_frame", "BIGINT", "Frame of the query whose answer it waited for."),
        _column("request_frame", "BIGINT", "First frame of the request."),
        _column("response_frame", "BIGINT", "Last frame of the response."),
        _column("begun_ns", "BIGINT", "Time at which it begins, since 1970 UTC.", nullable=False, unit="ns"),
        _column("duration_ns", "BIGINT", "To the end of what was seen of it.", nullable=False, unit="ns"),
        _part("dns_ns", "Looking up the name, all tries."),
        _part("connect_ns", "Handshake of TCP; where no connection was made, as long as it was tried."),
        _part("tls_ns", "Handshake of TLS; of one that failed, up to the alert."),
        _part("client_ns", "The client's own time between these parts and before the request."),
        _part("request_ns", "From the first byte of the request to the last."),
        _part("network_ns", "From there to the first byte of the response: of that, what the path took."),
        _part("server_ns", "Of the same, what the server took."),
        _part("response_ns", "From the first byte of the response to the last."),
    ],
}

# Lookups that failed, for which no connection was opened.
_FAILED_LOOKUPS = """
    UNION ALL
    SELECT NULL, client, server, query_name, 'dns', query_type, response_code_name, false, NULL, query_frame, NULL, NULL,
        NULL, NULL, NULL, query_time_ns - coalesce(resolution_time_ns - response_time_ns, 0),
        coalesce(query_time_ns + response_time_ns, query_time_ns), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM dns_transactions ANTI JOIN (SELECT retry_of_frame AS query_frame FROM dns_transactions) USING (query_frame)
    WHERE outcome IN ('no_such_name', 'error', 'unanswered') AND protocol = 'dns' AND query_time_ns IS NOT NULL"""
_SQL = """
WITH begun AS (
    SELECT stream, client, server, client_address, server_address, first_time_ns AS syn_ns,
        handshake_ns IS NOT NULL AS connected, first_time_ns + coalesce(handshake_ns, duration_ns) AS connected_ns
    FROM {connections}
    WHERE completeness % 2 = 1 AND stream {chosen}
),
lookups AS (
    SELECT flows.client_address, unnest(string_split(addresses, ',')) AS server_address, query_name, query_frame,
        query_time_ns + response_time_ns AS answered_ns,
        answered_ns - coalesce(resolution_time_ns, response_time_ns) AS asked_ns
    FROM dns_transactions JOIN flows USING (flow)
    WHERE addresses IS NOT NULL AND response_time_ns IS NOT NULL
),
handshakes AS (
    SELECT stream, server_name, start_time_ns AS hello_ns, client_data_time_ns AS data_ns,
        handshake_ns IS NOT NULL OR data_ns IS NOT NULL AS secure,
        coalesce(start_time_ns + handshake_ns, data_ns, alert_time_ns) AS secure_ns
    FROM tls_handshakes WHERE transport = 'tcp' AND stream {chosen}
    QUALIFY row_number() OVER (PARTITION BY stream ORDER BY start_time_ns) = 1
),
-- Connections of which another table knows the requests.
known AS (
    SELECT stream FROM http_transactions
    UNION ALL SELECT stream FROM service_transactions
    UNION ALL SELECT stream FROM dns_transactions WHERE transport = 'tcp'
),
requests AS (
    SELECT stream, client, server, host AS name, 'http' AS service, method AS command, status::VARCHAR AS status, number,
        request_first_frame, coalesce(response_frame, response_first_frame) AS response_frame, request_begun_ns,
        request_ended_ns, response_begun_ns, coalesce(response_ended_ns, response_begun_ns) AS response_ended_ns, rtt_ns
    FROM http_transactions WHERE request_begun_ns IS NOT NULL AND stream {chosen} AND {requests}
    UNION ALL
    SELECT stream, client, server, NULL, service, command, coalesce(code, status), number,
        request_first_frame, coalesce(response_frame, response_first_frame), request_begun_ns,
        request_ended_ns, response_begun_ns, coalesce(response_ended_ns, response_begun_ns), rtt_ns
    FROM service_transactions WHERE NOT from_server AND stream {chosen} AND {requests}
    UNION ALL
    SELECT stream, client, server, NULL, coalesce(service, CASE WHEN hello_ns IS NOT NULL THEN 'tls' END), command, NULL,
        number, request_first_frame, response_last_frame, greatest(request_begun_ns, coalesce(data_ns, request_begun_ns)),
        request_ended_ns, response_begun_ns, response_ended_ns, coalesce(rtt_ns, 0) + recovery_ns
    FROM turns JOIN (SELECT stream, client, server FROM {connections}) USING (stream) ANTI JOIN known USING (stream)
    LEFT JOIN handshakes USING (stream)
    WHERE request_begun_ns IS NOT NULL AND stream {chosen} AND {requests}
        AND (hello_ns IS NULL OR request_ended_ns >= data_ns)
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY stream ORDER BY request_begun_ns, number) AS place FROM requests
),
opened AS (
    SELECT begun.*, query_name, query_frame, answered_ns, asked_ns
    FROM begun ASOF LEFT JOIN lookups
        ON begun.client_address = lookups.client_address AND begun.server_address = lookups.server_address
        AND begun.syn_ns >= lookups.answered_ns
),
openings AS (
    SELECT stream, client, server, syn_ns, connected, connected_ns, server_name, hello_ns, secure, secure_ns, query_name,
        -- A connection that is opened within a second of the answer waited for it; a later one had the address already.
        syn_ns - answered_ns < 1000000000 AS waited,
        CASE WHEN waited THEN query_frame END AS query_frame, CASE WHEN waited THEN answered_ns END AS answered_ns,
        CASE WHEN waited THEN asked_ns END AS asked_ns
    FROM opened LEFT JOIN handshakes USING (stream)
),
steps AS (
    SELECT stream, coalesce(ranked.client, openings.client) AS client, coalesce(ranked.server, openings.server) AS server,
        coalesce(ranked.name, server_name, query_name) AS name,
        coalesce(service, CASE WHEN hello_ns IS NOT NULL THEN 'tls' END) AS service, command, status,
        coalesce(place, 1) = 1 AND syn_ns IS NOT NULL AS first_on_connection, place,
        CASE WHEN first_on_connection THEN query_frame END AS dns_frame, request_first_frame AS request_frame,
        response_frame, rtt_ns,
        connected, secure,
        CASE WHEN first_on_connection THEN asked_ns END AS asked_ns,
        CASE WHEN first_on_connection THEN answered_ns END AS answered_ns,
        CASE WHEN first_on_connection THEN syn_ns END AS syn_ns,
        CASE WHEN first_on_connection THEN connected_ns END AS connected_ns,
        CASE WHEN first_on_connection THEN hello_ns END AS hello_ns,
        CASE WHEN first_on_connection THEN secure_ns END AS secure_ns,
        request_begun_ns, request_ended_ns, response_begun_ns, response_ended_ns
    FROM openings {joined} JOIN ranked USING (stream){failed_lookups}
),
-- Each step ends no sooner than the one before, so that the parts add up whatever overlaps.
ends AS (
    SELECT *, coalesce(asked_ns, syn_ns, request_begun_ns) AS begun_ns,
        greatest(begun_ns, answered_ns) AS named_at,
        greatest(named_at, syn_ns) AS syn_at,
        greatest(syn_at, connected_ns) AS connected_at,
        greatest(connected_at, CASE WHEN secure_ns IS NOT NULL THEN hello_ns END) AS hello_at,
        greatest(hello_at, secure_ns) AS secure_at,
        greatest(secure_at, request_begun_ns) AS asking_at,
        greatest(asking_at, request_ended_ns) AS asked_at,
        greatest(asked_at, response_begun_ns) AS answering_at,
        greatest(answering_at, response_ended_ns) AS answered_at
    FROM steps
)
SELECT row_number() OVER (ORDER BY begun_ns, stream, place) AS action, stream, client, server, name, service, command, status,
    CASE
        WHEN service = 'dns' AND stream IS NULL THEN 'no_name'
        WHEN response_begun_ns IS NOT NULL THEN 'answered'
        WHEN request_begun_ns IS NOT NULL THEN 'unanswered'
        WHEN NOT connected THEN 'not_connected'
        WHEN NOT secure THEN 'no_tls'
        ELSE 'no_request'
    END AS outcome,
    first_on_connection, dns_frame, request_frame, response_frame, begun_ns, answered_at - begun_ns AS duration_ns,
    CASE WHEN asked_ns IS NOT NULL THEN named_at - begun_ns END AS dns_ns,
    CASE WHEN connected_ns IS NOT NULL THEN connected_at - syn_at END AS connect_ns,
    CASE WHEN secure_ns IS NOT NULL THEN secure_at - hello_at END AS tls_ns,
    CASE WHEN first_on_connection THEN syn_at - named_at + hello_at - connected_at + asking_at - secure_at END AS client_ns,
    CASE WHEN request_begun_ns IS NOT NULL THEN asked_at - asking_at END AS request_ns,
    CASE WHEN response_begun_ns IS NOT NULL THEN least(coalesce(rtt_ns, 0), answering_at - asked_at) END AS network_ns,
    CASE WHEN response_begun_ns IS NOT NULL
        THEN answering_at - asked_at - least(coalesce(rtt_ns, 0), answering_at - asked_at) END AS server_ns,
    CASE WHEN response_begun_ns IS NOT NULL THEN answered_at - answering_at END AS response_ns
FROM ends
"""


def of_first_requests(connections: str, streams: str, requests: str) -> str:
    """The rows of connections whose number is among `streams`, a query, with what came first in each.

    `connections` is a table with the columns of `tcp_flows` and the addresses of `flows`, `requests` a condition on `number`,
    that of a request or turn within its connection.
    """
    return _SQL.format(
        connections=connections, chosen=f"IN ({streams})", requests=requests, joined="LEFT", failed_lookups=""
    )


_CONNECTIONS = "(SELECT * FROM tcp_flows JOIN (SELECT flow, client_address, server_address FROM flows) USING (flow))"
SQL = _SQL.format(
    connections=_CONNECTIONS, chosen="IS NOT NULL", requests="true", joined="FULL", failed_lookups=_FAILED_LOOKUPS
)

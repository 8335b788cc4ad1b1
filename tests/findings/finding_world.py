"""Small worlds for findings: connections, their ledger and their events, of which a test names only what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

MS = 1_000_000
SECOND = 1_000_000_000

Row = dict[str, Any]

# What a quiet connection looks like; everything else is 0, or not known.
_CONNECTION: Row = {
    "client": "192.0.2.1:40000",
    "server": "198.51.100.1:80",
    "zk_conn_state": "SF",
    "end_reason": "fin",
    "reset_by": None,
    "reset_frame": None,
    "completeness": 31,
    "handshake_ns": 20 * MS,
    "handshake_client_rtt_ns": 0,
    "handshake_server_rtt_ns": 20 * MS,
    "vantage": "client",
    "vantage_confidence": 1.0,
    "duration_ns": 10 * SECOND,
    "last_time_ns": 10 * SECOND,
    "first_frame": 1,
    "last_frame": 1000,
    **{
        f"{end}_{name}": value
        for end in ("client", "server")
        for name, value in (
            *(("packets", 100), ("data_packets", 50), ("payload_bytes", 50_000), ("unique_bytes", 50_000)),
            *(
                ("push_packets", 10),
                ("syn_packets", 1),
                ("ttl_min", 64),
                ("ttl_max", 64),
                ("largest_payload_bytes", 1448),
            ),
            *(("rtt_min_ns", None), ("rtt_p50_ns", None), ("rtt_p95_ns", None), ("timestamp_rtt_min_ns", None)),
            *(("first_data_time_ns", 1 * SECOND), ("last_data_time_ns", 9 * SECOND), ("fin_time_ns", None)),
        )
    },
}


@dataclass
class World:
    """Rows for a test, by table."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> "World":
        """One more row of `table`."""
        self.tables.setdefault(table, []).append(row)
        return self

    def tcp(self, ledger: Row | None = None, *, copies: int = 1, **columns: Any) -> "World":
        """A connection, with its ledger in milliseconds by `category/side`; or several that differ in their number only.

        Text among the columns may hold `{n}`, the number of the stream.
        """
        for _ in range(copies):
            stream = len(self.tables.get("tcp_flows", []))
            given = {
                name: value.format(n=stream) if isinstance(value, str) else value for name, value in columns.items()
            }
            row = _CONNECTION | given | {"flow": stream, "stream": stream}
            self.add("tcp_flows", **row)
            (client_address, client_port), (server_address, server_port) = (
                row[end].rsplit(":", 1) for end in ("client", "server")
            )
            self.add(
                "flows",
                flow=stream,
                stream=stream,
                protocol="tcp",
                client=row["client"],
                server=row["server"],
                client_address=client_address,
                client_port=int(client_port),
                server_address=server_address,
                server_port=int(server_port),
            )
            for key, milliseconds in (ledger or {}).items():
                category, side = key.split("/")
                self.add(
                    "tcp_ledger", stream=stream, category=category, side=side, duration_ns=round(milliseconds * MS)
                )
        return self

    def turns(self, *, answers: Sequence[float] = (), pauses: Sequence[float] = (), **columns: Any) -> "World":
        """Turns of the connection made last, by the milliseconds that the server or the client took for each."""
        stream = len(self.tables["tcp_flows"]) - 1
        for number, (answer, pause) in enumerate(zip_longest(answers, pauses), 1):
            row = {
                "flow": stream,
                "stream": stream,
                "number": number,
                "request_first_frame": 10 * number,
                "response_first_frame": 10 * number + 1,
                "service_time_ns": None if answer is None else round(answer * MS),
                "client_think_ns": None if pause is None else round(pause * MS),
            }
            self.add("turns", **(row | columns))
        return self

    def event(self, kind: str, *, copies: int = 1, **columns: Any) -> "World":
        """An event of the connection made last; or several with the same sequence number."""
        stream = len(self.tables["tcp_flows"]) - 1
        row = {"stream": stream, "direction": "server", "payload_bytes": 1448, "frame_number": 10} | columns
        for _ in range(copies):
            self.add("tcp_events", kind=kind, **row)
        return self

    def lasting(self, seconds: float = 60) -> "World":
        """A capture of that length."""
        return self.add("captures", earliest_time_ns=0, latest_time_ns=round(seconds * SECOND), packets=1000)

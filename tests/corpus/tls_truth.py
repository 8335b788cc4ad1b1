"""Handshakes of TLS in SHARED/lab, whose programs wrote down how long each took them, and what failed.

The capture points of these are at the client, so that what its program waited for is what the capture shows.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import truth

import pcap_analyzer as pa

QUERY = """
    SELECT split_part(client, ':', 2)::INTEGER AS port, version, alert, handshake_ns / 1e6 AS handshake_ms,
           server_compute_ns / 1e6 AS server_ms
    FROM tls_handshakes
"""


def events(path: Path, kind: str) -> list[dict[str, Any]]:
    return [event for event in json.loads(path.read_text())["app_events"] if event["ev"] == kind]


def captures(lab: Path) -> list[Path]:
    """The truths that say something of TLS."""
    return [path for path in sorted(lab.glob("*.truth.json")) if events(path, "tls_ok") or events(path, "tls_failed")]


def checks(path: Path) -> Iterator[tuple[bool, str]]:
    """Whether each thing that the programs wrote down is in the table, and in words what it is."""
    with pa.analyze(path.parent / json.loads(path.read_text())["capture"]["file"]) as analysis:
        rows = {row["port"]: row for row in analysis.rows(QUERY)}
    for event in events(path, "tls_ok"):
        row = rows.get(event["lport"], {})
        told_ms, right = row.get("handshake_ms"), row.get("version", "").replace(" ", "v") == event["version"]
        close = told_ms is not None and truth.is_close(told_ms, 1000 * event["took"])
        yield close and right and row["alert"] is None, f"{event['lport']} took {1000 * event['took']:.0f} ms: {row}"
    for event in events(path, "tls_server_think"):
        told_ms = rows.get(event["cport"], {}).get("server_ms")
        close = told_ms is not None and truth.is_close(told_ms, event["ms"])
        yield close, f"{event['cport']}: the server thought {event['ms']} ms: {told_ms}"
    failed, alerts = len(events(path, "tls_failed")), sum(row["alert"] is not None for row in rows.values())
    yield failed == alerts, f"{failed} handshakes failed, {alerts} with an alert"

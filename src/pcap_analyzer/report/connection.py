"""One connection as the page draws it, long after its capture was read: from tables that were kept."""

from typing import Any

from pcap_analyzer.tables import Tables

from . import deep
from .drawings import PageSection
from .page import events
from .pages import details


def build(data: dict[str, Any], tables: Tables, stream: int) -> PageSection | None:
    """Its chapter from the report's `data`; None for one that the report does not list or whose segments were not kept."""
    flows = [flow for flow in data["flows"] if flow["protocol"] == "tcp" and flow["stream"] == stream]
    kept = tables.row("SELECT count(*) AS segments FROM tcp_segments WHERE stream = $stream", stream=stream)
    if not flows or not kept["segments"]:
        return None
    return details.show(data, flows, deep.read_kept(tables, [stream], events(tables, [stream])))

"""The second pass: the segments of the few connections that a page shows, thinned to what can be drawn.

What was sent again, came out of order or was copied is never thinned out, and neither is what stands near it, as far as
there is room; of everything else the lowest and highest of each step are kept.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcap_analyzer.analysis import Analysis
from pcap_analyzer.errors import UnreadableCaptureError
from pcap_analyzer.tables import Row, Tables

# Beyond so many TCP packets in the capture, or so many in the connections to show, the second pass is too dear.
MOST_PACKETS = 20_000_000
MOST_SEGMENTS = 3_000_000

# Room in one graph: single marks, then steps.
_SINGLE = 700
_STEPS = 240
# So many segments before and after a notable one are near it.
_NEAR = 12
_PANEL_STEPS = 100

# Sequence numbers wrap: each is counted on from the one before it, by the shorter way round.
_STEP = "(({to} - {since}) % 4294967296 + 4294967296 + 2147483648) % 4294967296 - 2147483648"

# Every segment of the chosen streams, once and for all questions below. Sequence numbers count from the first one that
# the sender of the drawn direction used, acknowledgements of its peer from the same.
_SEGMENTS = f"""
    CREATE OR REPLACE TEMP TABLE chosen_segments AS
    WITH chosen AS (
        SELECT stream,
               CASE WHEN client_unique_bytes > server_unique_bytes THEN 'client' ELSE 'server' END AS sender,
               CASE WHEN client_unique_bytes > server_unique_bytes THEN server_window_shift
                    ELSE client_window_shift END AS shift
        FROM tcp_flows
        WHERE stream IN (SELECT unnest(CAST($streams AS BIGINT[])) UNION SELECT stream FROM cited)
    ), raw AS (
        SELECT segments.*, segments.direction = chosen.sender AS forward, chosen.sender, coalesce(shift, 0) AS shift,
               coalesce(payload_bytes, 0) + (flags & 1) + (flags >> 1 & 1) AS length,
               row_number() OVER stream AS place,
               first_value(CASE WHEN segments.direction = chosen.sender THEN seq END IGNORE NULLS) OVER (
                   PARTITION BY stream ORDER BY frame_number ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
               ) AS origin
        FROM shown_segments AS segments JOIN chosen USING (stream)
        WINDOW stream AS (PARTITION BY stream ORDER BY frame_number)
    ), numbered AS (
        SELECT *, CASE WHEN forward THEN seq WHEN flags & 16 <> 0 THEN ack END AS number
        FROM raw
    ), stepped AS (
        SELECT *, {_STEP.format(to="number", since="coalesce(lag(number IGNORE NULLS) OVER way, origin)")} AS step
        FROM numbered
        WINDOW way AS (PARTITION BY stream, forward ORDER BY frame_number)
    )
    SELECT *, CASE WHEN step IS NOT NULL
                   THEN CAST(sum(step) OVER (PARTITION BY stream, forward ORDER BY frame_number) AS BIGINT) END AS low,
           class NOT IN ('new', 'bare') AS notable,
           time_ns - lag(time_ns) OVER (PARTITION BY stream ORDER BY frame_number) AS silence_ns
    FROM stepped
"""  # noqa: S608

_MARKS = """
    WITH spaced AS (
        SELECT *, time_ns - lag(time_ns) OVER way AS pause_ns, row_number() OVER way AS ordinal,
               count(*) OVER (PARTITION BY stream) AS total,
               max(time_ns) OVER (PARTITION BY stream) - min(time_ns) OVER (PARTITION BY stream) AS life_ns
        FROM chosen_segments WHERE forward AND length > 0 AND low IS NOT NULL AND stream IN (SELECT unnest(CAST($streams AS BIGINT[])))
        WINDOW way AS (PARTITION BY stream ORDER BY frame_number)
    ), sent AS (
        SELECT *, low + length AS high,
               count(*) FILTER (pause_ns > life_ns / 100) OVER (PARTITION BY stream ORDER BY frame_number) AS run,
               count(*) FILTER (notable) OVER (
                   PARTITION BY stream ORDER BY frame_number ROWS BETWEEN $near PRECEDING AND $near FOLLOWING
               ) > 0 AS near
        FROM spaced
    ), ranked AS (
        SELECT *, CASE WHEN total <= $single THEN 0 WHEN notable THEN 0
                       WHEN near THEN count(*) FILTER (near) OVER (PARTITION BY stream ORDER BY frame_number)
                       ELSE $single + 1 END AS rank
        FROM sent
    ), grouped AS (
        SELECT *, CASE WHEN rank <= $single THEN frame_number ELSE -1 - ordinal * $steps // total END AS part
        FROM ranked
    )
    SELECT stream, min(frame_number) AS frame, count(*) AS count, min(time_ns) AS start_ns, max(time_ns) AS end_ns,
           min(low) AS low, max(high) AS high, min(class) AS class, max(total) AS total, any_value(sender) AS sender
    FROM grouped GROUP BY stream, part, run ORDER BY stream, frame
"""

# The acknowledgement is the last of its step, the edge of the window its lowest and highest; of selective ones the first
# block of the last, which is the newest (RFC 2018, section 4).
_SACK_EDGE = _STEP.format(to="CAST(split_part(split_part(sack, ',', 1), '-', {part}) AS BIGINT)", since="ack")
_ACKS = f"""
    WITH answered AS (
        SELECT *, CASE WHEN sack <> '' THEN low + {_SACK_EDGE.format(part=1)} END AS sack_low,
               CASE WHEN sack <> '' THEN low + {_SACK_EDGE.format(part=2)} END AS sack_high,
               low + (CASE WHEN flags & 2 <> 0 THEN "window" ELSE "window" << shift END) AS edge,
               row_number() OVER (PARTITION BY stream ORDER BY frame_number) AS ordinal,
               count(*) OVER (PARTITION BY stream) AS total
        FROM chosen_segments
        WHERE NOT forward AND flags & 4 = 0 AND low IS NOT NULL AND stream IN (SELECT unnest(CAST($streams AS BIGINT[])))
    )
    SELECT stream, max(time_ns) AS time_ns, max(low) AS ack, min(edge) AS edge_low, max(edge) AS edge_high,
           max(total) AS total, max(time_ns) FILTER (sack <> '') AS sack_time_ns,
           arg_max(sack_low, frame_number) AS sack_low, arg_max(sack_high, frame_number) AS sack_high
    FROM answered
    GROUP BY stream, ordinal * least($steps, total) // total
    ORDER BY stream, time_ns
"""  # noqa: S608

# A timer can only run out in silence: how long it was before a segment that a timer sent again.
_STALLS = """
    SELECT stream, time_ns - silence_ns AS start_ns, time_ns AS end_ns, class FROM chosen_segments
    WHERE class IN ('retransmission_rto', 'retransmission_tlp', 'retransmission_syn') AND silence_ns > 0
    ORDER BY stream, silence_ns DESC
"""
_ZERO_WINDOWS = """
    SELECT stream, time_ns - duration_ns AS start_ns, time_ns AS end_ns, direction FROM tcp_events
    WHERE kind = 'zero_window' AND duration_ns > 0 AND stream IN (SELECT unnest(CAST($streams AS BIGINT[])))
    ORDER BY stream, duration_ns DESC
"""

_RATES = """
    WITH parts AS (
        SELECT *, min(time_ns) OVER (PARTITION BY stream) AS first_ns,
               greatest(1, -(-(max(time_ns) OVER (PARTITION BY stream) - min(time_ns) OVER (PARTITION BY stream) + 1)
                        // $steps)) AS width_ns
        FROM chosen_segments WHERE stream IN (SELECT unnest(CAST($streams AS BIGINT[])))
    )
    SELECT stream, sender, width_ns, first_ns + (time_ns - first_ns) // width_ns * width_ns AS start_ns,
           CAST(coalesce(sum(payload_bytes) FILTER (forward), 0) AS BIGINT) AS forward_bytes,
           CAST(coalesce(sum(payload_bytes) FILTER (NOT forward), 0) AS BIGINT) AS backward_bytes,
           quantile_disc(ws_ack_rtt_ns, 0.5) FILTER (NOT forward) AS rtt_p50_ns,
           max(ws_ack_rtt_ns) FILTER (NOT forward) AS rtt_max_ns,
           count(ws_ack_rtt_ns) FILTER (NOT forward) AS rtt_samples,
           max(ws_bytes_in_flight) FILTER (forward) AS flight_max_bytes,
           min("window" << shift) FILTER (NOT forward AND flags & 6 = 0) AS window_min_bytes,
           count(*) FILTER (starts_with(class, 'retransmission')) AS retransmitted_packets
    FROM parts GROUP BY ALL ORDER BY stream, start_ns
"""

# The first of the cited frames that are known to belong to TCP connections.
_CITED = """
    CREATE OR REPLACE TEMP TABLE cited AS
    WITH asked AS (
        SELECT unnest(from_json($citations, '[{"key": "VARCHAR", "frame": "BIGINT", "reach": "BIGINT", "most": "BIGINT"}]'),
                      recursive := true)
    ), known AS (
        SELECT frame_number, stream FROM tcp_events
        UNION SELECT unnest([first_frame, last_frame, reset_frame]), stream FROM tcp_flows
        UNION SELECT unnest([request_first_frame, request_last_frame, response_first_frame]), stream FROM turns
        UNION SELECT unnest([request_frame, response_frame]), stream FROM http_transactions
    )
    SELECT key, stream, frame_number, reach FROM asked JOIN known ON frame_number = frame
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY frame_number) <= most
"""
_STREAMS = """
    SELECT stream, client_packets + server_packets AS packets FROM tcp_flows
    WHERE stream IN (SELECT unnest(CAST($streams AS BIGINT[])) UNION SELECT stream FROM cited)
    ORDER BY stream
"""
_RUNGS = """
    WITH placed AS (
        SELECT key, stream, place, frame_number, reach FROM cited JOIN chosen_segments USING (stream, frame_number)
    )
    SELECT key, client, server, segments.frame_number, time_ns, direction, low, coalesce(payload_bytes, 0) AS payload_bytes, flags, forward, class,
           ws_flags, silence_ns, ws_duplicate_ack_number, "window" << shift AS window_bytes, segments.place,
           bool_or(placed.frame_number = segments.frame_number) AS cited
    FROM chosen_segments AS segments JOIN placed USING (stream) JOIN tcp_flows USING (stream)
    WHERE segments.place BETWEEN placed.place - reach AND placed.place + reach
    GROUP BY ALL ORDER BY key, segments.frame_number
"""


@dataclass(frozen=True, slots=True)
class Citation:
    """A frame to show with `reach` segments before and after it; of one `key` no more than `most` that are of TCP."""

    key: str
    frame: int
    reach: int
    most: int


@dataclass(frozen=True, slots=True)
class Segments:
    """What the second pass found: rows by stream, rungs by the key of their citations."""

    marks: dict[int, list[Row]]
    acks: dict[int, list[Row]]
    stalls: dict[int, list[Row]]
    zero_windows: dict[int, list[Row]]
    rates: dict[int, list[Row]]
    rungs: dict[str, list[Row]]


def read(
    analysis: Analysis, data: dict[str, Any], streams: Sequence[int], cited: Sequence[Citation]
) -> Segments | None:
    """Reads the capture again for the segments of `streams` and of the connections that frames are cited of.

    None where it cannot be read twice, has no TCP to show, or is so long that it would take too much time and disk.
    """
    if _packets(data) > MOST_PACKETS or not all(Path(source).is_file() for source in analysis.sources):
        return None
    tables = analysis.tables
    tables.execute(_CITED, **_json(cited))
    shown = tables.rows(_STREAMS, streams=list(streams))
    if not shown or sum(row["packets"] for row in shown) > MOST_SEGMENTS:
        return None
    try:
        analysis.read_segments([row["stream"] for row in shown], name="shown_segments")
    except UnreadableCaptureError:  # it is gone, or no longer what it was
        return None
    return _of_shown(tables, list(streams))


def read_kept(tables: Tables, streams: Sequence[int], cited: Sequence[Citation]) -> Segments:
    """The same from the rows of `tcp_segments`, where those of `streams` were kept."""
    tables.execute(_CITED, **_json(cited))
    tables.execute(
        "CREATE OR REPLACE TEMP VIEW shown_segments AS FROM tcp_segments WHERE stream IN "
        f"({', '.join(str(int(stream)) for stream in streams)})"
    )
    return _of_shown(tables, list(streams))


def _of_shown(tables: Tables, streams: list[int]) -> Segments:
    tables.execute(_SEGMENTS, streams=streams)
    return _read(tables, streams)


def _json(cited: Sequence[Citation]) -> dict[str, str]:
    """One text: as a parameter for each, they would take longer than all queries together."""
    fields = Citation.__slots__
    return {"citations": json.dumps([{name: getattr(each, name) for name in fields} for each in cited])}


def _packets(data: dict[str, Any]) -> int:
    return sum(row["packets"] for row in data["protocols"] if row["path"].endswith(":tcp"))


def _read(tables: Tables, streams: list[int]) -> Segments:
    return Segments(
        marks=_by_stream(tables.rows(_MARKS, streams=streams, near=_NEAR, single=_SINGLE, steps=_STEPS)),
        acks=_by_stream(tables.rows(_ACKS, streams=streams, steps=_STEPS)),
        stalls=_by_stream(tables.rows(_STALLS)),
        zero_windows=_by_stream(tables.rows(_ZERO_WINDOWS, streams=streams)),
        rates=_by_stream(tables.rows(_RATES, streams=streams, steps=_PANEL_STEPS)),
        rungs=_by(tables.rows(_RUNGS), "key"),
    )


def _by_stream(rows: list[Row]) -> dict[int, list[Row]]:
    return _by(rows, "stream")


def _by(rows: list[Row], name: str) -> dict[Any, list[Row]]:
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        parts.setdefault(row[name], []).append(row)
    return parts

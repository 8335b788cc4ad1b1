"""The second pass: numbers that wrap, and thinning that loses nothing that matters."""

import itertools
from collections.abc import Callable
from typing import Any

from pcap_analyzer.report import deep
from pcap_analyzer.tables import Tables

MILLISECOND = 1_000_000
TOP = 2**32


def segment(frame: int, **values: Any) -> dict[str, Any]:
    base = {"frame_number": frame, "time_ns": frame * MILLISECOND, "stream": 0, "direction": "server", "flags": 16}
    return base | {"class": "new" if values.get("payload_bytes") else "bare"} | values


def flow(**values: Any) -> dict[str, Any]:
    return {"stream": 0, "client_unique_bytes": 0, "server_unique_bytes": 10_000, "client_window_shift": 2} | values


def read(tables: Tables) -> deep.Segments:
    tables.execute("CREATE VIEW shown_segments AS SELECT * FROM tcp_segments")
    tables.execute(deep._CITED, **deep._json([]))
    tables.execute(deep._SEGMENTS, streams=[0])
    return deep._read(tables, [0])


def test_sequence_numbers_wrap(tables: Callable[..., Tables]) -> None:
    data = [segment(n, seq=(TOP - 2000 + 1000 * n) % TOP, payload_bytes=1000) for n in range(1, 6)]
    acks = [
        segment(10 + n, seq=0, ack=(TOP - 1000 + 1000 * n) % TOP, direction="client", window=100) for n in range(1, 6)
    ]
    found = read(tables(tcp_flows=[flow()], tcp_segments=data + acks))
    assert [(row["low"], row["high"]) for row in found.marks[0]] == [(1000 * n, 1000 * n + 1000) for n in range(5)]
    assert [row["ack"] for row in found.acks[0]] == [1000 * n + 1000 for n in range(5)]
    assert [row["edge_high"] for row in found.acks[0]] == [1000 * n + 1400 for n in range(5)]


def test_a_sack_that_wraps_keeps_its_place(tables: Callable[..., Tables]) -> None:
    data = [segment(1, seq=TOP - 500, payload_bytes=400)]
    ack = segment(2, direction="client", ack=TOP - 100, window=10, sack=f"{TOP - 50}-50,900-950")
    (row,) = read(tables(tcp_flows=[flow()], tcp_segments=[*data, ack])).acks[0]
    assert (row["ack"], row["sack_low"], row["sack_high"], row["sack_time_ns"]) == (400, 450, 550, 2 * MILLISECOND)


def long_transfer(tables: Callable[..., Tables], repeat: str = "false", late: str = "false") -> Tables:
    """5,000 segments of 100 bytes, one each millisecond; of frame `n` it is said whether it repeats and is late."""
    found = tables(tcp_flows=[flow()])
    found._connection.execute(
        f"""
        INSERT INTO tcp_segments BY NAME
        SELECT n AS frame_number, n * 1000000 + CASE WHEN {late} THEN 10000000000 ELSE 0 END AS time_ns, 0 AS stream,
               'server' AS direction, 16 AS flags, 100 AS payload_bytes, '' AS ws_flags, '' AS sack, 0 AS ack, 0 AS window,
               CASE WHEN {repeat} THEN (n - 3) * 100 ELSE n * 100 END AS seq,
               CASE WHEN {repeat} THEN 'retransmission_rto' ELSE 'new' END AS class
        FROM range(1, 5001) AS frames (n)
        """
    )
    return found


def test_what_was_sent_again_is_never_joined(tables: Callable[..., Tables]) -> None:
    marks = read(long_transfer(tables, repeat="n % 1000 = 500")).marks[0]
    assert len(marks) < 1000
    assert sum(row["count"] for row in marks) == 5000
    assert sum(row["class"] == "retransmission_rto" and row["count"] == 1 for row in marks) == 5
    # Neighbours of a repeat stand by themselves.
    assert all(row["count"] == 1 for row in marks if 490 <= row["frame"] <= 510)


def test_joined_marks_keep_their_lowest_and_highest(tables: Callable[..., Tables]) -> None:
    marks = read(long_transfer(tables)).marks[0]
    assert len(marks) < 1000
    assert (min(row["low"] for row in marks), max(row["high"] for row in marks)) == (0, 500_000)
    assert all(before["high"] == after["low"] for before, after in itertools.pairwise(marks))


def test_nothing_is_joined_over_a_silence(tables: Callable[..., Tables]) -> None:
    marks = read(long_transfer(tables, late="n > 1510")).marks[0]
    assert all(row["end_ns"] - row["start_ns"] < 5000 * MILLISECOND for row in marks)


def test_a_stall_is_the_silence_before_a_timeout(tables: Callable[..., Tables]) -> None:
    data = [
        segment(1, seq=0, payload_bytes=100),
        segment(400, seq=0, payload_bytes=100, **{"class": "retransmission_rto"}),
    ]
    (stall,) = read(tables(tcp_flows=[flow()], tcp_segments=data)).stalls[0]
    assert (stall["start_ns"], stall["end_ns"]) == (MILLISECOND, 400 * MILLISECOND)

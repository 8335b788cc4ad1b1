"""The package as a library."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import pcap_analyzer as pa
from pcap_analyzer import _core


def test_a_capture_becomes_tables(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        assert analysis.rows("SELECT packets FROM captures") == [{"packets": 255}]
        assert analysis.sql("FROM flows").fetchall() == analysis.sql("FROM flows").fetchall()
        assert analysis.table("flows").fetchall() == analysis.sql("FROM flows").fetchall()


@pytest.mark.parametrize("name", [table["name"] for table in _core.catalogue()])
def test_every_table_is_there_with_its_columns(captures: Path, name: str) -> None:
    columns = next(table["columns"] for table in _core.catalogue() if table["name"] == name)
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        relation = analysis.sql(f"FROM {name}")
        assert relation.columns == [column["name"] for column in columns]
        assert [str(kind) for kind in relation.types] == [column["type"] for column in columns]


def test_tables_on_demand_are_filled_when_named(captures: Path) -> None:
    capture = captures / "healthy_dns_web.pcap"
    with pa.analyze(capture) as without, pa.analyze(capture, on_demand=["packets"]) as filled:
        assert without.rows("SELECT count(*) AS n FROM packets") == [{"n": 0}]
        assert filled.rows("SELECT count(*) AS n FROM packets") == [{"n": 255}]


def test_several_captures_are_merged(captures: Path) -> None:
    with pa.analyze(captures / "server_think.pcap", captures / "healthy_dns_web.pcap") as analysis:
        packets = analysis.rows("SELECT packets FROM captures ORDER BY capture")
        assert len(packets) == 2
        assert analysis.rows("SELECT CAST(sum(packets) AS BIGINT) AS n FROM buckets")[0]["n"] == sum(
            row["packets"] for row in packets
        )


def test_what_was_spilled_goes_with_the_analysis(
    captures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        analysis.rows("FROM flows")
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_behind_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(pa.UnreadableCaptureError):
        pa.analyze("missing.pcap")
    assert not list(tmp_path.iterdir())


def test_sql_of_a_library_user_is_closed_off_too(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis, pytest.raises(duckdb.Error):
        analysis.rows("FROM read_csv('/etc/passwd')")


def test_a_file_that_is_no_capture_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.pcap"
    path.write_text("hello, world")
    with pytest.raises(pa.UnreadableCaptureError, match="not a packet capture") as error:
        pa.analyze(path)
    assert str(error.value).count("notes.pcap") == 1


def test_of_several_captures_the_bad_one_is_named(captures: Path, tmp_path: Path) -> None:
    path = tmp_path / "notes.pcap"
    path.write_text("hello, world")
    with pytest.raises(pa.UnreadableCaptureError, match=r"^[^ ]*notes\.pcap: not a packet capture"):
        pa.analyze(captures / "healthy_dns_web.pcap", path)


def test_a_missing_file_is_one_of_our_errors() -> None:
    with pytest.raises(pa.UnreadableCaptureError, match=r"^missing\.pcap: no such file or directory; check the name$"):
        pa.analyze("missing.pcap")


def test_no_capture_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        pa.analyze()


def test_an_empty_capture_is_an_analysis(write_pcap: Callable[..., Path]) -> None:
    with pa.analyze(write_pcap()) as analysis:
        assert analysis.rows("SELECT packets, first_time_ns FROM captures") == [{"packets": 0, "first_time_ns": None}]


def test_segments_of_a_few_connections_are_those_of_all_segments(captures: Path) -> None:
    capture = captures / "syn_loss.pcapng"
    with pa.analyze(capture, on_demand=["tcp_segments"]) as analysis:
        analysis.read_segments([3, 1], name="few")
        wanted = analysis.sql("FROM tcp_segments WHERE stream IN (1, 3) ORDER BY frame_number").fetchall()
        assert wanted
        assert analysis.sql("FROM few ORDER BY frame_number").fetchall() == wanted
        analysis.read_segments([], name="no_segments")
        assert analysis.sql("FROM no_segments").fetchall() == []


def test_round_trips_over_time_are_those_of_the_connections(captures: Path) -> None:
    with pa.analyze(captures / "loss_few_packets.pcapng") as analysis:
        (sums,) = analysis.rows(
            "SELECT CAST(sum(samples) AS BIGINT) AS samples, max(rtt_p95_ns) AS p95 FROM tcp_rtt_buckets"
        )
        (exact,) = analysis.rows(
            "SELECT CAST(sum(client_rtt_samples + server_rtt_samples) AS BIGINT) AS samples,"
            " max(greatest(client_rtt_max_ns, server_rtt_max_ns)) AS most FROM tcp_flows"
        )
    assert sums["samples"] == exact["samples"] > 0
    assert sums["p95"] <= exact["most"] * 1.1


def test_a_small_capture_is_asked_with_one_thread(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        assert analysis.rows("SELECT current_setting('threads') AS threads") == [{"threads": 1}]

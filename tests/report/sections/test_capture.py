"""What a capture is."""

from collections.abc import Callable

from pcap_analyzer.report.model import Facts
from pcap_analyzer.report.sections import capture
from pcap_analyzer.tables import Tables


def file(number: int, **more: object) -> dict[str, object]:
    times = {"earliest_time_ns": number * 10**9, "latest_time_ns": (number + 2) * 10**9}
    return {"capture": number, "format": "pcapng", "compression": None, "packets": 5, "complete": True, **times, **more}


def told(tables: Tables) -> dict[str, str]:
    (facts,) = capture.show({"capture": capture.read(tables)}).blocks
    assert isinstance(facts, Facts)
    return {fact.label: fact.text for fact in facts.items}


def test_several_files_are_added_up(tables: Callable[..., Tables]) -> None:
    some = tables(captures=[file(1), file(3, compression="gzip")])
    read = capture.read(some)
    assert (read["packets"], read["duration_ns"]) == (10, 4 * 10**9)
    assert told(some)["Format"] == "2 files: pcapng, pcapng in gzip, 0 B"


def test_names_of_files_stay_out(tables: Callable[..., Tables]) -> None:
    assert all("name" not in row for row in capture.read(tables(captures=[file(0, name="secret.pcap")]))["files"])


def test_the_start_has_the_digits_of_the_file(tables: Callable[..., Tables]) -> None:
    interface = {"capture": 1, "resolution_ns": 1000, "link_type": "ethernet", "snap_length_bytes": 96}
    facts = told(tables(captures=[file(1)], interfaces=[interface]))
    assert facts["Start"] == "1970-01-01 00:00:01.000000 UTC"
    assert facts["Snap length"] == "96 bytes"
    assert facts["Duration"] == "2.00 s, 0 bit/s on average"


def test_what_the_file_says_of_itself(tables: Callable[..., Tables]) -> None:
    interfaces = [
        {"interface": 0, "name": "eth0", "filter": "port 53", "link_type": "ethernet", "snap_length_bytes": None},
        {"interface": 1, "name": "lo", "filter": None, "link_type": "null", "snap_length_bytes": None},
    ]
    facts = told(tables(captures=[file(0, application="dumpcap", os="Linux")], interfaces=interfaces))
    assert facts["Link types"] == "ethernet, null"
    assert facts["Interfaces"] == "eth0, lo"
    assert facts["Filter"] == "port 53"
    assert facts["Snap length"] == "not limited"
    assert facts["Written by"] == "dumpcap on Linux"

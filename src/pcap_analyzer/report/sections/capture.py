"""What the capture is: files, times, sizes, interfaces."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Fact, Facts, Section
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

_SUMS = (
    "packets",
    "left_out_packets",
    "captured_bytes",
    "wire_bytes",
    "cut_packets",
    "time_backwards_packets",
    "file_bytes",
)


def read(tables: Tables) -> dict[str, Any]:
    """Facts over all files, then those of each file and interface. Names of files depend on the run: not here."""
    files = tables.rows("SELECT * EXCLUDE (name) FROM captures ORDER BY capture")
    interfaces = tables.rows("SELECT * FROM interfaces ORDER BY capture, interface")
    earliest = min((file["earliest_time_ns"] for file in files if file["earliest_time_ns"] is not None), default=None)
    latest = max((file["latest_time_ns"] for file in files if file["latest_time_ns"] is not None), default=None)
    return {
        **{name: sum(file[name] for file in files) for name in _SUMS},
        "earliest_time_ns": earliest,
        "latest_time_ns": latest,
        "duration_ns": None if earliest is None or latest is None else latest - earliest,
        "complete": all(file["complete"] for file in files),
        "files": files,
        "interfaces": interfaces,
    }


def show(data: dict[str, Any]) -> Section:
    """One fact a line."""
    capture = data["capture"]
    items = [
        Fact(say("Format"), _formats(capture["files"])),
        Fact(
            say("Packets"),
            say(
                "{packets}, {size} on the wire",
                packets=plural(capture["packets"], "packet"),
                size=units.size(capture["wire_bytes"]),
            ),
        ),
        *_left_out(capture["left_out_packets"]),
        *_times(capture),
        *_interfaces(capture["interfaces"]),
        *_origin(capture["files"]),
    ]
    return Section("capture", say("Capture"), (Facts(tuple(items)),))


def _formats(files: list[dict[str, Any]]) -> str:
    seen = [_format(file) for file in files]
    size = units.size(sum(file["file_bytes"] for file in files))
    formats = ", ".join(dict.fromkeys(seen))
    if len(files) == 1:
        return say("{formats}, {size}", formats=formats, size=size)
    return say("{files}: {formats}, {size}", files=plural(len(files), "file"), formats=formats, size=size)


def _format(file: dict[str, Any]) -> str:
    if not file["compression"]:
        return str(file["format"])
    return say("{format} in {compression}", format=file["format"], compression=file["compression"])


def _left_out(packets: int) -> list[Fact]:
    if not packets:
        return []
    told = say("{packets} by the filter or span of time asked for", packets=plural(packets, "packet"))
    return [Fact(say("Left out"), told)]


def _times(capture: dict[str, Any]) -> list[Fact]:
    if capture["earliest_time_ns"] is None:
        return []
    # Wireshark shows as many digits as the file keeps, and so do we.
    finest = min((interface["resolution_ns"] for interface in capture["interfaces"]), default=1)
    digits = max(0, 9 - (len(str(finest)) - 1))
    start = units.moment(capture["earliest_time_ns"], digits)
    return [Fact(say("Start"), start), Fact(say("Duration"), _duration(capture))]


def _duration(capture: dict[str, Any]) -> str:
    nanoseconds = capture["duration_ns"]
    if nanoseconds <= 0:
        return say("0 s")
    mean = units.rate(capture["wire_bytes"] * 8 * units.SECOND_NS / nanoseconds)
    return say("{duration}, {rate} on average", duration=units.duration(nanoseconds), rate=mean)


def _interfaces(interfaces: list[dict[str, Any]]) -> list[Fact]:
    links = list(dict.fromkeys(interface["link_type"] for interface in interfaces))
    lengths = sorted({interface["snap_length_bytes"] for interface in interfaces} - {None})
    limit = say(" and ").join(map(units.count, lengths))
    facts = [
        Fact(say("Link type" if len(links) == 1 else "Link types"), ", ".join(links) or say("none")),
        Fact(say("Snap length"), say("{limit} bytes", limit=limit) if lengths else say("not limited")),
    ]
    names = list(dict.fromkeys(interface["name"] for interface in interfaces if interface["name"]))
    if names:
        facts.append(Fact(say("Interface" if len(names) == 1 else "Interfaces"), ", ".join(names)))
    filters = list(dict.fromkeys(interface["filter"] for interface in interfaces if interface["filter"]))
    if filters:
        facts.append(Fact(say("Filter"), "; ".join(filters)))
    return facts


def _origin(files: list[dict[str, Any]]) -> list[Fact]:
    origins = [say(" on ").join(filter(None, (file["application"], file["os"]))) for file in files]
    told = "; ".join(dict.fromkeys(filter(None, origins)))
    return [Fact(say("Written by"), told)] if told else []

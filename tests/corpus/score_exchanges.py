"""Scores requests and their answers (DNS and its relatives, NTP, SNMP, DHCP) against what tshark says.

    score_exchanges.py SHARED [--scores FILE]

For each capture of SHARED, with tshark's answers remembered in .cache/tshark:

- DNS, SNMP: which response is to which request and after how long (dns.response_to, dns.time, snmp.response_to, snmp.time),
  and which requests have no response;
- NTP: the same, from the time stamps that tshark reads: a response repeats that of its request;
- mDNS, LLMNR, NBNS, DHCP: how many messages there are of each kind.

What differs stands in allowed_exchanges.toml with its reason; an entry that no longer applies fails. Exits 1 when a score is
below what it must be.
"""

import argparse
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import scores
import tshark
from scores import Score

import pcap_analyzer as pa
from pcap_analyzer.tables import Tables

Frame = dict[str, list[str]]  # field -> its values in the frame

ALLOWED = Path(__file__).with_name("allowed_exchanges.toml")

# What is compared: facts of one capture, each by itself, with how often it occurs. A fact is text such as "3 answered by 7".
Facts = Counter[str]


@dataclass(frozen=True)
class Protocol:
    """How the facts of a protocol are had from tshark and from us."""

    name: str
    theirs: Callable[[list[Frame]], Facts]
    ours: Callable[[Tables], Facts]


# ---- tshark's -----------------------------------------------------------------------------------------------------


def is_carried(frame: Frame, protocols: Iterable[str]) -> bool:
    """Whether one of the protocols is right in a datagram or a stream, and not quoted by an ICMP error."""
    layers = frame["frame.protocols"][0].split(":")
    place = min((layers.index(name) for name in protocols if name in layers), default=0)
    before = layers[:place]
    return before[-1:] in (["udp"], ["tcp"]) and not {"icmp", "icmpv6"} & set(before)


def nanoseconds(seconds: str) -> int:
    whole, _, part = seconds.partition(".")
    value = abs(int(whole)) * 10**9 + int(part.ljust(9, "0")[:9])
    return -value if seconds.startswith("-") else value


def answered(request: int | str, response: int | str, time_ns: int) -> str:
    return f"{request} answered by {response} after {time_ns} ns"


def unanswered(request: int | str) -> str:
    return f"{request} unanswered"


def dns_of_tshark(frames: list[Frame]) -> Facts:
    """A frame may hold several messages; those with an answer's fields are, in order, the responses that have a query."""
    facts: Facts = Counter()
    queries: Counter[str] = Counter()
    for frame in frames:
        if not is_carried(frame, ["dns"]):
            continue
        number = frame["frame.number"][0]
        repeats = len(frame["dns.retransmit_request_in"])
        queries[number] += max(frame["dns.flags.response"].count("0") - repeats, 0)
        for request, time in zip(frame["dns.response_to"], frame["dns.time"], strict=True):
            facts[answered(request, number, nanoseconds(time))] += 1
            queries[request] -= 1
    facts.update({unanswered(number): count for number, count in queries.items() if count > 0})
    return facts


def snmp_of_tshark(frames: list[Frame]) -> Facts:
    facts: Facts = Counter()
    answers: set[str] = set()
    for frame in frames:
        if is_carried(frame, ["snmp"]) and frame["snmp.response_to"]:
            request = frame["snmp.response_to"][0]
            facts[answered(request, frame["frame.number"][0], nanoseconds(frame["snmp.time"][0]))] += 1
            answers.add(request)
    wanting = {"0", "1", "3", "5", "6"}  # get, get-next, set, get-bulk, inform
    for frame in frames:
        number = frame["frame.number"][0]
        if is_carried(frame, ["snmp"]) and wanting & set(frame["snmp.data"]) and number not in answers:
            facts[unanswered(number)] += 1
    return facts


def ntp_of_tshark(frames: list[Frame]) -> Facts:
    facts: Facts = Counter()
    waiting: dict[tuple[str, ...], tuple[str, int]] = {}
    for frame in frames:
        if not is_carried(frame, ["ntp"]) or not frame["ntp.xmt"]:
            continue
        number, time_ns = frame["frame.number"][0], nanoseconds(frame["frame.time_epoch"][0])
        source, destination = frame["ip.src"] + frame["ipv6.src"], frame["ip.dst"] + frame["ipv6.dst"]
        here, there = (*source, *frame["udp.srcport"]), (*destination, *frame["udp.dstport"])
        if frame["ntp.flags.mode"][0] in ("2", "4"):
            request = waiting.pop((*there, *here, *frame["ntp.org"]), None)
            if request:
                facts[answered(request[0], number, time_ns - request[1])] += 1
        elif frame["ntp.flags.mode"][0] in ("1", "3"):
            waiting[(*here, *there, *frame["ntp.xmt"])] = (number, time_ns)
    facts.update(unanswered(number) for number, _ in waiting.values())
    return facts


def relatives_of_tshark(frames: list[Frame]) -> Facts:
    facts: Facts = Counter()
    for frame in frames:
        name = next((name for name in ("mdns", "llmnr", "nbns") if is_carried(frame, [name])), None)
        if name is None:
            continue
        flags = frame["nbns.flags.response"] if name == "nbns" else frame["dns.flags.response"]
        if name == "mdns":
            facts["mdns questions"] += sum(map(int, frame["dns.count.queries"])) if flags == ["0"] else 0
        else:
            facts[f"{name} queries"] += flags.count("0")
    return +facts


DHCP_KINDS = {"1": "discovers", "2": "offers", "5": "replies", "6": "replies"}


def dhcp_of_tshark(frames: list[Frame]) -> Facts:
    facts: Facts = Counter()
    for frame in frames:
        if is_carried(frame, ["dhcp"]) and frame["dhcp.type"]:
            bootp = "replies" if frame["dhcp.type"] == ["2"] else "requests"
            facts[DHCP_KINDS.get(frame["dhcp.option.dhcp"][0], "requests") if frame["dhcp.option.dhcp"] else bootp] += 1
    return facts


# ---- ours ---------------------------------------------------------------------------------------------------------


def exchanges(tables: Tables, table: str, request: str, where: str = "TRUE") -> Facts:
    """Requests, answered or not; to a notification no answer is wanted."""
    facts: Facts = Counter()
    query = f"""SELECT {request}_frame AS request, response_frame, response_time_ns FROM {table}
                WHERE {where} AND {request}_frame IS NOT NULL AND outcome <> 'notification'"""
    for row in tables.rows(query):
        if row["response_frame"] is None:
            facts[unanswered(row["request"])] += 1
        else:
            facts[answered(row["request"], row["response_frame"], row["response_time_ns"])] += 1
    return facts


def our_relatives(tables: Tables) -> Facts:
    query = """SELECT protocol, sum(queries)::BIGINT AS queries FROM dns_transactions
               WHERE protocol <> 'dns' AND query_frame IS NOT NULL GROUP BY protocol"""
    what = {"mdns": "questions"}
    return Counter(
        {f"{row['protocol']} {what.get(row['protocol'], 'queries')}": row["queries"] for row in tables.rows(query)}
    )


def our_dhcp(tables: Tables) -> Facts:
    query = """SELECT coalesce(sum(discovers), 0)::BIGINT AS discovers, coalesce(sum(offers), 0)::BIGINT AS offers,
                      coalesce(sum(requests + (decline_frame IS NOT NULL)::INT), 0)::BIGINT AS requests,
                      coalesce(sum(responses), 0)::BIGINT AS replies FROM dhcp_transactions"""
    return +Counter(dict(tables.row(query)))


PROTOCOLS = (
    Protocol("DNS", dns_of_tshark, lambda tables: exchanges(tables, "dns_transactions", "query", "protocol = 'dns'")),
    Protocol("SNMP", snmp_of_tshark, lambda tables: exchanges(tables, "snmp_transactions", "request")),
    Protocol("NTP", ntp_of_tshark, lambda tables: exchanges(tables, "ntp_transactions", "request")),
    Protocol("mDNS, LLMNR, NBNS messages", relatives_of_tshark, our_relatives),
    Protocol("DHCP messages", dhcp_of_tshark, our_dhcp),
)
FILTER = "dns or mdns or llmnr or nbns or ntp or snmp or dhcp"
FIELDS = [
    "frame.number",
    "frame.protocols",
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "udp.srcport",
    "udp.dstport",
    "dns.flags.response",
    "dns.response_to",
    "dns.time",
    "dns.retransmit_request_in",
    "dns.count.queries",
    "nbns.flags.response",
    "ntp.flags.mode",
    "ntp.org",
    "ntp.xmt",
    "snmp.data",
    "snmp.response_to",
    "snmp.time",
    "dhcp.type",
    "dhcp.option.dhcp",
]


# ---- comparing ----------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """What one capture gave, by protocol: facts that agree, and those that only one of the two has."""

    capture: Path
    agreeing: Counter[str] = field(default_factory=Counter)
    differing: dict[str, dict[str, int]] = field(default_factory=dict)
    problem: str = ""


def read(capture: Path) -> Reading:
    """Runs in a worker."""
    reading = Reading(capture)
    try:
        with pa.analyze(capture) as analysis:
            frames = [dict(zip(FIELDS, cells, strict=True)) for cells in tshark.fields(capture, FILTER, FIELDS)]
            for protocol in PROTOCOLS:
                compare(reading, protocol.name, protocol.theirs(frames), protocol.ours(analysis.tables))
    except Exception as error:  # whatever it is, it belongs to this capture, and the others count too
        reading.problem = f"FAILED: {type(error).__name__}: {error}"
    return reading


def compare(reading: Reading, name: str, theirs: Facts, ours: Facts) -> None:
    both = theirs & ours
    reading.agreeing[name] += both.total()
    differing = {f"tshark: {fact}": count for fact, count in (theirs - both).items()}
    differing |= {f"ours: {fact}": count for fact, count in (ours - both).items()}
    if differing:
        reading.differing[name] = differing


@dataclass
class Allowed:
    """What may differ in one capture and protocol: these facts, or so many that are not listed."""

    facts: set[str] = field(default_factory=set)
    count: int | None = None


def read_allowed(text: str) -> dict[tuple[str, str], Allowed]:
    """By capture and protocol."""
    allowed: dict[tuple[str, str], Allowed] = {}
    for entry in tomllib.loads(text).get("differs", []):
        if not entry.get("reason", "").strip():
            raise SystemExit(f"{ALLOWED.name}: no reason for {entry['capture']}")
        allowed[entry["capture"], entry["protocol"]] = Allowed(set(entry.get("facts", ())), entry.get("count"))
    return allowed


def judge(readings: list[Reading], allowed: dict[tuple[str, str], Allowed]) -> Iterator[str]:
    """What differs and may not, and permissions that nobody needs."""
    used = set()
    for reading in readings:
        name = reading.capture.name
        if reading.problem:
            yield f"{name}: {reading.problem}"
        for protocol in PROTOCOLS:
            may = allowed.get((name, protocol.name), Allowed())
            used.add((name, protocol.name))
            yield from (
                f"{name} {protocol.name}: {what}" for what in unlike(reading.differing.get(protocol.name, {}), may)
            )
    for name, protocol_name in sorted(allowed.keys() - used):
        yield f"{name} {protocol_name} is not there: remove it from {ALLOWED.name}"


def unlike(seen: dict[str, int], may: Allowed) -> Iterator[str]:
    if may.count is not None:
        if sum(seen.values()) != may.count:
            yield f"{sum(seen.values())} facts differ, not {may.count}"
        return
    yield from sorted(seen.keys() - may.facts)
    yield from (f"no longer differs, remove {fact!r}" for fact in sorted(may.facts - seen.keys()))


def score(name: str, readings: list[Reading], holds: bool) -> Score:
    agreeing = sum(reading.agreeing[name] for reading in readings)
    differing = sum(sum(reading.differing.get(name, {}).values()) for reading in readings)
    captures = sum(name in reading.differing for reading in readings)
    share = agreeing / max(agreeing + differing, 1)
    got = f"{agreeing} of {agreeing + differing} = {share:.2%}, {captures} captures differ"
    return Score(f"{name}: tshark", got, "each difference listed", holds and agreeing > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--scores", type=Path, help="add the scores to this file and do not print them")
    options = parser.parse_args()

    captures = [path for path in sorted((options.shared / "captures").iterdir()) if path.is_file()]
    captures += sorted((options.shared / "lab").glob("*.pcap*")) + sorted((options.shared / "perf").glob("*.pcap"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        readings = list(pool.map(read, captures))
    wrong = list(judge(readings, read_allowed(ALLOWED.read_text())))
    for line in wrong:
        print("NOT ALLOWED:", line)
    results = [score(protocol.name, readings, not wrong) for protocol in PROTOCOLS]
    for result in results:
        if options.scores:
            scores.add(options.scores, result)
    if not options.scores:
        print(scores.table(results))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

"""The score of TLS can fail."""

from collections import Counter
from pathlib import Path

import score_tls as score

from pcap_analyzer.tables import Tables


class Told(Tables):
    """Tables that say what a test wants."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self._told = rows

    def rows(self, query: str, **parameters: object) -> list[dict[str, object]]:
        return self._told


def frame(stream: str, **values: list[str]) -> dict[str, list[str]]:
    names = {name: list[str]() for name in score.FIELDS}
    given = {name.replace("__", "."): value for name, value in values.items()}
    return names | {"frame.protocols": ["eth:ip:tcp:tls"], "tcp.stream": [stream], "frame.number": ["7"]} | given


def test_facts_of_both_have_the_same_words() -> None:
    frames = [
        frame("3", tls__handshake__type=["1"], tls__handshake__extensions_server_name=["a.example"]),
        frame("3", tls__handshake__type=["2"], tls__handshake__version=["0x0303"]),
        frame("3", tls__alert_message__desc=["48"]),
    ]
    row = {"stream": 3, "client_hellos": 1, "server_hellos": 1, "name": "a.example", "version": "TLS 1.2", "alerts": 1}
    theirs, ours = score.handshakes("tcp", "tls")(frames), score.our_handshakes("tcp")(Told([row]))
    assert theirs == ours
    assert theirs.total() == 5


def reading(theirs: list[str], ours: list[str]) -> score.Reading:
    one = score.Reading(Path("a.pcap"))
    score.compare(one, "TLS", Counter(theirs), Counter(ours))
    return one


def test_a_difference_must_be_listed() -> None:
    different = reading(["x", "y"], ["y", "z"])
    assert different.agreeing["TLS"] == 1
    assert list(score.judge([different], {})) == ["a.pcap TLS: ours: z", "a.pcap TLS: tshark: x"]
    listed = {("a.pcap", "TLS"): {"ours: z", "tshark: x"}}
    assert list(score.judge([different], listed)) == []
    assert list(score.judge([reading(["y"], ["y"])], listed)) == [
        "a.pcap TLS: no longer differs, remove 'ours: z'",
        "a.pcap TLS: no longer differs, remove 'tshark: x'",
    ]

"""What is said, and said again in another language."""

import pickle

import pytest

from pcap_analyzer.i18n import of_environment, say, speaking, told
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration, latency, share, size, span


def test_what_was_said_is_said_again_in_another_language_with_its_values() -> None:
    title = say(
        "{server} ignores new connections: {connections} had to ask again, which cost {cost}",
        server="192.0.2.1:80",
        connections=plural(1, "connection"),
        cost=duration(1_240_000_000),
    )
    assert title == "192.0.2.1:80 ignores new connections: 1 connection had to ask again, which cost 1.24 s"
    with speaking("fr"):
        assert told(title) == (
            "192.0.2.1:80 ignore de nouvelles connexions\u00a0: 1 connexion a dû redemander, ce qui a coûté 1,24\u202fs"
        )
    assert told(title) == title


def test_a_sentence_within_a_sentence_is_said_again_too() -> None:
    inner = say("{found} of {checks} found something wrong", found=count(2), checks=plural(7, "check"))
    outer = say("{label}: {text}", label="x", text=inner)
    with speaking("fr"):
        assert told(outer) == "x\u00a0: 2 sur 7 contrôles ont trouvé une anomalie"


def test_it_survives_the_way_to_another_process() -> None:
    title = pickle.loads(pickle.dumps(say("{path} {capture}.", path="a", capture=duration(1_000))))
    assert title == "a 1.00 µs."
    with speaking("fr"):
        assert told(title) == "a 1,00\u202fµs."


def test_text_from_elsewhere_is_never_taken_for_a_template() -> None:
    hostile = "{0.__class__} {label}"
    with speaking("fr"):
        assert told(say("{label}: {text}", label=hostile, text="%s")) == f"{hostile}\u00a0: %s"


def test_a_choice_of_words_needs_a_number() -> None:
    with pytest.raises(ValueError, match="format"):
        say("{text:is|are}", text="many")


@pytest.mark.parametrize(
    ("english", "french", "write"),
    [
        ("14,576", "14\u202f576", lambda: count(14_576)),
        ("241 kB", "241\u202fko", lambda: size(241_000)),
        ("999 B", "999\u202fo", lambda: size(999)),
        ("31.2 %", "31,2\u202f%", lambda: share(0.312)),
        ("<0.1 %", "<0,1\u202f%", lambda: share(0.0001)),
        ("1,240 ms", "1\u202f240\u202fms", lambda: latency(1_240_000_000)),
        ("2 min 05 s", "2\u202fmin 05\u202fs", lambda: duration(125_000_000_000)),
        ("4 d 06 h", "4\u202fj 06\u202fh", lambda: duration(102 * 3_600_000_000_000)),
        ("2 ms", "2\u202fms", lambda: span(2_000_000)),
        ("0 packets", "0 paquet", lambda: plural(0, "packet")),
        ("1,204 packets", "1\u202f204 paquets", lambda: plural(1204, "packet")),
    ],
)
def test_numbers_are_written_as_each_language_does(english: str, french: str, write: object) -> None:
    assert callable(write)
    assert write() == english
    with speaking("fr"):
        assert write() == french
        assert told(write()) == french


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_environment_chooses_a_language_of_ours(environment: dict[str, str], language: str) -> None:
    assert of_environment(environment) == language

"""Names of report files."""

import pytest

from pcap_analyzer.cli.reports import _stem


@pytest.mark.parametrize(
    ("sources", "stem"),
    [
        (["/data/slow.pcap"], "slow"),
        (["slow.pcapng.gz"], "slow"),
        (["-"], "stdin"),
        (["a.pcap", "b.pcap", "c.pcap"], "a+2"),
        (["../x y\x1b/..evil name.cap"], "evil_name"),
        (["été.pcap"], "été"),
        (["x" * 300 + ".pcap"], "x" * 100),
        ([".pcap"], "pcap"),
    ],
)
def test_the_name_is_that_of_the_capture(sources: list[str], stem: str) -> None:
    assert _stem(sources) == stem

"""Errors of files in one line."""

import errno

from pcap_analyzer.errors import describe_os_error


def test_the_line_says_what_where_and_what_to_do() -> None:
    assert (
        describe_os_error(OSError(errno.ENOENT, "…"), "a.pcap") == "a.pcap: no such file or directory; check the name"
    )


def test_an_error_without_advice_is_still_told() -> None:
    assert describe_os_error(OSError(errno.EIO, "…"), "a.pcap") == "a.pcap: input/output error"
    assert describe_os_error(OSError("Odd"), "a.pcap") == "a.pcap: odd"

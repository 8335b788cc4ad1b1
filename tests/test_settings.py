"""Sizes as people write them."""

import pytest

from pcap_analyzer.errors import SettingError
from pcap_analyzer.settings import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64M", 64 << 20),
        ("1G", 1 << 30),
        ("1.5g", 3 << 29),
        ("512MiB", 512 << 20),
        ("500MB", 500_000_000),
        ("4096", 4096),
        ("8 k", 8192),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1X", "1 2", "nan", "1e3"])
def test_what_is_no_size_is_an_error(text: str) -> None:
    with pytest.raises(SettingError, match="is not a size"):
        parse_size(text)

"""The comparison of facts, and reading tshark's table of streams."""

from agreement import Facts, Found, read_allowed, score, wrong
from score_rtp import streams_in

ALLOWED = read_allowed('[[allowed]]\ncapture = "a.pcap"\nfacts = "pairs"\nextra = 1\nreason = "…"\n')

TABLE = """
========================= RTP Streams ========================
   Start time      End time     Src IP addr  Port    Dest IP addr  Port       SSRC          Payload  Pkts         Lost   Min …
     1.796448      8.667984       10.1.6.18  2006     2001:db8::1  5000 0xF3CB2001 g711A, RTPType-99   229    -1 (-0.4%)           3.454          30.138          86.119          -1.000           2.659           7.344 X
    89.240203     94.255874    localhost ()     1 00:16:41:57:00:ca (LAPTOP)     1 0x00000001              SBC   217     0 (0.0%)          16.638          23.221          29.739           6.436          97.500         104.853
==============================================================
"""


def test_a_difference_must_be_allowed_exactly() -> None:
    cases: list[tuple[Facts, bool]] = [(set(), False), ({1}, True), ({1, 2}, False)]
    for extra, fine in cases:
        assert (wrong([Found("a.pcap", "pairs", 3, set(), extra)], ALLOWED) == []) is fine
    assert wrong([Found("b.pcap", "pairs", 3, {1}, set()), Found("a.pcap", "pairs", 0, set(), {1})], ALLOWED)
    assert wrong([], ALLOWED), "what is allowed must be there"


def test_a_score_says_what_agrees_and_what_is_explained() -> None:
    found = [Found("a.pcap", "pairs", 3, set(), {1}), Found("a.pcap", "others", 0)]
    assert score("pairs", found, ALLOWED).got == "3 of 4 = 75.00%, 1 explained"
    assert score("pairs", found, ALLOWED).holds
    assert not score("others", found, ALLOWED).holds, "nothing was compared"


def test_streams_are_read_from_the_table() -> None:
    ends = ("10.1.6.18:2006", "[2001:db8::1]:5000")
    assert streams_in(TABLE) == {(*ends, 0xF3CB2001, 229, -1, 3454, 30138, 86119, 0, 2659, 7344)}

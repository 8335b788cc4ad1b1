"""The scorer itself: what it takes for the same, and what it refuses to allow."""

from score_captures import Capture, compare_conversations, conversation, expected, judge

A, B = ("192.0.2.1", 40000), ("192.0.2.2", 80)


def test_a_conversation_is_the_same_whichever_end_comes_first() -> None:
    assert conversation(A, B, (3, 300), (2, 200)) == conversation(B, A, (2, 200), (3, 300))


def test_counts_in_the_other_direction_are_another_conversation() -> None:
    capture = Capture("x.pcap")
    compare_conversations(
        capture, "tcp", [conversation(A, B, (3, 300), (2, 200))], [conversation(A, B, (2, 200), (3, 300))]
    )
    assert len(capture.differences) == 2


def test_packets_are_taken_from_one_pass_where_two_passes_differ() -> None:
    told = {
        "same_frames_as_tshark_z_conv": False,
        "tcp": [["192.0.2.1", "40000", "192.0.2.2", "80", 4, 400, 2, 200, 0.0, 1.0]],
        "tshark_z_conv": {"tcp": [["192.0.2.1:40000", "192.0.2.2:80", 2, 3, 5]]},
    }
    want = expected({"conversations": told}, "tcp")
    capture = Capture("x.pcap")
    compare_conversations(capture, "tcp", want, [conversation(A, B, (3, 300), (2, 200))])
    assert capture.differences == []


def test_a_difference_needs_permission_and_a_permission_needs_a_difference() -> None:
    differing, fine = Capture("a.pcap"), Capture("b.pcap", {"packets"})
    differing.differs("packets", "packets: want 1, have 2")
    lines = list(judge([differing, fine], {"b.pcap": {"packets"}, "c.pcap": {"packets"}}))
    assert [line.split()[0] for line in lines] == ["a.pcap", "b.pcap", "c.pcap"]
    differing.allowed = {"packets"}
    assert list(judge([differing], {"a.pcap": {"packets"}})) == []

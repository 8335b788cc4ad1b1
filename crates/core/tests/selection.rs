//! Frames that a filter or a span of time takes, against frames written down by hand.

mod support;

use pcap_analyzer_core::{Moment, Options, Selection};
use support::{ACK, SYN, analyze_with, ipv4, ipv4_fragment, pcap, tcp, udp};

/// Numbers of the frames that are taken.
fn taken(selection: Selection) -> Vec<i64> {
    let fragmented = udp((40_001, 53), &[7; 32]);
    let capture = pcap(&[
        (0, ipv4(1, 2, 6, &tcp((40_000, 80), 100, 0, SYN, b""))),
        (1_000, ipv4(2, 1, 6, &tcp((80, 40_000), 500, 101, SYN | ACK, b""))),
        (2_000, ipv4(1, 3, 17, &udp((40_000, 53), b"question"))),
        (3_000, ipv4(3, 1, 1, &[8, 0, 0, 0, 0, 1, 0, 1])),
        (4_000, ipv4_fragment(1, 3, 17, 9, 0x2000, &fragmented[..24])),
        (5_000, ipv4_fragment(1, 3, 17, 9, 3, &fragmented[24..])),
    ]);
    let options = Options { on_demand: vec!["packets".to_owned()], selection, ..Options::default() };
    let tables = analyze_with(&capture, &options);
    let numbers = tables.integers("packets", "frame_number");
    assert_eq!(tables.integers("captures", "packets"), [numbers.len() as i64]);
    assert_eq!(tables.integers("captures", "left_out_packets"), [6 - numbers.len() as i64]);
    numbers
}

fn matching(filter: &str) -> Vec<i64> {
    taken(Selection::matching(filter).unwrap())
}

#[test]
fn a_filter_takes_what_tcpdump_would() {
    assert_eq!(matching("tcp"), [1, 2]);
    assert_eq!(matching("src host 10.0.0.2"), [2]);
    assert_eq!(matching("host 10.0.0.3 and not icmp"), [3, 5, 6]);
    assert_eq!(matching("tcp dst port 80 or proto 1"), [1, 4]);
    assert_eq!(matching("net 10.0.0.2/31 and portrange 50-60"), [3, 5, 6]);
    assert_eq!(matching("ip6 or vlan or arp"), [0_i64; 0]);
    assert_eq!(matching("!(udp port 53) && ip"), [1, 2, 4]);
}

#[test]
fn the_fragments_of_a_datagram_stay_together() {
    assert_eq!(matching("src port 40001"), [5, 6]);
}

#[test]
fn a_span_of_time_includes_its_beginning_and_not_its_end() {
    let span = |since, until| taken(Selection::default().between(since, until));
    assert_eq!(span(Some(Moment::After(1_000_000)), Some(Moment::After(3_000_000))), [2, 3]);
    assert_eq!(span(Some(Moment::After(4_000_001)), None), [6]);
    assert_eq!(span(None, Some(Moment::At(i64::MIN))), [0_i64; 0]);
}

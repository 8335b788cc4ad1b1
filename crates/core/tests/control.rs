//! ICMP, ARP, neighbour discovery and fragments, from end to end.

mod support;

use pcap_analyzer_core::Options;
use support::{ACK, Collect, SYN, analyze, analyze_with, ipv4, ipv4_fragment, pcap, tcp, udp};

const MS: u64 = 1000; // times of frames are in microseconds

/// A message of ICMP with a true checksum.
fn icmp(kind: u8, code: u8, rest: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut message = [&[kind, code, 0, 0][..], &rest, body].concat();
    let words = message.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}

fn echo(kind: u8, sequence: u8) -> Vec<u8> {
    icmp(kind, 0, [0x12, 0x34, 0, sequence], b"abcdefgh")
}

/// An error of 10.0.0.`from` about a packet whose frame is given.
fn error(from: u8, to: u8, kind: u8, code: u8, rest: [u8; 4], about: &[u8], quoted_bytes: usize) -> Vec<u8> {
    ipv4(from, to, 1, &icmp(kind, code, rest, &about[14..14 + quoted_bytes]))
}

fn frame_of(tables: &Collect, column: &str) -> Vec<i64> {
    let mut rows: Vec<(i64, i64)> = tables
        .integers("icmp_messages", "frame_number")
        .into_iter()
        .zip(tables.integers("icmp_messages", column))
        .collect();
    rows.sort_unstable();
    rows.into_iter().map(|row| row.1).collect()
}

#[test]
fn an_echo_reply_answers_the_latest_request_that_is_like_it() {
    let tables = analyze(&pcap(&[
        (0, ipv4(1, 2, 1, &echo(8, 1))),
        (24 * MS, ipv4(2, 1, 1, &echo(0, 1))),
        (25 * MS, ipv4(2, 1, 1, &echo(0, 1))),  // a copy
        (100 * MS, ipv4(1, 2, 1, &echo(8, 2))), // lost, and sent again
        (200 * MS, ipv4(1, 2, 1, &echo(8, 2))),
        (201 * MS, ipv4(3, 1, 1, &echo(0, 2))), // of another host
        (210 * MS, ipv4(2, 1, 1, &echo(0, 2))),
        (300 * MS, ipv4(1, 2, 1, &echo(8, 3))),
    ]));
    assert_eq!(frame_of(&tables, "request_frame"), [-1, 1, -1, -1, -1, -1, 5, -1]);
    assert_eq!(frame_of(&tables, "response_frame"), [2, -1, -1, -1, 7, -1, -1, -1]);
    assert_eq!(frame_of(&tables, "response_time_ns"), [-1, 24_000_000, -1, -1, -1, -1, 10_000_000, -1]);
    assert_eq!(frame_of(&tables, "duplicate_of_frame"), [-1, -1, 2, -1, 4, -1, -1, -1]);
    assert_eq!(frame_of(&tables, "repeated_frame"), [-1, -1, -1, 5, -1, -1, -1, -1]);
    assert_eq!(frame_of(&tables, "sequence"), [1, 1, 1, 2, 2, 2, 2, 3]);
    assert_eq!(frame_of(&tables, "flow"), [0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn an_error_is_tied_to_the_flow_that_it_quotes() {
    let data = ipv4(2, 1, 6, &tcp((80, 40_000), 7_000, 1, ACK, &[0; 1200]));
    let query = ipv4(1, 3, 17, &udp((50_000, 53), b"query"));
    let tables = analyze(&pcap(&[
        (0, ipv4(1, 2, 6, &tcp((40_000, 80), 100, 0, SYN, b""))),
        (10, data.clone()),
        (20, error(9, 2, 3, 4, [0, 0, 0x05, 0x78], &data, 28)), // RFC 792: 8 bytes of the payload
        (30, query.clone()),
        (40, error(3, 1, 3, 3, [0; 4], &query, 33)),
        (50, error(9, 1, 3, 1, [0; 4], &ipv4(1, 7, 6, &tcp((41_000, 80), 5, 0, SYN, b"")), 40)),
    ]));
    let texts = |column| tables.texts("icmp_messages", column);
    assert_eq!(texts("code_name"), ["fragmentation_needed", "port_unreachable", "host_unreachable"]);
    assert_eq!(tables.integers("icmp_messages", "mtu_bytes"), [1400, -1, -1]);
    assert_eq!(tables.integers("icmp_messages", "quoted_flow"), [0, 2, -1], "no packet of the last one was captured");
    assert_eq!(tables.integers("icmp_messages", "quoted_stream"), [0, 0, -1]);
    assert_eq!(texts("quoted_source"), ["10.0.0.2:80", "10.0.0.1:50000", "10.0.0.1:41000"]);
    assert_eq!(texts("quoted_protocol"), ["tcp", "udp", "tcp"]);
    assert_eq!(tables.integers("icmp_messages", "quoted_sequence"), [7_000, -1, 5]);
    assert_eq!(tables.integers("icmp_messages", "quoted_bytes"), [1240, 33, 40]);
}

/// A routing loop: two routers throw packets back and forth until each packet's time to live is used up.
#[test]
fn a_routing_loop_shows_as_many_packets_whose_time_is_exceeded() {
    let mut frames = Vec::new();
    for number in 0..20_u16 {
        let at = u64::from(number) * 100 * MS;
        let mut segment = ipv4(1, 2, 6, &tcp((40_000 + number % 4, 80), 9, 0, SYN, b""));
        segment[14 + 4..14 + 6].copy_from_slice(&number.to_be_bytes());
        frames.push((at, segment.clone()));
        frames.push((at + 30 * MS, error(8 + (number % 2) as u8, 1, 11, 0, [0; 4], &segment, 40)));
    }
    let tables = analyze(&pcap(&frames));
    assert_eq!(tables.texts("icmp_messages", "code_name"), ["ttl_exceeded"; 20]);
    let ids: std::collections::BTreeSet<_> = tables.integers("icmp_messages", "quoted_ip_id").into_iter().collect();
    assert_eq!(ids.len(), 20, "each is about another packet");
    let routers: std::collections::BTreeSet<_> = tables.texts("icmp_messages", "source").into_iter().collect();
    assert_eq!(routers.len(), 2);
    let mut quoted = tables.integers("icmp_messages", "quoted_flow");
    quoted.truncate(4);
    assert_eq!(quoted, [0, 2, 4, 5], "between them are the flows of the routers");
}

#[test]
fn an_error_about_an_echo_request_names_it() {
    let request = ipv4(1, 2, 1, &echo(8, 1));
    let tables = analyze(&pcap(&[(0, request.clone()), (5 * MS, error(9, 1, 11, 0, [0; 4], &request, 36))]));
    assert_eq!(frame_of(&tables, "error_frame"), [2, -1]);
    assert_eq!(frame_of(&tables, "quoted_frame"), [-1, 1]);
    assert_eq!(frame_of(&tables, "quoted_sequence"), [-1, 1]);
}

#[test]
fn a_redirect_names_the_better_hop() {
    let about = ipv4(1, 2, 17, &udp((50_000, 53), b"query"));
    let tables = analyze(&pcap(&[(0, error(9, 1, 5, 1, [10, 0, 0, 8], &about, 28))]));
    assert_eq!(tables.texts("icmp_messages", "type_name"), ["redirect"]);
    assert_eq!(tables.texts("icmp_messages", "code_name"), ["host"]);
    assert_eq!(tables.texts("icmp_messages", "gateway"), ["10.0.0.8"]);
}

/// A frame with a message of ARP from 02:…:`mac`.
fn arp(operation: u8, mac: u8, sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let mac = [2, 0, 0, 0, 0, mac];
    [&[0xff; 6][..], &mac, &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation], &mac, &sender, &[0; 6], &target].concat()
}

const ONE: [u8; 4] = [10, 0, 0, 1];
const TWO: [u8; 4] = [10, 0, 0, 2];

#[test]
fn an_address_is_asked_for_until_it_is_told() {
    let tables = analyze(&pcap(&[
        (0, arp(1, 1, ONE, TWO)),
        (1000 * MS, arp(1, 1, ONE, TWO)),
        (1003 * MS, arp(2, 2, TWO, ONE)),
        (1500 * MS, arp(1, 1, ONE, [10, 0, 0, 9])),
        (2500 * MS, arp(1, 1, ONE, [10, 0, 0, 9])),
        (9000 * MS, arp(1, 1, ONE, [10, 0, 0, 9])),
    ]));
    assert_eq!(tables.texts("arp_exchanges", "kind"), ["request"; 3]);
    assert_eq!(tables.texts("arp_exchanges", "target"), ["10.0.0.2", "10.0.0.9", "10.0.0.9"]);
    assert_eq!(tables.integers("arp_exchanges", "requests"), [2, 2, 1]);
    assert_eq!(tables.integers("arp_exchanges", "response_frame"), [3, -1, -1]);
    assert_eq!(tables.integers("arp_exchanges", "response_time_ns"), [1_003_000_000, -1, -1]);
    assert_eq!(tables.integers("arp_exchanges", "response_after_repeat_ns"), [3_000_000, -1, -1]);
    assert_eq!(tables.texts("arp_exchanges", "response_hardware"), ["02:00:00:00:00:02", "", ""]);
}

#[test]
fn two_that_answer_for_one_address_are_told() {
    let tables = analyze(&pcap(&[
        (0, arp(1, 1, ONE, TWO)),
        (MS, arp(2, 2, TWO, ONE)),
        (2 * MS, arp(2, 3, TWO, ONE)),
        (5000 * MS, arp(2, 4, ONE, TWO)), // nobody asked
    ]));
    assert_eq!(tables.texts("arp_exchanges", "kind"), ["request", "unsolicited"]);
    assert_eq!(tables.integers("arp_exchanges", "responses"), [2, 1]);
    assert_eq!(tables.integers("arp_exchanges", "responders"), [2, 1]);
    assert_eq!(tables.integers("arp_exchanges", "conflicts"), [1, 1]);
    assert_eq!(tables.texts("arp_exchanges", "other_hardware"), ["02:00:00:00:00:02", "02:00:00:00:00:01"]);
    assert_eq!(tables.integers("arp_exchanges", "other_frame"), [2, 1]);
    assert_eq!(tables.texts("arp_exchanges", "other_address"), ["10.0.0.2", "10.0.0.1"]);
}

#[test]
fn probes_and_announcements_are_no_requests() {
    let tables = analyze(&pcap(&[
        (0, arp(1, 1, [0; 4], TWO)),
        (1000 * MS, arp(1, 1, [0; 4], TWO)),
        (3000 * MS, arp(1, 1, TWO, TWO)),
        (4000 * MS, arp(2, 1, TWO, TWO)),
        (60_000 * MS, arp(1, 5, [0; 4], TWO)),
        (60_001 * MS, arp(2, 1, TWO, [0; 4])),
    ]));
    assert_eq!(tables.texts("arp_exchanges", "kind"), ["announcement", "announcement", "probe", "probe"]);
    assert_eq!(tables.integers("arp_exchanges", "first_frame"), [3, 4, 1, 5]);
    assert_eq!(tables.integers("arp_exchanges", "requests"), [1, 0, 2, 1]);
    assert_eq!(tables.integers("arp_exchanges", "responses"), [0, 1, 0, 1]);
    assert_eq!(tables.integers("arp_exchanges", "conflicts").iter().sum::<i64>(), 0);
}

/// An IPv6 packet with a message of ICMPv6 from fe80::`from`.
fn icmpv6(from: u8, to: [u8; 16], message: &[u8]) -> Vec<u8> {
    let mut source = [0; 16];
    (source[0], source[1], source[15]) = if from == 0 { (0, 0, 0) } else { (0xfe, 0x80, from) };
    let length = u16::try_from(message.len()).expect("short").to_be_bytes();
    let header = [&[0x60, 0, 0, 0][..], &length, &[58, 255], &source, &to].concat();
    [&[2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, from, 0x86, 0xdd][..], &header, message].concat()
}

#[test]
fn neighbours_are_found_by_solicitation() {
    let address = |last| [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let solicit = [&[135, 0, 0, 0, 0, 0, 0, 0][..], &address(2), &[1, 1, 2, 0, 0, 0, 0, 1]].concat();
    let advertise = |flags| [&[136, 0, 0, 0, flags, 0, 0, 0][..], &address(2), &[2, 1, 2, 0, 0, 0, 0, 2]].concat();
    let all_nodes = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let tables = analyze(&pcap(&[
        (0, icmpv6(1, address(2), &solicit)),
        (3 * MS, icmpv6(2, address(1), &advertise(0x60))),
        (5000 * MS, icmpv6(0, all_nodes, &solicit[..24])), // another host wants the address
        (5001 * MS, icmpv6(2, all_nodes, &advertise(0x20))),
        (9000 * MS, icmpv6(2, all_nodes, &advertise(0x20))),
    ]));
    assert_eq!(tables.texts("ndp_exchanges", "kind"), ["request", "probe", "announcement"]);
    assert_eq!(tables.texts("ndp_exchanges", "target"), ["fe80::2"; 3]);
    assert_eq!(tables.integers("ndp_exchanges", "response_time_ns"), [3_000_000, 1_000_000, -1]);
    assert_eq!(tables.texts("ndp_exchanges", "sender_hardware")[0], "02:00:00:00:00:01");
    assert_eq!(tables.rows("icmp_messages"), 5);
    assert_eq!(tables.rows("arp_exchanges"), 0);
}

/// `count` fragments of 8 bytes of the payload of a datagram; the last one says that it is.
fn fragments(id: u16, count: u16) -> Vec<Vec<u8>> {
    let datagram = udp((5000, 53), &vec![7; usize::from(count) * 24 - 8]);
    let parts = datagram.chunks(24).enumerate();
    parts
        .map(|(at, part)| {
            let more = if at + 1 < usize::from(count) { 0x2000 } else { 0 };
            ipv4_fragment(1, 2, 17, id, more | (at * 3) as u16, part)
        })
        .collect()
}

#[test]
fn a_datagram_is_complete_with_its_last_fragment() {
    let parts = fragments(9, 3);
    let frames = [(0, &parts[2]), (10, &parts[0]), (20, &parts[0]), (30, &parts[1]), (40, &parts[1])];
    let tables = analyze(&pcap(&frames.map(|(at, frame)| (at, frame.clone()))));
    let number = |column| tables.integers("ip_fragments", column)[0];
    assert_eq!(tables.texts("ip_fragments", "state"), ["complete"]);
    assert_eq!(tables.texts("ip_fragments", "source"), ["10.0.0.1:5000"]);
    assert_eq!((number("fragments"), number("duplicate_fragments"), number("reordered_fragments")), (5, 2, 4));
    assert_eq!((number("bytes"), number("total_bytes"), number("complete_frame")), (72, 72, 4));
    assert_eq!((number("flow"), number("complete_after_ns")), (0, 30_000));
}

/// A firewall that lets only first fragments pass, since only these have ports.
#[test]
fn fragment_loss_shows_as_datagrams_that_stay_incomplete() {
    let mut frames = Vec::new();
    for id in 0..10 {
        let at = u64::from(id) * 1000 * MS;
        frames.push((at, fragments(id, 2)[0].clone()));
    }
    frames.push((10_000 * MS, fragments(10, 2)[1].clone()));
    let tables = analyze(&pcap(&frames));
    assert_eq!(tables.texts("ip_fragments", "state"), ["incomplete"; 11]);
    let mut first_came = vec!["10.0.0.1:5000"; 10];
    first_came.push("10.0.0.1");
    assert_eq!(tables.texts("ip_fragments", "source"), first_came);
    assert_eq!(tables.integers("ip_fragments", "bytes"), [24; 11]);
    assert_eq!(tables.integers("ip_fragments", "total_bytes")[..], [[-1; 10].as_slice(), &[48]].concat());
}

#[test]
fn overlaps_and_contradictions_are_counted() {
    let part = |offset: u16, more: bool, bytes: usize| {
        ipv4_fragment(1, 2, 17, 1, u16::from(more) << 13 | offset, &vec![1; bytes])
    };
    let frames = [part(0, true, 24), part(2, true, 24), part(4, false, 8), part(6, true, 8), part(0, true, 24)];
    let frames: Vec<_> = frames.into_iter().enumerate().map(|(at, frame)| (at as u64, frame)).collect();
    let tables = analyze(&pcap(&frames));
    let number = |column| tables.integers("ip_fragments", column)[0];
    assert_eq!((number("overlapping_fragments"), number("contradicting_fragments")), (1, 1));
    assert_eq!((number("duplicate_fragments"), number("tiny_fragments")), (2, 4));
}

#[test]
fn floods_stay_within_the_budget_and_are_said() {
    let options = Options { memory_bytes: 0, ..Options::default() };
    let mut frames = Vec::new();
    for number in 0..200_u16 {
        let at = u64::from(number);
        let [high, low] = number.to_be_bytes();
        frames.push((at, ipv4(1, 2, 1, &icmp(8, 0, [0, 1, high, low], b"x"))));
        frames.push((at, arp(1, 1, ONE, [10, 1, high, low])));
        frames.push((at, fragments(number, 2)[0].clone()));
    }
    let tables = analyze_with(&pcap(&frames), &options);
    for table in ["icmp_messages", "arp_exchanges", "ip_fragments"] {
        assert_eq!(tables.rows(table), 200, "{table}: nothing is lost");
    }
    let names = tables.texts("issues", "name");
    let evicted = names.iter().position(|name| name == "exchanges_evicted").expect("it is said");
    assert_eq!(tables.integers("issues", "count")[evicted], 3 * (200 - 16));
}

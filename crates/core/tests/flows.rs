//! Flows from end to end: what makes one, who is its client, and what is let go.

mod support;

use pcap_analyzer_core::Options;
use support::{ACK, RST, SYN, analyze, analyze_with, ipv4, ipv4_fragment, pcap, tcp, udp};

#[test]
fn both_directions_are_one_flow_with_the_syn_sender_as_client() {
    let tables = analyze(&pcap(&[
        (0, ipv4(1, 2, 6, &tcp((40_000, 80), 100, 0, SYN, b""))),
        (1000, ipv4(2, 1, 6, &tcp((80, 40_000), 500, 101, SYN | ACK, b""))),
        (2000, ipv4(1, 2, 6, &tcp((40_000, 80), 101, 501, ACK, b"hello"))),
    ]));
    assert_eq!(tables.texts("flows", "client"), ["10.0.0.1:40000"]);
    assert_eq!(tables.texts("flows", "client_reason"), ["request"]);
    assert_eq!(tables.integers("flows", "client_packets"), [2]);
    assert_eq!(tables.integers("flows", "server_packets"), [1]);
    assert_eq!(tables.integers("flows", "client_payload_bytes"), [5]);
    assert_eq!(tables.integers("flows", "client_wire_bytes"), [54 + 59]);
    assert_eq!(tables.integers("flows", "duration_ns"), [2_000_000]);
}

#[test]
fn a_syn_with_another_sequence_number_opens_a_new_stream() {
    let segment = |seq| ipv4(1, 2, 6, &tcp((40_000, 80), seq, 0, SYN, b""));
    let again = analyze(&pcap(&[(0, segment(100)), (1000, segment(100))]));
    assert_eq!(again.integers("flows", "stream"), [0]);
    let other = analyze(&pcap(&[(0, segment(100)), (1000, segment(900))]));
    assert_eq!(other.integers("flows", "stream"), [0, 1]);
}

#[test]
fn the_answer_to_a_reopened_connection_belongs_to_the_new_stream() {
    let tables = analyze(&pcap(&[
        (0, ipv4(1, 2, 6, &tcp((40_000, 80), 100, 0, SYN, b""))),
        (1, ipv4(2, 1, 6, &tcp((80, 40_000), 0, 101, RST | ACK, b""))),
        (2, ipv4(1, 2, 6, &tcp((40_000, 80), 200, 0, SYN, b""))),
        (3, ipv4(2, 1, 6, &tcp((80, 40_000), 0, 201, RST | ACK, b""))),
    ]));
    assert_eq!(tables.integers("flows", "server_packets"), [1, 1]);
}

#[test]
fn a_quoted_segment_takes_a_stream_number_but_no_row() {
    let quoted = ipv4(2, 1, 6, &tcp((80, 40_000), 7, 0, ACK, b""))[14..].to_vec();
    let error = [&[3, 1, 0, 0, 0, 0, 0, 0], &quoted[..]].concat();
    let tables = analyze(&pcap(&[(0, ipv4(1, 2, 1, &error)), (1, ipv4(1, 2, 6, &tcp((50_000, 443), 1, 0, SYN, b"")))]));
    assert_eq!(tables.texts("flows", "protocol"), ["icmp", "tcp"]);
    assert_eq!(tables.integers("flows", "stream"), [-1, 1]);
}

#[test]
fn fragments_carry_their_datagram_in_the_frame_that_completes_it() {
    let datagram = udp((40_000, 53), &[7; 32]);
    let (first, second) = datagram.split_at(24);
    let head = ipv4_fragment(1, 2, 17, 9, 0x2000, first);
    let tail = ipv4_fragment(1, 2, 17, 9, 3, second);
    for frames in [[(0, head.clone()), (1, tail.clone())], [(0, tail), (1, head)]] {
        let tables = analyze(&pcap(&frames));
        assert_eq!(tables.integers("flows", "client_packets"), [1]);
        assert_eq!(tables.integers("flows", "first_frame"), [2]);
        assert_eq!(tables.integers("flows", "client_payload_bytes"), [32]);
    }
}

#[test]
fn a_flood_stays_within_the_budget_and_is_said() {
    let options = Options { memory_bytes: 0, ..Options::default() };
    let syn = |port| ipv4(1, 2, 6, &tcp((port, 80), 1, 0, SYN, b""));
    let frames: Vec<_> = (0..1000).map(|at| (u64::from(at), syn(10_000 + at))).collect();
    let tables = analyze_with(&pcap(&frames), &options);
    let names = tables.texts("issues", "name");
    let counts = tables.integers("issues", "count");
    let unlisted = names.iter().position(|name| name == "flows_not_listed").map(|at| counts[at]);
    assert_eq!(unlisted, Some(1000 - tables.rows("flows") as i64));
    assert!(tables.rows("flows") <= 64, "{}", tables.rows("flows"));
    assert_eq!(tables.integers("endpoints", "sent_packets").iter().sum::<i64>(), 1000, "counted all the same");
}

/// A connection of five packets that ends with FINs.
fn short_connection(port: u16, at_us: u64) -> Vec<(u64, Vec<u8>)> {
    const FIN: u8 = 1;
    vec![
        (at_us, ipv4(1, 2, 6, &tcp((port, 80), 100, 0, SYN, b""))),
        (at_us + 1, ipv4(2, 1, 6, &tcp((80, port), 500, 101, SYN | ACK, b""))),
        (at_us + 2, ipv4(1, 2, 6, &tcp((port, 80), 101, 501, ACK, b"ask"))),
        (at_us + 3, ipv4(2, 1, 6, &tcp((80, port), 501, 104, FIN | ACK, b"answer"))),
        (at_us + 4, ipv4(1, 2, 6, &tcp((port, 80), 104, 508, FIN | ACK, b""))),
    ]
}

#[test]
fn connections_that_are_over_give_way_before_any_that_is_open() {
    let options = Options { memory_bytes: 8 << 20, ..Options::default() };
    let mut frames = vec![(0, ipv4(9, 2, 6, &tcp((1, 80), 1, 0, SYN, b"")))];
    for number in 0..1000 {
        frames.extend(short_connection(10_000 + number, 1000 + u64::from(number) * 10));
    }
    // The last acknowledgement of the first connection comes late: it is known all the same.
    frames.push((20_000, ipv4(2, 1, 6, &tcp((80, 10_000), 508, 105, ACK, b""))));
    frames.push((20_001, ipv4(2, 9, 6, &tcp((80, 1), 1, 2, SYN | ACK, b""))));
    let tables = analyze_with(&pcap(&frames), &options);
    assert_eq!(tables.rows("tcp_flows"), 1001);
    assert_eq!(tables.rows("flows"), 1001, "none was let go");
    let early = tables.integers("tcp_flows", "stream");
    assert!(!early.is_sorted(), "rows of connections that are over were written early, or the budget is no trial");
    let ends = tables.texts("tcp_flows", "end_reason");
    assert_eq!(ends.iter().filter(|end| *end == "fin").count(), 1000);
}

#[test]
fn an_evicted_flow_of_several_packets_keeps_its_row() {
    let options = Options { memory_bytes: 0, ..Options::default() };
    let mut frames =
        vec![(0, ipv4(9, 2, 6, &tcp((1, 80), 1, 0, SYN, b""))), (1, ipv4(9, 2, 6, &tcp((1, 80), 2, 0, ACK, b"")))];
    frames.extend((0..100).map(|at| (u64::from(at) + 2, ipv4(1, 2, 6, &tcp((10_000 + at, 80), 1, 0, SYN, b"")))));
    let tables = analyze_with(&pcap(&frames), &options);
    assert_eq!(tables.integers("flows", "flow")[0], 0);
    assert_eq!(tables.integers("flows", "client_packets")[0], 2);
}

#[test]
fn tables_that_nobody_wants_change_nothing_in_the_others() {
    let capture = pcap(&[
        (0, ipv4(1, 2, 6, &tcp((40_000, 80), 100, 0, SYN, b""))),
        (1000, ipv4(2, 1, 6, &tcp((80, 40_000), 500, 101, SYN | ACK, b""))),
        (2000, ipv4(1, 2, 6, &tcp((40_000, 80), 101, 501, ACK, b"GET / HTTP/1.1\r\n\r\n"))),
        (3000, ipv4(1, 2, 6, &tcp((40_000, 80), 900, 0, SYN, b""))),
    ]);
    let only = |tables: &[&str]| {
        let only = tables.iter().map(|&table| table.to_owned()).collect();
        analyze_with(&capture, &Options { only, ..Options::default() })
    };
    let (all, flows, connections) = (analyze(&capture), only(&["flows"]), only(&["flows", "tcp_flows"]));
    for table in ["flows", "endpoints", "buckets", "protocols"] {
        assert_eq!(flows.0.get(table), all.0.get(table), "{table}");
    }
    assert_eq!(connections.0.get("tcp_flows"), all.0.get("tcp_flows"));
    let rows = |tables: &support::Collect, table| {
        tables.0.get(table).map_or(0, |batches| batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>())
    };
    assert_eq!((rows(&all, "http_transactions"), rows(&connections, "http_transactions")), (1, 0));
    assert_eq!((rows(&all, "tcp_flows"), rows(&flows, "tcp_flows")), (2, 0));
}

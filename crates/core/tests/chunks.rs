//! Any chunking of a capture gives the same tables.

mod support;

use pcap_analyzer_core::{Merge, Options, Pipeline};
use proptest::prelude::*;
use support::segments::{frame, steps};
use support::{ACK, Collect, SYN, analyze_with, ipv4, ipv4_fragment, pcap, tcp, udp};

fn everything() -> Options {
    Options { on_demand: vec!["packets".into(), "tcp_segments".into()], ..Options::default() }
}

fn in_chunks(bytes: &[u8], mut sizes: impl Iterator<Item = usize>) -> Collect {
    let mut pipeline = Pipeline::new(&everything(), None, Collect::default());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, further) = rest.split_at(sizes.next().unwrap_or(1).clamp(1, rest.len()));
        pipeline.feed(chunk).expect("a capture");
        rest = further;
    }
    pipeline.finish().expect("a capture")
}

/// A query or a response, with few names and identifiers.
fn dns(from: u8, to: u8, port: u16, number: u8) -> Vec<u8> {
    let response = number & 1 != 0;
    let mut message =
        vec![0, number >> 1 & 1, if response { 0x81 } else { 1 }, number >> 2 & 2, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend([1, b'a' + (number >> 4 & 1), 0, 0, 1, 0, 1]);
    let ports = if response { (53, 1000 + port) } else { (1000 + port, 53) };
    ipv4(from, to, 17, &udp(ports, &message))
}

/// Frames of all sorts between few hosts, with times that may go backwards.
fn frames() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
    let frame = (0u8..11, 1u8..4, 1u8..4, 0u16..3, any::<u8>(), prop::collection::vec(any::<u8>(), 0..80)).prop_map(
        |(kind, from, to, port, number, payload)| match kind {
            0 => ipv4(from, to, 6, &tcp((1000 + port, 80), u32::from(number), 0, SYN, &[])),
            1 | 2 => ipv4(from, to, 6, &tcp((1000 + port, 80), u32::from(number), 7, ACK, &payload)),
            3 => ipv4(from, to, 17, &udp((1000 + port, 53), &payload)),
            4 => {
                ipv4_fragment(from, to, 17, port, 0x2000 * u16::from(number & 1) + u16::from(number % 3), &[number; 16])
            }
            9 => dns(from, to, port, number),
            5 => ipv4(
                from,
                to,
                1,
                &[&[8 * (number & 1), 0, 0, number & 1, 0, 1, 0, to], &payload[..payload.len() / 8]].concat(),
            ),
            6 => arp(number, from, to),
            7 => {
                let packet = [&[0x80, 0, 0, number, 0, 0, number, 0, 0, 0, 0, from][..], &payload].concat();
                ipv4(from, to, 17, &udp((5004 + port, 5004), &packet))
            }
            8 => {
                let message = format!("INVITE sip:b@h SIP/2.0\r\nCall-ID: {to}\r\nCSeq: {port} INVITE\r\n\r\n");
                ipv4(from, to, 17, &udp((5060 + port, 5060), message.as_bytes()))
            }
            _ => payload,
        },
    );
    prop::collection::vec((0u64..5_000_000_000, frame), 0..60)
}

/// A message of ARP behind two addresses of Ethernet.
fn arp(number: u8, from: u8, to: u8) -> Vec<u8> {
    let operation = 1 + (number & 1);
    let own = [2, 0, 0, 0, 0, from];
    [
        &[2; 6][..],
        &own,
        &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation],
        &own,
        &[10, 0, 0, from & number],
        &[0; 6],
        &[10, 0, 0, to],
    ]
    .concat()
}

proptest! {
    #[test]
    fn chunking_never_changes_a_table(frames in frames(), sizes in prop::collection::vec(1usize..200, 1..50)) {
        let bytes = pcap(&frames);
        let whole = analyze_with(&bytes, &everything());
        prop_assert_eq!(&in_chunks(&bytes, std::iter::repeat(1)), &whole);
        prop_assert_eq!(&in_chunks(&bytes, std::iter::repeat(7)), &whole);
        prop_assert_eq!(&in_chunks(&bytes, std::iter::repeat(4096)), &whole);
        prop_assert_eq!(&in_chunks(&bytes, sizes.iter().copied().cycle()), &whole);
    }

    #[test]
    fn chunking_never_changes_a_table_of_tcp(steps in steps(3, 60), sizes in prop::collection::vec(1usize..400, 1..50)) {
        let mut now_us = 0;
        let mut frames = Vec::new();
        for step in &steps {
            now_us = (now_us + step.after_ns / 1000).max(0);
            frames.push((now_us as u64, frame(step)));
        }
        let bytes = pcap(&frames);
        let whole = analyze_with(&bytes, &everything());
        prop_assert!(frames.is_empty() || whole.rows("tcp_flows") > 0);
        prop_assert_eq!(&in_chunks(&bytes, std::iter::repeat(1)), &whole);
        prop_assert_eq!(&in_chunks(&bytes, sizes.iter().copied().cycle()), &whole);
    }

    #[test]
    fn parts_add_up(frames in frames()) {
        let tables = analyze_with(&pcap(&frames), &everything());
        let total = frames.len() as i64;
        prop_assert_eq!(tables.integers("captures", "packets"), [total]);
        prop_assert_eq!(tables.rows("packets") as i64, total);
        prop_assert_eq!(tables.integers("buckets", "packets").iter().sum::<i64>(), total);
        let bytes = tables.integers("captures", "wire_bytes");
        prop_assert_eq!(tables.integers("buckets", "wire_bytes").iter().sum::<i64>(), bytes[0]);
        let flows = tables.integers("flows", "client_packets").iter().chain(&tables.integers("flows", "server_packets")).sum::<i64>();
        let sent = tables.integers("endpoints", "sent_packets").iter().sum::<i64>();
        let received = tables.integers("endpoints", "received_packets").iter().sum::<i64>();
        prop_assert_eq!((sent, received), (flows, flows));
    }

    #[test]
    fn captures_split_by_turns_merge_to_the_whole(frames in frames(), turns in prop::collection::vec(0usize..3, 60)) {
        let mut sorted = frames;
        sorted.sort_by_key(|(time_us, _)| *time_us);
        sorted.dedup_by_key(|(time_us, _)| *time_us); // the order of equal times is the order of the files
        let mut parts = vec![Vec::new(); 3];
        for (frame, turn) in sorted.iter().zip(turns) {
            parts[turn].push(frame.clone());
        }
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| pcap(part)).collect();
        let mut merge = Merge::new(&everything(), vec![None; 3], Collect::default());
        let mut fed = [0; 3];
        while let Some(wanted) = merge.wanted() {
            let rest = &parts[wanted][fed[wanted]..];
            let chunk = &rest[..rest.len().min(50)];
            fed[wanted] += chunk.len();
            if chunk.is_empty() { merge.end(wanted) } else { merge.feed(wanted, chunk) }.expect("a capture");
        }
        let (merged, whole) = (merge.finish(), analyze_with(&pcap(&sorted), &everything()));
        for table in ["flows", "endpoints", "buckets", "protocols", "dns_transactions", "tcp_segments", "packets", "icmp_messages", "arp_exchanges", "ip_fragments", "rtp_streams", "sip_calls"] {
            prop_assert_eq!(merged.0.get(table), whole.0.get(table), "{}", table);
        }
    }
}

//! Any bytes as packets of protocols over several packets, so that the search goes deep into their trackers.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

/// Steps of time between packets, in milliseconds.
const STEPS_MS: [u64; 8] = [0, 1, 20, 20, 500, 1_000, 6_000, 61_000];
/// Packets made of one input.
const MOST_PACKETS: usize = 400;

/// Any bytes as messages of ICMP, `ICMPv6` and ARP, and as fragments: every pair of echo and reply is one from both sides, and
/// nothing of a datagram comes twice.
///
/// # Panics
/// When it does not hold.
pub fn control(input: &[u8]) {
    let tables = analyze(input, |kind, body| match kind & 3 {
        0 => ipv4(kind, 1, 0, body),
        1 => [&[8, 6, 0, 1, 8, 0, 6, 4, 0][..], body].concat(),
        2 => ipv6(kind, body),
        _ => ipv4(kind, 17, u16::from(body.first().copied().unwrap_or(0) & 0x0f) | u16::from(kind & 4) << 11, body),
    });
    let requests = tables.column("icmp_messages", "response_frame");
    let replies = tables.column("icmp_messages", "request_frame");
    assert_eq!(requests.iter().flatten().count(), replies.iter().flatten().count());
    let (bytes, totals) = (tables.column("ip_fragments", "bytes"), tables.column("ip_fragments", "total_bytes"));
    assert!(
        bytes
            .iter()
            .zip(totals)
            .all(|(bytes, total)| total.is_none_or(|total| bytes.is_some_and(|bytes| bytes <= total)))
    );
}

/// Any bytes as packets of RTP and RTCP, and as messages of SIP and RTSP over UDP and TCP: packets that came and those that are missing are all that were expected, where
/// none came twice.
///
/// # Panics
/// When it does not hold.
pub fn media(input: &[u8]) {
    let (mut number, mut next) = (0_u16, 1_u32);
    let tables = analyze(input, |kind, body| match kind & 3 {
        0 | 1 => {
            number = number.wrapping_add(u16::from(body.first().copied().unwrap_or(1)));
            let [high, low] = number.to_be_bytes();
            let header = [0x80, 0, high, low, 0, 0, high, low, 0, 0, 0, kind & 4];
            ipv4(kind, 17, 0, &udp(5004, &[&header[..], body].concat()))
        }
        2 => ipv4(kind, 17, 0, &udp(5004, &[&[0x81, 0xc8 | kind >> 2 & 1][..], body].concat())),
        _ if kind & 4 == 0 => ipv4(kind, 17, 0, &udp(5060, body)),
        _ => {
            let segment =
                [&[0x13, 0xc4, 0x13, 0xc4][..], &next.to_be_bytes(), &[0; 4], &[0x50, 0, 0xff, 0xff, 0, 0, 0, 0], body];
            next = next.wrapping_add(body.len() as u32);
            ipv4(0, 6, 0, &segment.concat())
        }
    });
    let column = |name| tables.column("rtp_streams", name).into_iter().map(|value| value.expect("it is never NULL"));
    let came = column("packets").zip(column("duplicate_packets")).map(|(packets, copies)| packets - copies);
    for ((came, missing), expected) in came.zip(column("missing_packets")).zip(column("expected_packets")) {
        assert!(came + missing >= expected, "{came} + {missing} < {expected}");
    }
    let kinds = column("burst_lost_packets").zip(column("gap_lost_packets"));
    for ((in_bursts, in_gaps), missing) in kinds.zip(column("missing_packets")) {
        assert_eq!(in_bursts + in_gaps, missing);
    }
}

/// Analyses a capture with one frame for each few bytes: what kind of frame, how many bytes, those bytes.
fn analyze(input: &[u8], mut frame: impl FnMut(u8, &[u8]) -> Vec<u8>) -> Columns {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    let (mut rest, mut now_ms) = (input, 1_700_000_000_000_u64);
    for _ in 0..MOST_PACKETS {
        let [kind, length, following @ ..] = rest else { break };
        let (body, further) = following.split_at(usize::from(*length).min(following.len()));
        rest = further;
        now_ms += STEPS_MS[usize::from(kind >> 5)];
        let frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &frame(*kind, body)].concat();
        for field in [now_ms / 1000, now_ms % 1000 * 1000, frame.len() as u64, frame.len() as u64] {
            file.extend((field as u32).to_le_bytes());
        }
        file.extend(frame);
    }
    let mut pipeline = Pipeline::new(&Options::default(), None, Columns::default());
    pipeline.feed(&file).expect("the capture is well-formed");
    pipeline.finish().expect("the capture is well-formed")
}

/// A packet between two hosts; `kind` says which of them sends.
fn ipv4(kind: u8, protocol: u8, flags_offset: u16, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if kind & 8 == 0 { (1, 2) } else { (2, 1) };
    let total = (20 + payload.len()) as u16;
    let mut packet = vec![8, 0, 0x45, 0];
    packet.extend(total.to_be_bytes());
    packet.extend([0, kind >> 4 & 1]);
    packet.extend(flags_offset.to_be_bytes());
    packet.extend([64, protocol, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    packet.extend(payload);
    packet
}

fn ipv6(kind: u8, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if kind & 8 == 0 { (1, 2) } else { (2, 1) };
    let address = |last: u8| [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let length = (payload.len() as u16).to_be_bytes();
    [&[0x86, 0xdd, 0x60, 0, 0, 0][..], &length, &[58, 255], &address(from), &address(to), payload].concat()
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let length = ((8 + payload.len()) as u16).to_be_bytes();
    [&port.to_be_bytes()[..], &port.to_be_bytes(), &length, &[0, 0], payload].concat()
}

/// Keeps every batch.
#[derive(Default)]
struct Columns(BTreeMap<&'static str, Vec<RecordBatch>>);

impl Sink for Columns {
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch) {
        self.0.entry(table.name).or_default().push(batch);
    }
}

impl Columns {
    /// A column of whole numbers.
    fn column(&self, table: &str, name: &str) -> Vec<Option<i64>> {
        let of = |batch: &RecordBatch| {
            let array = batch.column_by_name(name).expect("the column is declared").as_primitive::<Int64Type>().clone();
            (0..array.len()).map(|row| array.is_valid(row).then(|| array.value(row))).collect::<Vec<_>>()
        };
        self.0.get(table).map(|batches| batches.iter().flat_map(of).collect()).unwrap_or_default()
    }
}

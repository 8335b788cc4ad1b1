//! Any bytes as segments of two connections, so that the search goes deep into the TCP engine.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

/// Bytes of the input that make one segment.
const SEGMENT_BYTES: usize = 12;
/// Steps of time between segments, in nanoseconds; some go back.
const STEPS_NS: [i64; 8] = [0, 50_000, 1_000_000, 20_000_000, 45_000_000, 250_000_000, 3_000_000_000, -5_000_000];

/// Any bytes as segments: the parts of each connection's time add up to its duration, and none is negative.
///
/// # Panics
/// When they do not.
pub fn tcp(input: &[u8]) {
    let mut pipeline = Pipeline::new(&Options::default(), None, Sums::default());
    pipeline.feed(&capture(input)).expect("the capture is well-formed");
    let sums = pipeline.finish().expect("the capture is well-formed");
    for (stream, duration_ns) in &sums.durations_ns {
        let parts_ns = sums.parts_ns.get(stream).copied().unwrap_or(0);
        assert_eq!(parts_ns, *duration_ns, "the parts of stream {stream} do not add up");
    }
}

/// A pcap file (nanoseconds, raw IPv4) with one frame for each few bytes of the input.
fn capture(input: &[u8]) -> Vec<u8> {
    let mut file = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0];
    let mut now_ns = 1_700_000_000_000_000_000_i64;
    let mut next = [[0xffff_fff0_u32, 77_u32], [1_000, 0x7fff_fff0]];
    for (number, bytes) in input.chunks_exact(SEGMENT_BYTES).take(400).enumerate() {
        now_ns += STEPS_NS[usize::from(bytes[0] >> 5)];
        let frame = segment(bytes, number as u16, &mut next);
        let fields = [now_ns / 1_000_000_000, now_ns % 1_000_000_000, frame.len() as i64, frame.len() as i64];
        for field in fields {
            file.extend((field as u32).to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

fn segment(bytes: &[u8], number: u16, next: &mut [[u32; 2]; 2]) -> Vec<u8> {
    let (connection, sender) = (usize::from(bytes[0] & 1), usize::from(bytes[0] >> 1 & 1));
    let step = |high: u8, low: u8| i32::from(i16::from_be_bytes([high, low])) as u32;
    let seq = next[connection][sender].wrapping_add(step(bytes[2], bytes[3]));
    let ack = next[connection][1 - sender].wrapping_add(step(bytes[4], bytes[5]));
    let payload = vec![bytes[6]; usize::from(bytes[6] & 0x7f) * usize::from(bytes[10] & 15)];
    let flags = bytes[1];
    next[connection][sender] = seq.wrapping_add(payload.len() as u32 + u32::from(flags & 3 != 0));
    let options = options(bytes[9], number, ack);
    let header_bytes = 20 + options.len();
    let total = (20 + header_bytes + payload.len()) as u16;
    let ports = [50_000 + connection as u16, 443];
    let mut frame = vec![0x45, bytes[11] & 3];
    frame.extend(total.to_be_bytes());
    frame.extend((if bytes[10] & 0x80 == 0 { number } else { 0 }).to_be_bytes());
    frame.extend([0x40, 0, 64 - (bytes[11] >> 7), 6, 0, 0]);
    frame.extend([192, 0, 2, 1 + sender as u8, 192, 0, 2, 2 - sender as u8]);
    frame.extend(ports[sender].to_be_bytes());
    frame.extend(ports[1 - sender].to_be_bytes());
    frame.extend(seq.to_be_bytes());
    frame.extend(ack.to_be_bytes());
    frame.extend([(header_bytes / 4 * 16) as u8, flags, bytes[7], bytes[8], 0, 0, 0, 0]);
    frame.extend(options);
    frame.extend(payload);
    frame
}

fn options(choice: u8, number: u16, ack: u32) -> Vec<u8> {
    let mut options = Vec::new();
    if choice & 1 != 0 {
        options.extend([1, 1, 8, 10, 0, 0]);
        options.extend(number.wrapping_sub(u16::from(choice >> 6)).to_be_bytes());
        options.extend([0, 0]);
        options.extend(number.wrapping_sub(u16::from(choice >> 4)).to_be_bytes());
    }
    if choice & 2 != 0 {
        let left = ack.wrapping_add(u32::from(choice) * 16);
        options.extend([1, 1, 5, 10]);
        options.extend(left.to_be_bytes());
        options.extend(left.wrapping_add(300).to_be_bytes());
    }
    if choice & 4 != 0 {
        options.extend([2, 4, 5, 0xb4, 1, 3, 3, choice >> 4]);
    }
    options
}

/// Adds up what the tables say of each stream.
#[derive(Default)]
struct Sums {
    durations_ns: BTreeMap<i64, i64>,
    parts_ns: BTreeMap<i64, i64>,
}

impl Sink for Sums {
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch) {
        let sums = match table.name {
            "tcp_flows" => &mut self.durations_ns,
            "tcp_ledger" => &mut self.parts_ns,
            _ => return,
        };
        let column =
            |name| batch.column_by_name(name).expect("the column is declared").as_primitive::<Int64Type>().values();
        for (stream, duration_ns) in column("stream").iter().zip(column("duration_ns").iter()) {
            assert!(*duration_ns >= 0, "stream {stream} has a negative part");
            *sums.entry(*stream).or_default() += duration_ns;
        }
    }
}

//! Makes captures by hand and reads tables back.

#![allow(dead_code, unreachable_pub)] // each test crate uses its own part of this

pub mod conversation;
pub mod segments;
pub mod tls;

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const ACK: u8 = 16;

/// Keeps every batch.
#[derive(Debug, Default, PartialEq)]
pub struct Collect(pub BTreeMap<&'static str, Vec<RecordBatch>>);

impl Sink for Collect {
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch) {
        self.0.entry(table.name).or_default().push(batch);
    }
}

impl Collect {
    pub fn rows(&self, table: &str) -> usize {
        self.0.get(table).map_or(0, |batches| batches.iter().map(RecordBatch::num_rows).sum())
    }

    /// A column of whole numbers; NULL is -1.
    pub fn integers(&self, table: &str, column: &str) -> Vec<i64> {
        let of = |batch: &RecordBatch| {
            let array =
                batch.column_by_name(column).expect("the column is declared").as_primitive::<Int64Type>().clone();
            array.iter().map(|value| value.unwrap_or(-1)).collect::<Vec<_>>()
        };
        self.0.get(table).map(|batches| batches.iter().flat_map(of).collect()).unwrap_or_default()
    }

    /// A column of whole numbers as text; NULL is "none".
    pub fn optional_integers(&self, table: &str, column: &str) -> Vec<String> {
        let of = |batch: &RecordBatch| {
            let array = batch.column_by_name(column).expect("the column is declared").as_primitive::<Int64Type>();
            array.iter().map(|value| value.map_or("none".into(), |value| value.to_string())).collect::<Vec<_>>()
        };
        self.0.get(table).map(|batches| batches.iter().flat_map(of).collect()).unwrap_or_default()
    }

    /// A column of true and false; NULL is "none".
    pub fn booleans(&self, table: &str, column: &str) -> Vec<String> {
        let of = |batch: &RecordBatch| {
            let array = batch.column_by_name(column).expect("the column is declared").as_boolean();
            array.iter().map(|value| value.map_or("none".into(), |value| value.to_string())).collect::<Vec<_>>()
        };
        self.0.get(table).map(|batches| batches.iter().flat_map(of).collect()).unwrap_or_default()
    }

    /// A column of text; NULL is empty.
    pub fn texts(&self, table: &str, column: &str) -> Vec<String> {
        let of = |batch: &RecordBatch| {
            let array = batch.column_by_name(column).expect("the column is declared").as_string::<i32>().clone();
            (0..array.len())
                .map(|row| if array.is_null(row) { String::new() } else { array.value(row).to_owned() })
                .collect::<Vec<_>>()
        };
        self.0.get(table).map(|batches| batches.iter().flat_map(of).collect()).unwrap_or_default()
    }
}

/// Analyses a whole capture.
pub fn analyze(bytes: &[u8]) -> Collect {
    analyze_with(bytes, &Options::default())
}

pub fn analyze_with(bytes: &[u8], options: &Options) -> Collect {
    let mut pipeline = Pipeline::new(options, None, Collect::default());
    pipeline.feed(bytes).expect("a capture");
    pipeline.finish().expect("a capture")
}

/// A pcap file of Ethernet frames, each with its time in microseconds.
pub fn pcap(frames: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for (time_us, frame) in frames {
        let length = u32::try_from(frame.len()).expect("short");
        let seconds = u32::try_from(time_us / 1_000_000).expect("before 2106");
        let micros = u32::try_from(time_us % 1_000_000).expect("small");
        for field in [seconds, micros, length, length] {
            file.extend(field.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// An Ethernet frame with an IPv4 packet between 10.0.0.`from` and 10.0.0.`to`.
pub fn ipv4(from: u8, to: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(from, to, protocol, 0, 0, payload)
}

/// The same with an identification and the flags-and-offset field.
pub fn ipv4_fragment(from: u8, to: u8, protocol: u8, id: u16, flags_offset: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0];
    let total = u16::try_from(20 + payload.len()).expect("short");
    frame.extend([0x45, 0]);
    frame.extend(total.to_be_bytes());
    frame.extend(id.to_be_bytes());
    frame.extend(flags_offset.to_be_bytes());
    frame.extend([64, protocol, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    frame.extend(payload);
    frame
}

/// A TCP segment without options.
pub fn tcp(ports: (u16, u16), seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(ports.0.to_be_bytes());
    segment.extend(ports.1.to_be_bytes());
    segment.extend(seq.to_be_bytes());
    segment.extend(ack.to_be_bytes());
    segment.extend([0x50, flags, 0x10, 0, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

/// A UDP datagram.
pub fn udp(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(ports.0.to_be_bytes());
    datagram.extend(ports.1.to_be_bytes());
    datagram.extend(u16::try_from(8 + payload.len()).expect("short").to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

//! Any bytes as messages of the protocols on top of TCP, alone and in a conversation.

use pcap_analyzer_core::protocols::http::message::{Chunk, Head, begins, chunk, head_bytes};
use pcap_analyzer_core::protocols::services;
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

/// Any bytes as a message of HTTP/1.x: where a head ends does not depend on how much of it was searched before.
///
/// # Panics
/// When it does, or when a part is longer than what it is a part of.
pub fn http_message(input: &[u8]) {
    let _ = begins(input);
    let end = head_bytes(input, 0);
    for searched in [1, 2, 7].into_iter().filter(|&searched| end.is_some_and(|end| searched + 3 < end)) {
        assert_eq!(head_bytes(input, searched.min(input.len())), end, "the end of the head");
    }
    for cut in [input, end.and_then(|end| input.get(..end)).unwrap_or_default()] {
        let heads = [Head::parse(cut), Head::parse_cut(cut)];
        for head in heads.into_iter().flatten() {
            assert!(head.bytes <= cut.len());
            let _ = (head.body(None), head.body(Some("HEAD")), head.persists());
        }
    }
    if let Chunk::Last(length) = chunk(input) {
        assert!(length <= input.len());
    }
}

/// Any bytes as what either end of each service says.
pub fn services_message(input: &[u8]) {
    services::look_at_all(input);
}

/// Any bytes as a conversation over TCP: each piece says who sends it, whether it is missing, cut, repeated or late, and what
/// it holds.
///
/// # Panics
/// When two runs differ.
pub fn conversation(input: &[u8]) {
    let file = capture(input);
    assert_eq!(rows(&file, file.len()), rows(&file, 1000), "chunks change a table");
}

fn rows(file: &[u8], chunk_bytes: usize) -> Vec<(&'static str, usize)> {
    let mut pipeline = Pipeline::new(&Options::default(), None, Rows::default());
    for chunk in file.chunks(chunk_bytes) {
        pipeline.feed(chunk).expect("the capture is well-formed");
    }
    pipeline.finish().expect("the capture is well-formed").0
}

#[derive(Default)]
struct Rows(Vec<(&'static str, usize)>);

impl Sink for Rows {
    fn batch(&mut self, table: &'static TableSpec, batch: arrow_array::RecordBatch) {
        self.0.push((table.name, batch.num_rows()));
    }
}

/// A pcap file (raw IPv4). A piece is a byte of flags, a length, and so many bytes.
fn capture(mut input: &[u8]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0];
    let mut next = [1_000_u32, 0xffff_ff00];
    let mut now_us = 0_u32;
    let mut late = None;
    while let [flags, length, rest @ ..] = input {
        let sender = usize::from(flags & 1);
        let (payload, after) = rest.split_at(usize::from(*length).min(rest.len()));
        let captured = if flags & 4 == 0 { payload.len() } else { payload.len() / 2 };
        let frame = frame(sender, next, flags & 2 != 0, payload);
        next[sender] = next[sender].wrapping_add(payload.len() as u32);
        now_us += 1_000 * u32::from(flags >> 4);
        let cut = payload.len() - captured;
        match flags >> 3 & 1 {
            0 => write(&mut file, now_us, &frame, cut),
            _ => late = Some((frame.clone(), cut)),
        }
        if let Some((frame, cut)) = late.take_if(|_| flags & 0x88 == 0x80) {
            write(&mut file, now_us, &frame, cut);
        }
        input = after;
    }
    file
}

fn frame(sender: usize, next: [u32; 2], fin: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x45, 0];
    frame.extend((40 + payload.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, sender as u8, 10, 0, 0, 1 - sender as u8]);
    for port in [40_000 + 1000 * sender as u16, 40_000 + 1000 * (1 - sender) as u16] {
        frame.extend(port.to_be_bytes());
    }
    frame.extend(next[sender].to_be_bytes());
    frame.extend(next[1 - sender].to_be_bytes());
    frame.extend([0x50, 0x10 | u8::from(fin), 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}

fn write(file: &mut Vec<u8>, now_us: u32, frame: &[u8], cut: usize) {
    let captured = frame.get(..frame.len() - cut).unwrap_or(frame);
    for field in [now_us / 1_000_000, now_us % 1_000_000, captured.len() as u32, frame.len() as u32] {
        file.extend(field.to_le_bytes());
    }
    file.extend(captured);
}

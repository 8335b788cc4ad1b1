//! Any bytes as a conversation over TCP, so that the search goes deep into what follows connections.

use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

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

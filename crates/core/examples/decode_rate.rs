//! How long decoding takes: `cargo run --release --example decode_rate CAPTURE`.
//!
//! Reads the capture to memory, then decodes batches of 500 frames ten times each, so that their bytes are in the cache as
//! they are when a reader has just delivered them. Prints the mean of the batches' best times.

use std::hint::black_box;
use std::time::Instant;

use pcap_analyzer_core::capture::{Frame, Reader};
use pcap_analyzer_core::decode::{Decoded, decode_into};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: decode_rate CAPTURE")?;
    let mut frames: Vec<(Frame<'static>, Vec<u8>)> = Vec::new();
    let mut reader = Reader::new();
    let mut keep = |frame: &Frame<'_>| frames.push((Frame { data: &[], ..*frame }, frame.data.to_vec()));
    reader.feed(&std::fs::read(path)?, |frame, _| keep(frame))?;
    reader.finish(|frame, _| keep(frame))?;

    let (mut total_ns, mut transports) = (0, 0);
    for batch in frames.chunks(500) {
        let frames: Vec<Frame<'_>> = batch.iter().map(|(frame, data)| Frame { data, ..*frame }).collect();
        let runs = (0..10).map(|_| {
            let start = Instant::now();
            let count: usize = frames.iter().map(count_transports).sum();
            (start.elapsed().as_nanos(), count)
        });
        let (best_ns, count) = runs.min().unwrap_or_default();
        total_ns += best_ns;
        transports += count;
    }
    let mean_ns = total_ns as f64 / frames.len().max(1) as f64;
    println!("{} frames, {transports} transport headers, {mean_ns:.1} ns per frame", frames.len());
    Ok(())
}

fn count_transports(frame: &Frame<'_>) -> usize {
    let mut decoded = Decoded::default();
    decode_into(frame, &mut decoded);
    black_box(&decoded).transports.len()
}

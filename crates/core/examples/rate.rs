//! How quickly the core alone reads a capture: `cargo run --release --example rate -- CAPTURE [REPEATS]`.

use std::fs;
use std::time::Instant;

use arrow_array::RecordBatch;
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

#[derive(Default)]
struct Count(usize);

impl Sink for Count {
    fn batch(&mut self, _: &'static TableSpec, batch: RecordBatch) {
        self.0 += batch.num_rows();
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: rate CAPTURE [REPEATS]")?;
    let repeats = arguments.next().map_or(Ok(5), |text| text.parse::<u32>())?;
    let bytes = fs::read(path)?;
    for _ in 0..repeats {
        let start = Instant::now();
        let mut pipeline = Pipeline::new(&Options::default(), None, Count::default());
        for chunk in bytes.chunks(1 << 20) {
            pipeline.feed(chunk)?;
        }
        let packets = pipeline.frames();
        let rows = pipeline.finish()?.0;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{packets} packets, {rows} rows, {seconds:.4} s, {:.2} million packets/s",
            packets as f64 / seconds / 1e6
        );
    }
    Ok(())
}

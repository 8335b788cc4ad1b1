//! Runs the core alone over a capture, in chunks of 1 MiB with all tables on, and prints one line of JSON.
//!
//! ```text
//! cargo run --release -p pcap-analyzer-core --example bench_core -- CAPTURE [TIMES [TABLE…]]
//! ```
//!
//! With TIMES the file is fed as if it stood so often in a row: growth without a file of that size. (Possible for pcap
//! only, whose header is left out from the second time on.) With names of tables only these are sure to be filled.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::time::Instant;

use arrow_array::RecordBatch;
use pcap_analyzer_core::tables::{Sink, TableSpec};
use pcap_analyzer_core::{Options, Pipeline};

const CHUNK_BYTES: usize = 1 << 20;
const PCAP_HEADER_BYTES: u64 = 24;

/// Counts what it is given, and lets go of it: what is measured is the making of tables, not their keeping.
#[derive(Default)]
struct Counter {
    rows: usize,
    bytes: usize,
}

impl Sink for Counter {
    fn batch(&mut self, _: &'static TableSpec, batch: RecordBatch) {
        self.rows += batch.num_rows();
        self.bytes += batch.get_array_memory_size();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: bench_core CAPTURE [TIMES [TABLE…]]")?;
    let times: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut file = File::open(&path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let options = Options { only: arguments.collect(), ..Options::default() };
    let mut pipeline = Pipeline::new(&options, Some(path), Counter::default());

    let begun = Instant::now();
    for time in 0..times {
        file.seek(SeekFrom::Start(if time == 0 { 0 } else { PCAP_HEADER_BYTES }))?;
        loop {
            let length = file.read(&mut chunk)?;
            if length == 0 {
                break;
            }
            pipeline.feed(&chunk[..length])?;
        }
    }
    let packets = pipeline.frames();
    let counter = pipeline.finish()?;
    let seconds = begun.elapsed().as_secs_f64();

    println!(
        "{{\"packets\": {packets}, \"seconds\": {seconds:.6}, \"packets_per_second\": {:.0}, \"rows\": {}, \"table_bytes\": {}}}",
        packets as f64 / seconds,
        counter.rows,
        counter.bytes
    );
    Ok(())
}

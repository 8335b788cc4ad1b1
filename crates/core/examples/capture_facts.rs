//! Prints what a capture holds as one line of JSON: `cargo run --release --example capture_facts -- FILE…`.
//!
//! The numbers are those of `capinfos`, so that the reader can be compared with Wireshark's on any file.

use std::io::Read;
use std::time::Instant;

use pcap_analyzer_core::capture::{Frame, Reader};

/// Bytes per read.
const CHUNK_BYTES: usize = 1 << 20;

#[derive(Default)]
struct Facts {
    wire_bytes: u64,
    captured_bytes: u64,
    cut_frames: u64,
    time_goes_back: u64,
    first_ns: Option<i64>,
    last_ns: Option<i64>,
    earliest_ns: Option<i64>,
    latest_ns: Option<i64>,
}

impl Facts {
    fn see(&mut self, frame: &Frame<'_>) {
        let pseudo = frame.link_type.pseudo_header_bytes();
        self.wire_bytes += u64::from(frame.wire_bytes.saturating_sub(pseudo));
        self.captured_bytes += (frame.data.len() as u64).saturating_sub(u64::from(pseudo));
        self.cut_frames += u64::from(frame.data.len() < frame.wire_bytes as usize);
        let Some(time_ns) = frame.time_ns else { return };
        self.time_goes_back += u64::from(self.last_ns.is_some_and(|last| time_ns < last));
        self.first_ns = self.first_ns.or(Some(time_ns));
        self.last_ns = Some(time_ns);
        self.earliest_ns = Some(self.earliest_ns.map_or(time_ns, |time| time.min(time_ns)));
        self.latest_ns = Some(self.latest_ns.map_or(time_ns, |time| time.max(time_ns)));
    }
}

fn number(value: Option<i64>) -> String {
    value.map_or("null".to_owned(), |value| value.to_string())
}

fn print_facts(path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = std::fs::File::open(path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut reader, mut facts) = (Reader::new(), Facts::default());
    let begin = Instant::now();
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        reader.feed(&chunk[..read], |frame, _| facts.see(frame))?;
    }
    reader.finish(|frame, _| facts.see(frame))?;
    let seconds = begin.elapsed().as_secs_f64();
    let context = reader.context();
    let links: Vec<String> =
        context.interfaces.iter().map(|interface| format!("{:?}", interface.link_type.name())).collect();
    let issues: Vec<String> = context
        .issues
        .iter()
        .map(|(kind, detail, issue)| format!("[{:?}, {detail}, {}]", kind.name(), issue.count))
        .collect();
    println!(
        "{{\"file\": {path:?}, \"format\": {:?}, \"packets\": {}, \"bytes_on_wire\": {}, \"bytes_captured\": {}, \
         \"frames_cut_by_snaplen\": {}, \"time_goes_back\": {}, \"first\": {}, \"last\": {}, \"earliest\": {}, \
         \"latest\": {}, \"links\": [{}], \"issues\": [{}], \"seconds\": {seconds:.6}}}",
        reader.format_name(),
        context.frames,
        facts.wire_bytes,
        facts.captured_bytes,
        facts.cut_frames,
        facts.time_goes_back,
        number(facts.first_ns),
        number(facts.last_ns),
        number(facts.earliest_ns),
        number(facts.latest_ns),
        links.join(", "),
        issues.join(", "),
    );
    Ok(())
}

fn main() {
    for path in std::env::args().skip(1) {
        if let Err(error) = print_facts(&path) {
            println!("{{\"file\": {path:?}, \"error\": {:?}}}", error.to_string());
        }
    }
}

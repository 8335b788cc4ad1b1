//! What each fuzz target does with its input, and what must hold whatever that is.

mod conversation;
mod exchanges;
mod messages;
mod tcp;
mod tls;

use arrow_array::RecordBatch;
use pcap_analyzer_core::capture::{Frame, LinkType, Reader};
use pcap_analyzer_core::decode::{decode as decode_frame, decode_reassembled};
use pcap_analyzer_core::issue::Issues;
use pcap_analyzer_core::tables::{CATALOGUE, Sink, TableSpec};
use pcap_analyzer_core::{Error, Options, Pipeline};

pub use conversation::conversation;
pub use exchanges::{control, media};
pub use messages::{dhcp, dns, http, http2, ntp, services, snmp};
pub use tcp::tcp;
pub use tls::{quic, tls};

/// A target: its name, which is its folder in `corpus/`, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("capture", capture),
    ("control", control),
    ("conversation", conversation),
    ("decode", decode),
    ("dhcp", dhcp),
    ("dns", dns),
    ("http", http),
    ("http2", http2),
    ("media", media),
    ("ntp", ntp),
    ("pipeline", pipeline),
    ("quic", quic),
    ("services", services),
    ("snmp", snmp),
    ("tcp", tcp),
    ("tls", tls),
];

/// Any bytes as a file: fed whole or in chunks, the same frames come out.
///
/// The first byte of the input chooses the size of the chunks; the rest is the file.
///
/// # Panics
/// When chunking changes the result.
pub fn capture(input: &[u8]) {
    let Some((&chunk, file)) = input.split_first() else { return };
    let whole = read(file, file.len().max(1));
    let chunked = read(file, usize::from(chunk) + 1);
    assert_eq!(whole, chunked, "chunks of {} bytes change the result", usize::from(chunk) + 1);
}

/// A frame by number, time, interface, link type, length on the wire, length captured, and the sum of its bytes.
type Summary = (u64, Option<i64>, u32, LinkType, u32, usize, u64);

fn read(file: &[u8], chunk_bytes: usize) -> (Vec<Summary>, Vec<String>, Option<Error>) {
    let mut frames = Vec::new();
    let mut reader = Reader::new();
    let mut take = |frame: &Frame<'_>| {
        let sum = frame.data.iter().fold(0_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let (wire_bytes, captured) = (frame.wire_bytes, frame.data.len());
        frames.push((frame.number, frame.time_ns, frame.interface, frame.link_type, wire_bytes, captured, sum));
    };
    let fed = file.chunks(chunk_bytes).try_for_each(|chunk| reader.feed(chunk, |frame, _| take(frame)));
    let error = fed.and_then(|()| reader.finish(|frame, _| take(frame))).err();
    (frames, describe(&reader.context().issues), error)
}

fn describe(issues: &Issues) -> Vec<String> {
    issues.iter().map(|(kind, detail, issue)| format!("{kind:?} {detail} {issue:?}")).collect()
}

/// Any bytes as a frame. The first two bytes of the input choose the link type, the third what is done with the rest.
pub fn decode(input: &[u8]) {
    let [high, low, choice, data @ ..] = input else { return };
    let frame = Frame {
        number: 1,
        time_ns: Some(0),
        interface: 0,
        link_type: LinkType(u32::from(u16::from_be_bytes([*high, *low]))),
        wire_bytes: data.len() as u32 + u32::from(*choice),
        data,
    };
    let decoded = decode_frame(&frame);
    if let Some(fragment) = &decoded.fragment {
        let _ = decode_reassembled(fragment.net, *choice, data, 3);
    }
}

/// Any bytes as a capture, through everything: the tables do not depend on the chunks.
///
/// The first byte of the input chooses the size of the chunks and a tight or a loose memory budget; the rest is the file.
///
/// # Panics
/// When chunking changes a table.
pub fn pipeline(input: &[u8]) {
    let Some((&choice, file)) = input.split_first() else { return };
    let options = Options {
        memory_bytes: if choice & 0x80 == 0 { 64 << 20 } else { 64 << 10 },
        on_demand: CATALOGUE.iter().filter(|table| table.on_demand).map(|table| table.name.to_owned()).collect(),
        ..Options::default()
    };
    let whole = analyse(file, &options, file.len().max(1));
    let chunked = analyse(file, &options, usize::from(choice & 0x7f) + 1);
    assert!(whole == chunked, "chunks of {} bytes change a table", usize::from(choice & 0x7f) + 1);
}

/// Keeps every batch.
#[derive(Default)]
struct Keep(Vec<(&'static str, RecordBatch)>);

impl Sink for Keep {
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch) {
        self.0.push((table.name, batch));
    }
}

fn analyse(file: &[u8], options: &Options, chunk_bytes: usize) -> Result<Vec<(&'static str, RecordBatch)>, Error> {
    let mut pipeline = Pipeline::new(options, None, Keep::default());
    for chunk in file.chunks(chunk_bytes) {
        pipeline.feed(chunk)?;
    }
    Ok(pipeline.finish()?.0)
}

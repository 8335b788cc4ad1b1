//! What a reader made of some bytes, in a form that can be compared.

use pcap_analyzer_core::Error;
use pcap_analyzer_core::capture::{Interface, Reader};
use pcap_analyzer_core::issue::{Issue, IssueKind};

/// One frame, with its own bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFrame {
    pub number: u64,
    pub time_ns: Option<i64>,
    pub interface: u32,
    pub link_type: u32,
    pub wire_bytes: u32,
    pub data: Vec<u8>,
}

/// Everything a reader says of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub frames: Vec<SeenFrame>,
    pub interfaces: Vec<Interface>,
    pub issues: Vec<(IssueKind, u64, Issue)>,
    pub host: [Option<String>; 3],
    pub format: &'static str,
    pub compression: Option<&'static str>,
    pub error: Option<Error>,
}

impl Seen {
    /// How often `kind` occurred.
    pub fn count(&self, kind: IssueKind) -> u64 {
        self.issues.iter().filter(|issue| issue.0 == kind).map(|issue| issue.2.count).sum()
    }

    /// The only issue of `kind`.
    pub fn issue(&self, kind: IssueKind) -> &Issue {
        &self.issues.iter().find(|issue| issue.0 == kind).expect("no such issue").2
    }

    pub fn times(&self) -> Vec<i64> {
        self.frames.iter().filter_map(|frame| frame.time_ns).collect()
    }
}

/// Reads `bytes` at once.
pub fn read(bytes: &[u8]) -> Seen {
    read_chunked(bytes, std::iter::repeat(bytes.len()))
}

/// Reads `bytes` in chunks of the given sizes.
pub fn read_chunked(mut bytes: &[u8], sizes: impl IntoIterator<Item = usize>) -> Seen {
    let (mut reader, mut frames, mut error) = (Reader::new(), Vec::new(), None);
    for size in sizes {
        if bytes.is_empty() || error.is_some() {
            break;
        }
        let (chunk, rest) = bytes.split_at(size.clamp(1, bytes.len()));
        bytes = rest;
        error = reader.feed(chunk, |frame, _| frames.push(seen(frame))).err();
    }
    if error.is_none() {
        error = reader.finish(|frame, _| frames.push(seen(frame))).err();
    }
    let context = reader.context();
    Seen {
        frames,
        interfaces: context.interfaces.clone(),
        issues: context.issues.iter().map(|(kind, detail, issue)| (kind, detail, issue.clone())).collect(),
        host: [context.application.clone(), context.hardware.clone(), context.os.clone()],
        format: reader.format_name(),
        compression: reader.compression(),
        error,
    }
}

fn seen(frame: &pcap_analyzer_core::capture::Frame<'_>) -> SeenFrame {
    SeenFrame {
        number: frame.number,
        time_ns: frame.time_ns,
        interface: frame.interface,
        link_type: frame.link_type.0,
        wire_bytes: frame.wire_bytes,
        data: frame.data.to_vec(),
    }
}

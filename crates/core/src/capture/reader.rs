//! The one way into a capture: feed bytes, get frames.

use super::compressed::{self, Compressed};
use super::records::Records;
use super::{Context, Frame};
use crate::error::Error;

/// Reads a capture, compressed or not, that is fed in chunks.
///
/// ```
/// use pcap_analyzer_core::capture::Reader;
/// let mut reader = Reader::new();
/// let mut frames = 0;
/// reader.feed(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0], |_, _| frames += 1)?;
/// reader.finish(|_, _| frames += 1)?;
/// assert_eq!((frames, reader.format_name()), (0, "pcap"));
/// # Ok::<(), pcap_analyzer_core::Error>(())
/// ```
pub struct Reader {
    outer: Outer,
    records: Records,
}

/// What the bytes of the input are.
enum Outer {
    /// Too few have arrived to tell.
    Unknown(Vec<u8>),
    Plain,
    Compressed(Box<Compressed>),
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader that has seen nothing yet.
    pub fn new() -> Self {
        Self { outer: Outer::Unknown(Vec::new()), records: Records::new() }
    }

    /// Takes the next bytes of the input and hands each whole frame to `sink`.
    ///
    /// # Errors
    /// When the input is no capture at all. Frames already delivered stay valid.
    pub fn feed(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        if let Outer::Unknown(first) = &mut self.outer {
            let missing = compressed::DETECT_BYTES.saturating_sub(first.len()).min(bytes.len());
            first.extend_from_slice(&bytes[..missing]);
            bytes = &bytes[missing..];
            if first.len() < compressed::DETECT_BYTES {
                return Ok(());
            }
            self.decide(&mut sink)?;
        }
        self.feed_outer(bytes, &mut sink)
    }

    /// Says that the input has ended: a record that was cut is noted.
    ///
    /// # Errors
    /// When nothing that was fed made a capture.
    pub fn finish(&mut self, mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        self.decide(&mut sink)?;
        match &mut self.outer {
            Outer::Compressed(compressed) => compressed.finish(&mut self.records, &mut sink),
            Outer::Plain | Outer::Unknown(_) => self.records.finish(&mut sink),
        }
    }

    /// Nothing more is read, whatever is fed: the rest of the input may be left where it is.
    pub fn ended(&self) -> bool {
        match &self.outer {
            Outer::Compressed(compressed) => compressed.ended(),
            Outer::Plain | Outer::Unknown(_) => self.records.ended(),
        }
    }

    /// What was learnt besides frames.
    pub fn context(&self) -> &Context {
        &self.records.context
    }

    /// The same, to be added to.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.records.context
    }

    /// Name of the format, empty while it is not known.
    pub fn format_name(&self) -> &'static str {
        self.records.format_name()
    }

    /// How the capture is compressed: `gzip`, `zstd` or `lz4`.
    pub fn compression(&self) -> Option<&'static str> {
        match &self.outer {
            Outer::Compressed(compressed) => Some(compressed.name()),
            Outer::Plain | Outer::Unknown(_) => None,
        }
    }

    /// Bytes that came out of a compressed capture so far, 0 for one that is not compressed.
    pub fn decompressed_bytes(&self) -> u64 {
        match &self.outer {
            Outer::Compressed(compressed) => compressed.produced_bytes(),
            Outer::Plain | Outer::Unknown(_) => 0,
        }
    }

    /// Tells by what has arrived what the input is, unless that is known.
    fn decide(&mut self, sink: &mut impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        let Outer::Unknown(first) = &mut self.outer else { return Ok(()) };
        let first = std::mem::take(first);
        self.outer =
            Compressed::recognise(&first).map_or(Outer::Plain, |compressed| Outer::Compressed(Box::new(compressed)));
        self.feed_outer(&first, sink)
    }

    fn feed_outer(&mut self, bytes: &[u8], sink: &mut impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        match &mut self.outer {
            Outer::Compressed(compressed) => compressed.feed(bytes, &mut self.records, sink),
            Outer::Plain | Outer::Unknown(_) => self.records.feed(bytes, sink),
        }
    }
}

//! The one way into a capture: feed bytes, get frames.

use super::records::Records;
use super::{Context, Frame};
use crate::error::Error;

/// Reads a capture that is fed in chunks.
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
    records: Records,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader that has seen nothing yet.
    pub fn new() -> Self {
        Self { records: Records::new() }
    }

    /// Takes the next bytes of the input and hands each whole frame to `sink`.
    ///
    /// # Errors
    /// When the input is no capture at all. Frames already delivered stay valid.
    pub fn feed(&mut self, bytes: &[u8], mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        self.records.feed(bytes, &mut sink)
    }

    /// Says that the input has ended, and notes a record that was cut.
    ///
    /// # Errors
    /// When nothing that was fed made a capture.
    pub fn finish(&mut self, mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        self.records.finish(&mut sink)
    }

    /// Nothing more is read, whatever is fed: the rest of the input may be left where it is.
    pub fn ended(&self) -> bool {
        self.records.ended()
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
}

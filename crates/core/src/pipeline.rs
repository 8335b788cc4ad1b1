//! The whole core in one object: bytes in, tables out.

use crate::analysis::{Analysis, Options};
use crate::error::Error;
use crate::facts::Source;
use crate::tables::Sink;

/// Analyses one capture that is fed in chunks of any size; the chunking never changes a result.
pub struct Pipeline<S: Sink> {
    source: Source,
    analysis: Analysis<S>,
}

impl<S: Sink> Pipeline<S> {
    /// A pipeline that hands its tables to `sink`. `name` is what the capture is called in the table `captures`.
    pub fn new(options: &Options, name: Option<String>, sink: S) -> Self {
        Self { source: Source { name, ..Source::default() }, analysis: Analysis::new(options, 1, sink) }
    }

    /// Takes the next bytes of the capture.
    ///
    /// # Errors
    /// When the bytes are no capture.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let analysis = &mut self.analysis;
        self.source.file_bytes += bytes.len() as u64;
        self.source.reader.feed(bytes, |frame, _| analysis.frame(0, frame))
    }

    /// Says that the capture has ended; returns the sink with all tables.
    ///
    /// # Errors
    /// When all that was fed made no capture.
    pub fn finish(mut self) -> Result<S, Error> {
        let analysis = &mut self.analysis;
        self.source.reader.finish(|frame, _| analysis.frame(0, frame))?;
        Ok(self.analysis.finish(&[&self.source]))
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.analysis.frames()
    }

    /// Bytes that came out of a compressed capture so far, 0 for one that is not compressed.
    pub fn decompressed_bytes(&self) -> u64 {
        self.source.reader.decompressed_bytes()
    }

    /// Where tables go.
    pub fn sink_mut(&mut self) -> &mut S {
        self.analysis.sink_mut()
    }
}

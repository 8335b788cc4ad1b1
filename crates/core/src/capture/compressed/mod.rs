//! Compressed captures: gzip, zstd and lz4, told by their content and decompressed as they arrive, in bounded memory.

mod frames;
mod gzip;
mod lz4;
mod zstd;

use frames::Frames;
use gzip::Gzip;

use super::records::Records;
use super::{Context, Frame};
use crate::error::Error;
use crate::issue::IssueKind;

/// Bytes by which a compression can be told.
pub(super) const DETECT_BYTES: usize = 4;

/// Compressed bytes that are taken at once. Counted from the beginning of the input, so that how the input is chunked
/// never changes where damage or a bomb is found.
const SLICE_BYTES: u64 = 4096;

/// A capture may expand to this much at any ratio.
const BOMB_BYTES: u64 = 256 << 20;

/// Beyond [`BOMB_BYTES`], no capture expands more than so many times.
const BOMB_RATIO: u64 = 500;

/// Why decompression ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    Damaged(String),
    Unsupported(String),
}

impl Trouble {
    fn damaged(what: impl std::fmt::Display) -> Self {
        Self::Damaged(what.to_string())
    }
}

enum Decoder {
    Gzip(Gzip),
    Frames(Frames),
}

impl Decoder {
    /// Decompresses from the beginning of `input` and appends to `output`, a bounded amount at a time. Returns how many
    /// bytes were used up; none used and none written means that more must be shown.
    fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Trouble> {
        match self {
            Self::Gzip(gzip) => gzip.push(input, output),
            Self::Frames(frames) => frames.push(input, output),
        }
    }

    /// The stream may end here.
    fn is_complete(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.is_complete(),
            Self::Frames(frames) => frames.is_complete(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Gzip(_) => "gzip",
            Self::Frames(frames) => frames.name(),
        }
    }
}

/// Decompresses what it is fed and feeds it on.
pub(super) struct Compressed {
    decoder: Decoder,
    /// Compressed bytes that are not used yet.
    pending: Vec<u8>,
    output: Vec<u8>,
    taken_bytes: u64,
    produced_bytes: u64,
    trouble: Option<Trouble>,
    ended: bool,
}

impl Compressed {
    /// Recognises a compression by the first bytes.
    pub(super) fn recognise(bytes: &[u8]) -> Option<Self> {
        let decoder = if Gzip::recognise(bytes) {
            Decoder::Gzip(Gzip::new())
        } else if Frames::recognise(bytes) {
            Decoder::Frames(Frames::new())
        } else {
            return None;
        };
        Some(Self {
            decoder,
            pending: Vec::new(),
            output: Vec::new(),
            taken_bytes: 0,
            produced_bytes: 0,
            trouble: None,
            ended: false,
        })
    }

    pub(super) fn name(&self) -> &'static str {
        self.decoder.name()
    }

    /// Bytes that came out so far.
    pub(super) fn produced_bytes(&self) -> u64 {
        self.produced_bytes
    }

    /// Nothing more is read, whatever comes.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        records: &mut Records,
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<(), Error> {
        while !bytes.is_empty() && !self.ended {
            let room = SLICE_BYTES - self.taken_bytes % SLICE_BYTES;
            let (slice, rest) = bytes.split_at(bytes.len().min(room as usize));
            self.pending.extend_from_slice(slice);
            self.taken_bytes += slice.len() as u64;
            bytes = rest;
            if self.taken_bytes.is_multiple_of(SLICE_BYTES) {
                self.pump(records, sink)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(
        &mut self,
        records: &mut Records,
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<(), Error> {
        self.pump(records, sink)?;
        if !self.ended && self.trouble.is_none() && !(self.decoder.is_complete() && self.pending.is_empty()) {
            self.trouble = Some(Trouble::damaged("the input ends inside it"));
        }
        self.ended = true;
        let Some(trouble) = self.trouble.take() else { return records.finish(sink) };
        let finished = records.finish(sink);
        self.report(trouble, finished, &mut records.context)
    }

    /// Decompresses as far as the pending bytes go.
    fn pump(&mut self, records: &mut Records, sink: &mut impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        let mut at = 0;
        while !self.ended {
            self.output.clear();
            let result = self.decoder.push(&self.pending[at..], &mut self.output);
            self.produced_bytes += self.output.len() as u64;
            records.feed(&self.output, sink)?;
            self.ended = records.ended();
            match result {
                Ok(0) if self.output.is_empty() => break,
                Ok(used) => at += used,
                Err(trouble) => {
                    self.trouble = Some(trouble);
                    self.ended = true;
                }
            }
            if self.produced_bytes > BOMB_BYTES && self.produced_bytes / BOMB_RATIO > self.taken_bytes {
                records.context.note(IssueKind::DecompressionBomb, 0);
                self.ended = true;
            }
        }
        self.pending.drain(..at);
        Ok(())
    }

    /// Damage is an issue where something could be read before it, and an error where not.
    fn report(&self, trouble: Trouble, finished: Result<(), Error>, context: &mut Context) -> Result<(), Error> {
        if let Err(error) = finished {
            return Err(match (trouble, error) {
                (Trouble::Unsupported(what), _) => Error::Unsupported { what },
                (Trouble::Damaged(_), Error::NotACapture { first_bytes }) if first_bytes.len() >= 8 => {
                    Error::NotACapture { first_bytes }
                }
                (Trouble::Damaged(what), _) => {
                    Error::Damaged { format: self.name(), offset: self.taken_bytes - self.pending.len() as u64, what }
                }
            });
        }
        let (Trouble::Damaged(what) | Trouble::Unsupported(what)) = trouble;
        let frame = Some(context.frames + 1);
        context.issues.note(IssueKind::CompressedStreamDamaged, 0, frame, Some(self.produced_bytes));
        context.issues.describe(IssueKind::CompressedStreamDamaged, 0, &format!("{}: {what}", self.name()));
        Ok(())
    }
}

//! Finds where reading can go on after a corrupt record, in bounded memory and time.

use super::{Context, MAX_RECORD_BYTES, Step};
use crate::issue::IssueKind;

/// A search gives up after so many bytes.
const SEARCH_BYTES: u64 = 64 << 20;

/// A search asks for so many bytes more than it needs, so that its cost does not depend on how the input is chunked.
const AHEAD_BYTES: usize = 64 << 10;

/// Whether a record can begin at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Probe {
    /// It can, and what follows agrees.
    Holds,
    /// It cannot.
    Broken,
    /// Cannot be told with fewer bytes than this.
    Need(usize),
    /// The input ends before a record could begin.
    End,
}

/// What a step of a search came to.
pub(super) enum Found<'a> {
    /// Reading goes on at the beginning of what was shown.
    Here,
    /// To be answered to the reader.
    Step(Step<'a>),
}

/// A search under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Offset of the corrupt record.
    from: u64,
    /// Number that its frame would have had.
    frame: u64,
    /// Bytes passed over so far.
    passed: u64,
}

impl Search {
    /// Begins behind the first byte of the corrupt record at hand, which the caller skips.
    pub(super) fn begin(context: &Context) -> Self {
        Self { from: context.offset, frame: context.frames + 1, passed: 1 }
    }

    /// Looks for the first place in `bytes` where `probe` holds.
    pub(super) fn step<'a>(
        &mut self,
        bytes: &[u8],
        context: &mut Context,
        probe: impl Fn(&[u8]) -> Probe,
    ) -> Found<'a> {
        let mut at = 0;
        let end = loop {
            if self.passed + at as u64 > SEARCH_BYTES {
                break Probe::End;
            }
            match probe(&bytes[at..]) {
                Probe::Broken if at < bytes.len() => at += 1,
                end => break end,
            }
        };
        match end {
            Probe::Holds if at == 0 => {
                context.issues.add(IssueKind::Resynchronised, 0, self.passed, Some(self.frame), Some(self.from));
                Found::Here
            }
            Probe::Holds | Probe::Need(_) if at > 0 => {
                self.passed += at as u64;
                Found::Step(Step::Skip(at as u64))
            }
            Probe::Need(needed) => Found::Step(Step::Need((needed + AHEAD_BYTES).min(MAX_RECORD_BYTES))),
            _ => {
                context.issues.note(IssueKind::CorruptRecord, 0, Some(self.frame), Some(self.from));
                Found::Step(Step::End)
            }
        }
    }
}

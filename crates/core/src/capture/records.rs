//! Keeps what a format needs to see at once, and no more.

use super::detect::{Detected, detect};
use super::{Context, Format, Frame, MAX_RECORD_BYTES, Step};
use crate::error::Error;
use crate::issue::IssueKind;

/// Reads an uncompressed capture that is fed in chunks.
pub(super) struct Records {
    format: Option<Box<dyn Format>>,
    pub(super) context: Context,
    /// The beginning of a record whose end has not arrived.
    pending: Pending,
    /// How much of `pending` the format needs to see.
    needed: usize,
    /// Bytes still to come that are of no interest.
    skip: u64,
    ended: bool,
    frames: FrameFacts,
}

impl Records {
    pub(super) fn new() -> Self {
        Self {
            format: None,
            context: Context::default(),
            pending: Pending::default(),
            needed: 1,
            skip: 0,
            ended: false,
            frames: FrameFacts::default(),
        }
    }

    /// Name of the format, empty while it is not known.
    pub(super) fn format_name(&self) -> &'static str {
        self.format.as_ref().map_or("", |format| format.name())
    }

    /// Nothing more is read, whatever comes.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Takes the next bytes and hands each whole frame to `sink`.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<(), Error> {
        while !bytes.is_empty() && !self.ended {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len() as u64);
                self.skip -= skipped;
                self.context.offset += skipped;
                bytes = &bytes[skipped as usize..];
            } else if self.pending.is_empty() {
                let used = self.run(bytes, sink)?;
                bytes = &bytes[used..];
                if self.skip == 0 && !self.ended {
                    self.pending.extend(bytes);
                    return Ok(());
                }
            } else {
                bytes = self.complete_pending(bytes, sink)?;
            }
        }
        Ok(())
    }

    /// Says that the input has ended: decides what waited for more, and notes a record that was cut.
    pub(super) fn finish(&mut self, sink: &mut impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        let mut cut = self.skip > 0;
        if !self.ended && !cut {
            self.context.at_end = true;
            let pending = std::mem::take(&mut self.pending);
            let used = self.run(pending.bytes(), sink)?;
            cut = !self.ended && (used < pending.bytes().len() || self.skip > 0);
        }
        if cut && !self.ended {
            self.context.note(IssueKind::CutShort, 0);
        }
        self.ended = true;
        self.frames.report(&mut self.context);
        Ok(())
    }

    /// Fills `pending` up to what is needed and runs it; returns what is left of `bytes`.
    fn complete_pending<'b>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<&'b [u8], Error> {
        let missing = self.needed.saturating_sub(self.pending.bytes().len()).min(bytes.len());
        let (head, rest) = bytes.split_at(missing);
        self.pending.extend(head);
        if self.pending.bytes().len() >= self.needed {
            let mut pending = std::mem::take(&mut self.pending);
            let used = self.run(pending.bytes(), sink)?;
            pending.drop_front(used);
            self.pending = pending;
        }
        Ok(rest)
    }

    /// Steps through `bytes` as far as they go; returns how many were used up.
    fn run(&mut self, bytes: &[u8], sink: &mut impl FnMut(&Frame<'_>, &mut Context)) -> Result<usize, Error> {
        if self.format.is_none() {
            match detect(bytes, self.context.at_end)? {
                Detected::Format(format) => self.format = Some(format),
                Detected::Need(needed) => {
                    self.needed = needed;
                    return Ok(0);
                }
            }
        }
        let Some(format) = self.format.as_mut() else { return Ok(0) };
        let mut at = 0;
        while self.skip == 0 {
            match format.step(&bytes[at..], &mut self.context)? {
                Step::Need(needed) => {
                    debug_assert!(needed > bytes.len() - at && needed <= MAX_RECORD_BYTES);
                    self.needed = needed.max(bytes.len() - at + 1);
                    break;
                }
                Step::Frame { mut frame, used } => {
                    self.context.frames += 1;
                    frame.number = self.context.frames;
                    if let Some(interface) = self.context.interfaces.get_mut(frame.interface as usize) {
                        interface.packets += 1;
                    }
                    self.frames.see(&frame, self.context.offset);
                    sink(&frame, &mut self.context);
                    self.context.offset += used as u64;
                    at += used;
                }
                Step::Skip(length) => {
                    debug_assert!(length > 0);
                    let here = length.min((bytes.len() - at) as u64);
                    self.context.offset += here;
                    at += here as usize;
                    self.skip = length - here;
                }
                Step::End => {
                    self.ended = true;
                    return Ok(bytes.len());
                }
            }
        }
        Ok(at)
    }
}

/// Bytes that are appended at the end and used up from the beginning, at a cost that depends on their number only.
#[derive(Default)]
struct Pending {
    buffer: Vec<u8>,
    used: usize,
}

impl Pending {
    fn bytes(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Moves what is left only when it is less than what was used, so that no byte is moved often.
    fn drop_front(&mut self, count: usize) {
        self.used += count;
        if self.used > self.buffer.len() / 2 {
            self.buffer.drain(..self.used);
            self.used = 0;
        }
    }
}

/// What is counted over all frames. Kept out of the issues until the end, since it may concern every frame.
#[derive(Default)]
struct FrameFacts {
    cut_by_snap_length: Tally,
    time_backwards: Tally,
    previous_time_ns: Option<i64>,
}

impl FrameFacts {
    #[inline]
    fn see(&mut self, frame: &Frame<'_>, offset: u64) {
        if frame.data.len() < frame.wire_bytes as usize {
            self.cut_by_snap_length.add(frame.number, offset);
        }
        if let Some(time_ns) = frame.time_ns {
            if self.previous_time_ns.is_some_and(|previous| time_ns < previous) {
                self.time_backwards.add(frame.number, offset);
            }
            self.previous_time_ns = Some(time_ns);
        }
    }

    fn report(&mut self, context: &mut Context) {
        self.cut_by_snap_length.report(IssueKind::SnapLength, context);
        self.time_backwards.report(IssueKind::TimeBackwards, context);
    }
}

/// How often something occurred, and where first.
#[derive(Default)]
struct Tally {
    count: u64,
    frame: u64,
    offset: u64,
}

impl Tally {
    #[inline]
    fn add(&mut self, frame: u64, offset: u64) {
        if self.count == 0 {
            (self.frame, self.offset) = (frame, offset);
        }
        self.count += 1;
    }

    fn report(&mut self, kind: IssueKind, context: &mut Context) {
        let tally = std::mem::take(self);
        if tally.count > 0 {
            context.issues.add(kind, 0, tally.count, Some(tally.frame), Some(tally.offset));
        }
    }
}

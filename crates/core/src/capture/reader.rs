//! Keeps what a format needs to see at once, and no more.

use super::{Context, Format, Frame, MAX_RECORD_BYTES, Step, pcap};
use crate::error::Error;
use crate::issue::IssueKind;

/// Bytes that a format may ask for to recognise itself.
const DETECT_BYTES: usize = 512;

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
    format: Option<Box<dyn Format>>,
    context: Context,
    /// The beginning of a record whose end has not arrived.
    pending: Vec<u8>,
    /// How much of `pending` the format needs to see.
    needed: usize,
    skip: u64,
    bytes_fed: u64,
    ended: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader that has seen nothing yet.
    pub fn new() -> Self {
        Self {
            format: None,
            context: Context::default(),
            pending: Vec::new(),
            needed: 1,
            skip: 0,
            bytes_fed: 0,
            ended: false,
        }
    }

    /// Takes the next bytes of the input and hands each whole frame to `sink`.
    ///
    /// # Errors
    /// When the input is no capture at all. Frames already delivered stay valid.
    pub fn feed(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        self.bytes_fed += bytes.len() as u64;
        while !bytes.is_empty() && !self.ended {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len() as u64);
                self.skip -= skipped;
                self.context.offset += skipped;
                bytes = &bytes[skipped as usize..];
            } else if self.pending.is_empty() {
                let used = self.run(bytes, false, &mut sink)?;
                bytes = &bytes[used..];
                if self.skip == 0 && !self.ended {
                    self.pending.extend_from_slice(bytes);
                    return Ok(());
                }
            } else {
                bytes = self.complete_pending(bytes, &mut sink)?;
            }
        }
        Ok(())
    }

    /// Says that the input has ended, and notes a record that was cut.
    ///
    /// # Errors
    /// When nothing that was fed made a capture.
    pub fn finish(&mut self, mut sink: impl FnMut(&Frame<'_>, &mut Context)) -> Result<(), Error> {
        if self.format.is_none() && !self.ended {
            let pending = std::mem::take(&mut self.pending);
            let used = self.run(&pending, true, &mut sink)?;
            self.pending = pending[used..].to_vec();
        }
        if !self.ended && (!self.pending.is_empty() || self.skip > 0) {
            self.context.note(IssueKind::CutShort, 0);
        }
        self.ended = true;
        Ok(())
    }

    /// What was learnt besides frames.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same, to be added to.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.context
    }

    /// Name of the format, empty while it is not known.
    pub fn format_name(&self) -> &'static str {
        self.format.as_ref().map_or("", |format| format.name())
    }

    /// How the input is compressed, if it is.
    pub fn compression(&self) -> Option<&'static str> {
        None
    }

    /// Bytes fed so far, still compressed.
    pub fn bytes_fed(&self) -> u64 {
        self.bytes_fed
    }

    /// Fills `pending` up to what is needed and runs it; returns what is left of `bytes`.
    fn complete_pending<'b>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<&'b [u8], Error> {
        let missing = self.needed.saturating_sub(self.pending.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(missing);
        self.pending.extend_from_slice(head);
        if self.pending.len() >= self.needed {
            let mut pending = std::mem::take(&mut self.pending);
            let used = self.run(&pending, false, sink)?;
            pending.drain(..used);
            self.pending = pending;
        }
        Ok(rest)
    }

    /// Steps through `bytes` as far as they go; returns how many were used up.
    fn run(
        &mut self,
        bytes: &[u8],
        last: bool,
        sink: &mut impl FnMut(&Frame<'_>, &mut Context),
    ) -> Result<usize, Error> {
        let mut at = 0;
        if self.format.is_none() {
            match detect(bytes, last)? {
                Detected::Format(format) => self.format = Some(format),
                Detected::Need(needed) => {
                    self.needed = needed;
                    return Ok(0);
                }
            }
        }
        let Some(format) = self.format.as_mut() else { return Ok(0) };
        while self.skip == 0 {
            match format.step(&bytes[at..], &mut self.context)? {
                Step::Need(needed) => {
                    debug_assert!(needed > bytes.len() - at && needed <= MAX_RECORD_BYTES);
                    self.needed = needed;
                    break;
                }
                Step::Frame { mut frame, used } => {
                    self.context.frames += 1;
                    frame.number = self.context.frames;
                    if let Some(interface) = self.context.interfaces.get_mut(frame.interface as usize) {
                        interface.packets += 1;
                    }
                    sink(&frame, &mut self.context);
                    self.context.offset += used as u64;
                    at += used;
                }
                Step::Skip(length) => {
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

enum Detected {
    Format(Box<dyn Format>),
    Need(usize),
}

/// Finds the format by the first bytes. `last` says that no more will come.
fn detect(bytes: &[u8], last: bool) -> Result<Detected, Error> {
    if bytes.is_empty() && last {
        return Err(Error::Empty);
    }
    for recognise in [pcap::recognise] {
        if let Some(format) = recognise(bytes)? {
            return Ok(Detected::Format(format));
        }
    }
    if !last && bytes.len() < DETECT_BYTES {
        return Ok(Detected::Need(DETECT_BYTES));
    }
    Err(Error::NotACapture { first_bytes: bytes[..bytes.len().min(8)].to_vec() })
}

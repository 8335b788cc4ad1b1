//! pcap, the classic libpcap format (draft-ietf-opsawg-pcap), with the variants that patched programs wrote.

mod header;
mod layout;
mod plausible;

use header::FileHeader;
use layout::Choice;

use super::search::{Found, Search};
use super::time::SECOND_NS;
use super::{Context, Format, Frame, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const NAME: &str = "pcap";

/// Recognises pcap by its magic number.
pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    let magic = header::Magic::read(bytes)?;
    Some(Box::new(Pcap { phase: Phase::FileHeader(magic), file: FileHeader::unread(magic), previous_seconds: None }))
}

enum Phase {
    FileHeader(header::Magic),
    /// The file header is read, and the layout of the record headers is to be told by the first of them.
    Layout,
    Records,
    /// After a corrupt record.
    Search(Search),
}

struct Pcap {
    phase: Phase,
    file: FileHeader,
    /// Time of the last good record, to judge the next by.
    previous_seconds: Option<u32>,
}

impl Pcap {
    fn read_file_header<'a>(
        &mut self,
        magic: header::Magic,
        bytes: &[u8],
        context: &mut Context,
    ) -> Result<Step<'a>, Error> {
        let needed = magic.file_header_bytes();
        let Some(bytes) = bytes.get(..needed) else { return context.need_header(NAME, needed) };
        self.file = FileHeader::read(magic, bytes)?;
        context.interfaces.push(self.file.interface());
        self.phase = Phase::Layout;
        Ok(Step::Skip(needed as u64))
    }

    fn read_layout<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        match layout::choose(&self.file, bytes, context.at_end) {
            Choice::Need(needed) => Step::Need(needed),
            Choice::Header(bytes_of_header) => {
                self.file.record_header_bytes = bytes_of_header;
                self.phase = Phase::Records;
                self.read_record(bytes, context)
            }
        }
    }

    #[inline]
    fn read_record<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let header_bytes = self.file.record_header_bytes;
        let Some(header) = bytes.get(..header_bytes) else { return Step::Need(header_bytes) };
        let record = self.file.record(header);
        let captured = record.captured_bytes as usize;
        if captured > self.file.record_limit_bytes {
            return self.begin_search(context);
        }
        if record.is_zero()
            && let Some(step) = self.judge_zeros(bytes, context)
        {
            return step;
        }
        let used = header_bytes + captured;
        let Some(mut data) = bytes.get(header_bytes..used) else { return Step::Need(used) };
        let padding = self.file.padding_bytes.min(captured);
        if padding > 0 {
            data = &data[padding..];
        }
        if record.wire_bytes as usize > self.file.record_limit_bytes
            && let Some(step) = self.judge_length(bytes, used, context)
        {
            return step;
        }
        if record.captured_bytes > record.wire_bytes {
            context.note(IssueKind::CapturedMoreThanWire, 0);
        }
        self.previous_seconds = Some(record.seconds);
        let frame = Frame {
            number: 0,
            time_ns: Some(i64::from(record.seconds) * SECOND_NS + i64::from(record.fraction) * self.file.fraction_ns),
            interface: 0,
            link_type: self.file.link_type,
            wire_bytes: record.wire_bytes.saturating_sub(padding as u32),
            data,
        };
        Step::Frame { frame, used }
    }

    /// A record header of nothing but zeros is a frame of no bytes at the beginning of 1970, unless more zeros follow:
    /// then it is the padding of a file whose space was allocated and never written.
    fn judge_zeros<'a>(&mut self, bytes: &[u8], context: &mut Context) -> Option<Step<'a>> {
        let shown = 2 * self.file.record_header_bytes;
        if bytes.len() < shown && !context.at_end {
            return Some(Step::Need(shown));
        }
        let near_1970 = self.previous_seconds.is_some_and(|seconds| seconds < plausible::NEAR_SECONDS);
        let padding = !near_1970 && bytes.iter().take(shown).all(|&byte| byte == 0);
        padding.then(|| self.begin_search(context))
    }

    /// A length on the wire that no packet has is taken only if another record follows, or the end of the input.
    fn judge_length<'a>(&mut self, bytes: &[u8], used: usize, context: &mut Context) -> Option<Step<'a>> {
        let end = used + self.file.record_header_bytes;
        let agrees = match bytes.get(used..end) {
            Some(next) => plausible::record(&self.file, self.file.record(next), None),
            None if context.at_end => bytes.len() == used,
            None => return Some(Step::Need(end)),
        };
        (!agrees).then(|| self.begin_search(context))
    }

    fn begin_search<'a>(&mut self, context: &Context) -> Step<'a> {
        self.phase = Phase::Search(Search::begin(context));
        Step::Skip(1)
    }

    fn search<'a>(&mut self, mut search: Search, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let at_end = context.at_end;
        let found =
            search.step(bytes, context, |bytes| plausible::chain(&self.file, self.previous_seconds, bytes, at_end));
        match found {
            Found::Here => {
                self.phase = Phase::Records;
                self.read_record(bytes, context)
            }
            Found::Step(step) => {
                self.phase = Phase::Search(search);
                step
            }
        }
    }
}

impl Format for Pcap {
    fn name(&self) -> &'static str {
        NAME
    }

    #[inline]
    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        match self.phase {
            Phase::Records => Ok(self.read_record(bytes, context)),
            Phase::FileHeader(magic) => self.read_file_header(magic, bytes, context),
            Phase::Layout => Ok(self.read_layout(bytes, context)),
            Phase::Search(search) => Ok(self.search(search, bytes, context)),
        }
    }
}

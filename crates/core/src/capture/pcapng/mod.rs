//! pcapng (draft-ietf-opsawg-pcapng): sections of blocks, one file here per type of block.

mod block;
mod enhanced_packet;
mod interface_description;
mod interface_statistics;
mod options;
mod packet;
mod section;
mod section_header;
mod simple_packet;

use block::{Block, Framing};
use section::Section;

use super::search::{Found, Search};
use super::{Context, Format, Frame, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const NAME: &str = "pcapng";

/// Recognises pcapng by the type of its first block, which reads the same in both byte orders.
pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    bytes.starts_with(&block::SECTION_HEADER.to_be_bytes()).then(|| {
        let format: Box<dyn Format> = Box::new(Pcapng { section: None, search: None });
        format
    })
}

struct Pcapng {
    /// The section being read; none before the first.
    section: Option<Section>,
    /// Under way after a corrupt block.
    search: Option<Search>,
}

impl Pcapng {
    fn read_first<'a>(&mut self, bytes: &[u8], context: &mut Context) -> Result<Step<'a>, Error> {
        let damaged = |what: &str, at| Error::Damaged { format: NAME, offset: at, what: what.to_owned() };
        match block::frame(bytes, None, false) {
            Framing::Need(needed) => context.need_header(NAME, needed),
            Framing::Broken => Err(damaged("no section header block with a byte-order mark and a length", 4)),
            Framing::Block(block) => {
                block.note_oddities(context);
                let (section, version) = section_header::read(&block, context);
                if !version.is_readable() {
                    return Err(Error::Unsupported { what: format!("{NAME} version {version}") });
                }
                self.section = Some(section);
                Ok(Step::Skip(block.length as u64))
            }
        }
    }

    #[inline]
    fn read_block<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let endian = self.section.as_ref().map(|section| section.endian);
        match block::frame(bytes, endian, context.at_end) {
            Framing::Need(needed) => Step::Need(needed),
            Framing::Broken => {
                self.search = Some(Search::begin(context));
                Step::Skip(1)
            }
            Framing::Block(block) => {
                block.note_oddities(context);
                match self.read_body(&block, context) {
                    Some(frame) => Step::Frame { frame, used: block.length },
                    None => Step::Skip(block.length as u64),
                }
            }
        }
    }

    #[inline]
    fn read_body<'a>(&mut self, block: &Block<'a>, context: &mut Context) -> Option<Frame<'a>> {
        let section = self.section.as_mut()?;
        match block.kind {
            block::ENHANCED_PACKET => return enhanced_packet::read(block, section, context),
            block::SIMPLE_PACKET => return simple_packet::read(block, section, context),
            block::PACKET => return packet::read(block, section, context),
            block::INTERFACE_DESCRIPTION => interface_description::read(block, section, context),
            block::INTERFACE_STATISTICS => interface_statistics::read(block, section, context),
            block::SECTION_HEADER => {
                let (next, version) = section_header::read(block, context);
                if !version.is_readable() {
                    context.note(IssueKind::MalformedBlock, u64::from(block.kind));
                }
                *section = next;
            }
            kind => pass_over(kind, context),
        }
        None
    }

    fn search<'a>(&mut self, mut search: Search, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let (endian, at_end) = (self.section.as_ref().map(|section| section.endian), context.at_end);
        match search.step(bytes, context, |bytes| block::probe(bytes, endian, at_end)) {
            Found::Here => {
                self.search = None;
                self.read_block(bytes, context)
            }
            Found::Step(step) => {
                self.search = Some(search);
                step
            }
        }
    }
}

/// A block that is not read still takes a frame number where Wireshark gives it one, so that numbers agree behind it.
fn pass_over(kind: u32, context: &mut Context) {
    if !block::HARMLESS.contains(&kind) {
        context.note(IssueKind::BlockSkipped, u64::from(kind));
    }
    if block::NUMBERED.contains(&kind) {
        context.frames += 1;
    }
}

impl Format for Pcapng {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        match self.search {
            Some(search) => Ok(self.search(search, bytes, context)),
            None if self.section.is_none() => self.read_first(bytes, context),
            None => Ok(self.read_block(bytes, context)),
        }
    }
}

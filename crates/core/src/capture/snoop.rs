//! snoop, the format of Solaris (RFC 1761), also as Shomiti's analysers write it.

use super::bytes::Endian;
use super::time::SECOND_NS;
use super::{Context, Format, Frame, Interface, LinkType, MAX_RECORD_BYTES, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const NAME: &str = "snoop";
const MAGIC: &[u8] = b"snoop\0\0\0";
const FILE_HEADER_BYTES: usize = 16;
const RECORD_HEADER_BYTES: usize = 24;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    bytes.starts_with(MAGIC).then(|| {
        let format: Box<dyn Format> = Box::new(Snoop { link_type: None, drops: 0 });
        format
    })
}

struct Snoop {
    /// `None` until the file header is read.
    link_type: Option<LinkType>,
    /// Packets dropped so far, as the last record says.
    drops: u32,
}

impl Snoop {
    fn read_header<'a>(&mut self, bytes: &[u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if bytes.len() < FILE_HEADER_BYTES {
            return context.need_header(NAME, FILE_HEADER_BYTES);
        }
        let (version, media) = (Endian::Big.u32(bytes, 8), Endian::Big.u32(bytes, 12));
        // Version 2 is the only published one; Shomiti writes 3 to 5, with the same records.
        if !(2..=5).contains(&version) {
            return Err(Error::Unsupported { what: format!("{NAME} version {version}") });
        }
        let Some(link_type) = link_type(media) else {
            return Err(Error::Unsupported { what: format!("{NAME} of datalink type {media}") });
        };
        self.link_type = Some(link_type);
        context.interfaces.push(Interface { link_type, resolution_ns: 1000, ..Interface::default() });
        Ok(Step::Skip(FILE_HEADER_BYTES as u64))
    }

    fn read_record<'a>(&mut self, link_type: LinkType, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        if bytes.len() < RECORD_HEADER_BYTES {
            return Step::Need(RECORD_HEADER_BYTES);
        }
        let [wire_bytes, captured, used, drops, seconds, microseconds] =
            [0, 4, 8, 12, 16, 20].map(|at| Endian::Big.u32(bytes, at));
        let (captured, used) = (captured as usize, used as usize);
        if used > MAX_RECORD_BYTES || captured > used.saturating_sub(RECORD_HEADER_BYTES) || used == 0 {
            return context.corrupt();
        }
        if bytes.len() < used {
            return Step::Need(used);
        }
        self.note_drops(drops, context);
        if captured > wire_bytes as usize {
            context.note(IssueKind::CapturedMoreThanWire, 0);
        }
        let frame = Frame {
            number: 0,
            time_ns: Some(i64::from(seconds) * SECOND_NS + i64::from(microseconds) * 1000),
            interface: 0,
            link_type,
            wire_bytes,
            data: &bytes[RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + captured],
        };
        Step::Frame { frame, used }
    }

    /// Each record says how many packets were dropped since the capture began.
    fn note_drops(&mut self, drops: u32, context: &mut Context) {
        let more = drops.saturating_sub(self.drops);
        if more > 0 {
            self.drops = drops;
            let (frame, offset) = (Some(context.frames + 1), Some(context.offset));
            context.issues.add(IssueKind::CaptureDrops, 0, u64::from(more), frame, offset);
        }
    }
}

/// The link type of a datalink type of DLPI.
fn link_type(media: u32) -> Option<LinkType> {
    Some(match media {
        0 | 4 => LinkType::ETHERNET,
        2 => LinkType::TOKEN_RING,
        8 => LinkType::FDDI,
        9 | 14 => LinkType::NULL,
        16 => LinkType::IP_OVER_FC,
        18 => LinkType::SUN_ATM,
        26 => LinkType::IPOIB,
        _ => return None,
    })
}

impl Format for Snoop {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        match self.link_type {
            None => self.read_header(bytes, context),
            Some(link_type) => Ok(self.read_record(link_type, bytes, context)),
        }
    }
}

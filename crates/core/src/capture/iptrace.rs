//! iptrace, the format of AIX, versions 1.0 and 2.0. Each record names its interface.

use super::bytes::{Endian, text};
use super::time::SECOND_NS;
use super::{Context, Format, Frame, LinkType, MAX_RECORD_BYTES, Step};
use crate::error::Error;

const NAME: &str = "iptrace";
const FILE_HEADER_BYTES: usize = 11;

/// FDDI packets have so many bytes of padding before them.
const FDDI_PADDING_BYTES: usize = 3;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    let layout = match bytes.get(..FILE_HEADER_BYTES)? {
        b"iptrace 1.0" => Layout { header_bytes: 30, counted_header_bytes: 22, has_nanoseconds: false },
        b"iptrace 2.0" => Layout { header_bytes: 40, counted_header_bytes: 32, has_nanoseconds: true },
        _ => return None,
    };
    Some(Box::new(Iptrace { layout, header_read: false }))
}

/// What differs between the versions.
#[derive(Clone, Copy)]
struct Layout {
    header_bytes: usize,
    /// How much of the header a record's length counts.
    counted_header_bytes: usize,
    has_nanoseconds: bool,
}

struct Iptrace {
    layout: Layout,
    header_read: bool,
}

impl Iptrace {
    fn read_record<'a>(&self, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let header_bytes = self.layout.header_bytes;
        let Some(header) = bytes.get(..header_bytes) else { return Step::Need(header_bytes) };
        let counted = Endian::Big.u32(header, 0) as usize;
        let Some(captured) = counted.checked_sub(self.layout.counted_header_bytes) else { return context.corrupt() };
        let used = header_bytes + captured;
        if used > MAX_RECORD_BYTES {
            return context.corrupt();
        }
        let Some(mut data) = bytes.get(header_bytes..used) else { return Step::Need(used) };
        let link_type = link_type(header[28]);
        if link_type == LinkType::FDDI {
            data = data.get(FDDI_PADDING_BYTES..).unwrap_or_default();
        }
        let (time_ns, resolution_ns) = self.time(header);
        let frame = Frame {
            number: 0,
            time_ns: Some(time_ns),
            interface: context.interface(link_type, text(&header[12..16]), resolution_ns),
            link_type,
            wire_bytes: data.len() as u32,
            data,
        };
        Step::Frame { frame, used }
    }

    /// Version 1.0 has whole seconds only.
    fn time(&self, header: &[u8]) -> (i64, u64) {
        if !self.layout.has_nanoseconds {
            return (i64::from(Endian::Big.u32(header, 4)) * SECOND_NS, SECOND_NS as u64);
        }
        let (seconds, nanoseconds) = (Endian::Big.u32(header, 32), Endian::Big.u32(header, 36));
        (i64::from(seconds) * SECOND_NS + i64::from(nanoseconds), 1)
    }
}

/// The link type of an interface type of RFC 1573; others are numbered from 131,072 on, so that they stay apart.
fn link_type(interface_type: u8) -> LinkType {
    match interface_type {
        4 | 12 | 24 => LinkType::RAW,
        6 | 7 => LinkType::ETHERNET,
        9 => LinkType::TOKEN_RING,
        15 => LinkType::FDDI,
        16 => LinkType::LAPB,
        37 => LinkType::ATM_RFC1483,
        other => LinkType(131_072 + u32::from(other)),
    }
}

impl Format for Iptrace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if !self.header_read {
            self.header_read = true;
            return Ok(Step::Skip(FILE_HEADER_BYTES as u64));
        }
        Ok(self.read_record(bytes, context))
    }
}

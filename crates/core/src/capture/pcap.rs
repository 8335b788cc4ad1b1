//! pcap, the classic libpcap format (draft-ietf-opsawg-pcap).

use super::{Context, Format, Frame, Interface, LinkType, MAX_RECORD_BYTES, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const FILE_HEADER_BYTES: usize = 24;
const RECORD_HEADER_BYTES: usize = 16;

/// Recognises pcap by its magic number.
#[allow(clippy::unnecessary_wraps)] // all formats are recognised by functions of one type
pub(super) fn recognise(bytes: &[u8]) -> Result<Option<Box<dyn Format>>, Error> {
    let Some(&[a, b, c, d]) = bytes.first_chunk::<4>() else { return Ok(None) };
    let (big_endian, fraction_ns) = match [a, b, c, d] {
        [0xa1, 0xb2, 0xc3, 0xd4] => (true, 1000),
        [0xd4, 0xc3, 0xb2, 0xa1] => (false, 1000),
        [0xa1, 0xb2, 0x3c, 0x4d] => (true, 1),
        [0x4d, 0x3c, 0xb2, 0xa1] => (false, 1),
        _ => return Ok(None),
    };
    Ok(Some(Box::new(Pcap { big_endian, fraction_ns, header_read: false, link_type: LinkType::default() })))
}

struct Pcap {
    big_endian: bool,
    /// Nanoseconds in one unit of the fraction field.
    fraction_ns: i64,
    header_read: bool,
    link_type: LinkType,
}

impl Pcap {
    fn u32(&self, bytes: &[u8], at: usize) -> u32 {
        let four = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }

    fn read_header<'a>(&mut self, bytes: &[u8], context: &mut Context) -> Step<'a> {
        if bytes.len() < FILE_HEADER_BYTES {
            return Step::Need(FILE_HEADER_BYTES);
        }
        let snap_length = self.u32(bytes, 16);
        self.link_type = LinkType(self.u32(bytes, 20) & 0xffff);
        self.header_read = true;
        context.interfaces.push(Interface {
            link_type: self.link_type,
            snap_length_bytes: (snap_length != 0).then_some(snap_length),
            resolution_ns: self.fraction_ns as u64,
            ..Interface::default()
        });
        Step::Skip(FILE_HEADER_BYTES as u64)
    }
}

impl Format for Pcap {
    fn name(&self) -> &'static str {
        "pcap"
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if !self.header_read {
            return Ok(self.read_header(bytes, context));
        }
        let Some((header, rest)) = bytes.split_first_chunk::<RECORD_HEADER_BYTES>() else {
            return Ok(Step::Need(RECORD_HEADER_BYTES));
        };
        let captured = self.u32(header, 8) as usize;
        if captured > MAX_RECORD_BYTES - RECORD_HEADER_BYTES {
            context.note(IssueKind::CorruptRecord, 0);
            return Ok(Step::End);
        }
        let used = RECORD_HEADER_BYTES + captured;
        let Some(data) = rest.get(..captured) else { return Ok(Step::Need(used)) };
        let seconds = i64::from(self.u32(header, 0));
        let fraction = i64::from(self.u32(header, 4));
        let frame = Frame {
            number: 0,
            time_ns: Some(seconds * 1_000_000_000 + fraction * self.fraction_ns),
            interface: 0,
            link_type: self.link_type,
            wire_bytes: self.u32(header, 12),
            data,
        };
        Ok(Step::Frame { frame, used })
    }
}

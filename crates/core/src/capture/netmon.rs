//! Microsoft Network Monitor, versions 1.x (`RTSS`) and 2.x (`GMBU`).
//!
//! The file header leads to a table of frame offsets behind the frames. The frames are also one after another from the
//! header on, so they are read that way, and the table only tells where they end.

use super::bytes::Endian;
use super::time::{SECOND_NS, seconds_since_1970, wrapped};
use super::{Context, Format, Frame, Interface, LinkType, MAX_RECORD_BYTES, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const NAME: &str = "netmon";
const FILE_HEADER_BYTES: usize = 128;

/// 100 ns units from 1601, where Windows times begin, to 1970.
const FILE_TIME_OF_1970: i128 = 116_444_736_000_000_000;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    let is_magic = bytes.starts_with(b"RTSS") || bytes.starts_with(b"GMBU");
    is_magic.then(|| {
        let format: Box<dyn Format> = Box::new(NetMon { capture: None });
        format
    })
}

struct NetMon {
    /// `None` until the file header is read.
    capture: Option<Capture>,
}

/// What the file header says.
#[derive(Clone)]
struct Capture {
    major: u8,
    minor: u8,
    link_type: LinkType,
    start_ns: i128,
    /// Frames end here.
    end_offset: u64,
    /// Frames still to come, those that hold no packet included.
    frames_left: u64,
}

impl Capture {
    fn read(header: &[u8]) -> Result<Self, Error> {
        let le = Endian::Little;
        let (minor, major) = (header[4], header[5]);
        if !matches!((&header[..4], major), (b"RTSS", 1) | (b"GMBU", 2)) {
            return Err(Error::Unsupported { what: format!("{NAME} version {major}.{minor}") });
        }
        let media = le.u16(header, 6);
        let Some(link_type) = link_type(media, major == 2 && minor > 0) else {
            return Err(Error::Unsupported { what: format!("{NAME} of network type {media}") });
        };
        // Windows' SYSTEMTIME; its third field is the day of the week.
        let [year, month, day, hour, minute, second, millisecond] =
            [8, 10, 14, 16, 18, 20, 22].map(|at| i64::from(le.u16(header, at)));
        let seconds = seconds_since_1970(year, month, day, hour, minute, second);
        let (table_offset, table_bytes) = (u64::from(le.u32(header, 24)), u64::from(le.u32(header, 28)));
        if table_offset < FILE_HEADER_BYTES as u64 {
            let what = format!("the frame table is at {table_offset}, inside the header");
            return Err(Error::Damaged { format: NAME, offset: 24, what });
        }
        Ok(Self {
            major,
            minor,
            link_type,
            start_ns: i128::from(seconds) * i128::from(SECOND_NS) + i128::from(millisecond) * 1_000_000,
            end_offset: table_offset,
            frames_left: table_bytes / 4,
        })
    }

    fn record_header_bytes(&self) -> usize {
        if self.major == 1 { 8 } else { 16 }
    }

    /// Bytes behind the packet: its media type, the process that sent it, and its time in UTC with the time zone.
    fn trailer_bytes(&self) -> usize {
        match (self.major, self.minor) {
            (2, 0) | (1, _) => 0,
            (2, 1) => 2,
            (2, 2) => 6,
            _ => 15,
        }
    }

    fn read_record<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        let room = self.end_offset.saturating_sub(context.offset);
        if self.frames_left == 0 || room == 0 {
            return Step::End;
        }
        let header_bytes = self.record_header_bytes();
        let Some(header) = bytes.get(..header_bytes) else { return Step::Need(header_bytes) };
        let (delta_ns, wire_bytes, captured) = lengths(header);
        let used = header_bytes + captured + self.trailer_bytes();
        if used as u64 > room || used > MAX_RECORD_BYTES {
            return context.corrupt();
        }
        let Some(trailer) = bytes.get(header_bytes + captured..used) else { return Step::Need(used) };
        self.frames_left -= 1;
        let Some((link_type, data)) = self.packet(trailer, &bytes[header_bytes..header_bytes + captured]) else {
            return Step::Skip(used as u64);
        };
        if captured > wire_bytes as usize {
            context.note(IssueKind::CapturedMoreThanWire, 0);
        }
        let time_ns = if trailer.len() >= 15 {
            (i128::from(Endian::Little.u64(trailer, 6)) - FILE_TIME_OF_1970) * 100
        } else {
            self.start_ns + delta_ns
        };
        let time_ns = Some(wrapped(time_ns, context));
        let interface = context.interface(link_type, None, self.resolution_ns());
        Step::Frame { frame: Frame { number: 0, time_ns, interface, link_type, wire_bytes, data }, used }
    }

    /// The packet and its link type, unless the frame is one of Network Monitor's own notes.
    fn packet<'a>(&self, trailer: &[u8], data: &'a [u8]) -> Option<(LinkType, &'a [u8])> {
        if trailer.is_empty() {
            return Some((self.link_type, data));
        }
        let media = Endian::Little.u16(trailer, 0);
        // Payload header, network filter and filter expression: frames without a packet.
        if (0xfffc..=0xfffe).contains(&media) {
            return None;
        }
        Some((link_type(media, true).unwrap_or(LinkType(131_072 + u32::from(media))), data))
    }

    fn resolution_ns(&self) -> u64 {
        match (self.major, self.minor) {
            (1, _) => 1_000_000,
            (2, 0..=2) => 1000,
            _ => 100,
        }
    }
}

/// Time since the beginning of the capture, length on the wire, and captured length.
fn lengths(header: &[u8]) -> (i128, u32, usize) {
    let le = Endian::Little;
    if header.len() == 8 {
        let milliseconds = i128::from(le.u32(header, 0));
        return (milliseconds * 1_000_000, u32::from(le.u16(header, 4)), usize::from(le.u16(header, 6)));
    }
    let microseconds = i128::from(le.u64(header, 0) as i64);
    (microseconds * 1000, le.u32(header, 8), le.u32(header, 12) as usize)
}

/// The link type of a media type. Frames that say their own may be of registered link types, and not of packets at all.
fn link_type(media: u16, per_frame: bool) -> Option<LinkType> {
    Some(match media {
        0 | 1 => LinkType::ETHERNET,
        2 => LinkType::TOKEN_RING,
        3 => LinkType::FDDI,
        4 if per_frame => LinkType::ATM_RFC1483,
        4 => LinkType::NETMON_ATM,
        6 => LinkType::NETMON_IEEE802_11,
        7..=9 => LinkType::RAW,
        0xe000..=0xefff if per_frame => LinkType(u32::from(media & 0xfff)),
        0xffe0 if per_frame => LinkType::NETMON_EVENT,
        0xfffb if per_frame => LinkType::NETMON_NETWORK_INFO,
        0xffff if per_frame => LinkType::NETMON_FILTER,
        _ => return None,
    })
}

impl Format for NetMon {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if let Some(capture) = &mut self.capture {
            return Ok(capture.read_record(bytes, context));
        }
        let Some(header) = bytes.get(..FILE_HEADER_BYTES) else {
            return context.need_header(NAME, FILE_HEADER_BYTES);
        };
        let capture = Capture::read(header)?;
        let (link_type, resolution_ns) = (capture.link_type, capture.resolution_ns());
        context.interfaces.push(Interface { link_type, resolution_ns, ..Interface::default() });
        self.capture = Some(capture);
        Ok(Step::Skip(FILE_HEADER_BYTES as u64))
    }
}

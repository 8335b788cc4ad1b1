//! `NetXRay` and the Sniffer for Windows, versions 1.x and 2.00x: `XCP`, at first `VL`.

use super::bytes::Endian;
use super::time::{SECOND_NS, wrapped};
use super::{Context, Format, Frame, Interface, LinkType, Step};
use crate::error::Error;

const NAME: &str = "netxray";
const MAGIC: &[u8] = b"XCP\0";
const FIRST_MAGIC: &[u8] = b"VL\0\0";
const FILE_HEADER_BYTES: usize = 128;
const FCS_BYTES: usize = 4;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    (bytes.starts_with(MAGIC) || bytes.starts_with(FIRST_MAGIC)).then(|| {
        let format: Box<dyn Format> = Box::new(NetXray { trace: None });
        format
    })
}

struct NetXray {
    /// `None` until the file header is read.
    trace: Option<Trace>,
}

/// What the file header says.
#[derive(Clone, Copy)]
struct Trace {
    link_type: LinkType,
    version: Version,
    ticks_per_second: f64,
    /// When the capture began, in whole seconds since 1970.
    start_s: u32,
    /// What the tick counter stood at then, in seconds.
    start_ticks_s: f64,
    /// Records end here, or with the input where that is no offset behind their beginning.
    end_offset: u64,
    /// Where a record's flags say that four bytes follow the packet, they are the frame check sequence, not padding.
    has_fcs: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// `VL`, of which there was one version.
    First,
    One,
    OneOne,
    Two,
}

impl Version {
    fn read(header: &[u8]) -> Option<Self> {
        if header.starts_with(FIRST_MAGIC) {
            return Some(Self::First);
        }
        match &header[4..11] {
            b"001.000" => Some(Self::One),
            b"001.100" => Some(Self::OneOne),
            b"002.000" | b"002.001" | b"002.002" | b"002.003" => Some(Self::Two),
            _ => None,
        }
    }

    fn record_header_bytes(self) -> usize {
        match self {
            Self::First => 16,
            Self::One | Self::OneOne => 28,
            Self::Two => 40,
        }
    }
}

impl Trace {
    fn read(header: &[u8]) -> Result<(Self, u64), Error> {
        let le = Endian::Little;
        let Some(version) = Version::read(header) else {
            let version = String::from_utf8_lossy(&header[4..11]).into_owned();
            return Err(Error::Unsupported { what: format!("{NAME} version {version:?}") });
        };
        let (network, capture_type) = (header[44], header[84]);
        let Some(link_type) = link_type(network, capture_type, version == Version::Two) else {
            return Err(Error::Unsupported { what: format!("{NAME} of network type {network} ({capture_type})") });
        };
        let real_tick = le.u32(header, 76);
        let ticks_per_second = match version {
            Version::First | Version::One => Some(1e3),
            Version::OneOne => Some(1e6),
            Version::Two => ticks_per_second(network, capture_type, header[48], real_tick),
        };
        let Some(ticks_per_second) = ticks_per_second else {
            let unit = header[48];
            return Err(Error::Unsupported {
                what: format!("{NAME} of capture type {capture_type}, time unit {unit}"),
            });
        };
        let start_offset = u64::from(le.u32(header, 24)).max(FILE_HEADER_BYTES as u64);
        let trace = Self {
            link_type,
            version,
            ticks_per_second,
            start_s: le.u32(header, 12),
            start_ticks_s: seconds(le.u32(header, 52), le.u32(header, 56), ticks_per_second),
            end_offset: Some(u64::from(le.u32(header, 28))).filter(|&end| end > start_offset).unwrap_or(u64::MAX),
            has_fcs: matches!(real_tick, 1_193_000 | 1_193_180 | 1_193_182),
        };
        Ok((trace, start_offset))
    }

    /// In floating point, as Wireshark has it, so that times agree to the last digit.
    fn time_ns(&self, low: u32, high: u32) -> i128 {
        let since_start = seconds(low, high, self.ticks_per_second) - self.start_ticks_s;
        let whole = since_start.floor();
        let nanoseconds = ((since_start - whole) * 1e9) as i64;
        i128::from(self.start_s) * i128::from(SECOND_NS)
            + whole as i128 * i128::from(SECOND_NS)
            + i128::from(nanoseconds)
    }

    fn resolution_ns(&self) -> u64 {
        ((1e9 / self.ticks_per_second) as u64).max(1)
    }
}

fn seconds(low: u32, high: u32, ticks_per_second: f64) -> f64 {
    (f64::from(low) + f64::from(high) * 4_294_967_296.0) / ticks_per_second
}

fn link_type(network: u8, capture_type: u8, is_2: bool) -> Option<LinkType> {
    Some(match (network, capture_type) {
        (0, _) => LinkType::ETHERNET,
        (1, _) => LinkType::TOKEN_RING,
        (2, _) => LinkType::FDDI,
        (3, _) if !is_2 => LinkType::ETHERNET,
        (3, 3) => LinkType::PPP,
        (3, 4) => LinkType::FRAME_RELAY,
        (3, 6) => LinkType::LAPB,
        (3, 7) => LinkType::SDLC,
        (8, _) => LinkType::ATM_RFC1483,
        (9, _) => LinkType::IEEE802_11,
        _ => return None,
    })
}

/// The clock depends on what captured: the card's own, or one of several pods for Ethernet.
fn ticks_per_second(network: u8, capture_type: u8, unit: u8, real_tick: u32) -> Option<f64> {
    Some(match (network, capture_type, unit) {
        (0, 2 | 6, 0) => 1e9,
        (0, 2, 2) => 31_250_000.0,
        (0, 6, 2) => 20_000_000.0,
        (0, 3, 2) => 1_250_000.0,
        (0, 0 | 3 | 5, 0) => 1e6,
        (0, 0, 1) => 1_193_000.0,
        (0, 0, 2) if real_tick != 0 => f64::from(real_tick),
        (0, 0, 2) => 1_193_182.0,
        (0, ..) => return None,
        (_, _, 0) => 1e6,
        (_, _, 1) => 1_193_000.0,
        (_, _, 2) => 1_193_182.0,
        _ => return None,
    })
}

fn read_record<'a>(trace: &Trace, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
    let le = Endian::Little;
    if context.offset >= trace.end_offset {
        return Step::End;
    }
    let header_bytes = trace.version.record_header_bytes();
    let Some(header) = bytes.get(..header_bytes) else { return Step::Need(header_bytes) };
    let mut wire_bytes = u32::from(le.u16(header, 8));
    // The first version cut no packets, and has one length.
    let captured = if trace.version == Version::First { wire_bytes as usize } else { usize::from(le.u16(header, 10)) };
    let used = header_bytes + captured;
    let Some(mut data) = bytes.get(header_bytes..used) else { return Step::Need(used) };
    if is_padded(trace, header) {
        data = &data[..data.len().saturating_sub(FCS_BYTES)];
        wire_bytes = wire_bytes.saturating_sub(FCS_BYTES as u32);
    }
    if data.len() > wire_bytes as usize {
        context.note(crate::issue::IssueKind::CapturedMoreThanWire, 0);
    }
    let time_ns = Some(wrapped(trace.time_ns(le.u32(header, 0), le.u32(header, 4)), context));
    let frame = Frame { number: 0, time_ns, interface: 0, link_type: trace.link_type, wire_bytes, data };
    Step::Frame { frame, used }
}

/// Whether four bytes follow the packet that are no part of it: only in version 2, and not on all networks.
fn is_padded(trace: &Trace, header: &[u8]) -> bool {
    matches!(trace.link_type, LinkType::ETHERNET | LinkType::IEEE802_11)
        && trace.version == Version::Two
        && header[14] == 0xff
        && header[15] == 0xff
        && !trace.has_fcs
}

impl Format for NetXray {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if let Some(trace) = &self.trace {
            return Ok(read_record(trace, bytes, context));
        }
        let Some(header) = bytes.get(..FILE_HEADER_BYTES) else {
            return context.need_header(NAME, FILE_HEADER_BYTES);
        };
        let (trace, start_offset) = Trace::read(header)?;
        let (link_type, resolution_ns) = (trace.link_type, trace.resolution_ns());
        context.interfaces.push(Interface { link_type, resolution_ns, ..Interface::default() });
        self.trace = Some(trace);
        Ok(Step::Skip(start_offset))
    }
}

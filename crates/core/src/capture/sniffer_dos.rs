//! The Sniffer of Network General, for DOS: `TRSNIFF data` and typed records.

use super::bytes::Endian;
use super::time::{SECOND_NS, seconds_since_1970};
use super::{Context, Format, Frame, Interface, LinkType, Step};
use crate::error::Error;

const NAME: &str = "sniffer_dos";
const MAGIC: &[u8] = b"TRSNIFF data    \x1a";
const RECORD_HEADER_BYTES: usize = 6;

/// Magic, and the first record: when, where and how the trace was made.
const FILE_HEADER_BYTES: usize = MAGIC.len() + RECORD_HEADER_BYTES + 18;

const VERSION_RECORD: u16 = 1;
const END_RECORD: u16 = 3;
const UNCOMPRESSED: u8 = 1;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    bytes.starts_with(MAGIC).then(|| {
        let format: Box<dyn Format> = Box::new(SnifferDos { trace: None });
        format
    })
}

struct SnifferDos {
    /// `None` until the file header is read.
    trace: Option<Trace>,
}

/// What the file header says.
#[derive(Clone, Copy)]
struct Trace {
    network: u8,
    day_ns: i64,
    tick_ps: u64,
}

impl Trace {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let le = Endian::Little;
        if le.u16(bytes, MAGIC.len()) != VERSION_RECORD {
            let what = "no version record at the beginning".to_owned();
            return Err(Error::Damaged { format: NAME, offset: MAGIC.len() as u64, what });
        }
        let version = &bytes[MAGIC.len() + RECORD_HEADER_BYTES..];
        let (date, network, format, unit) = (i64::from(le.u16(version, 6)), version[9], version[10], version[11]);
        if format != UNCOMPRESSED {
            return Err(Error::Unsupported { what: "a compressed Sniffer trace".to_owned() });
        }
        if !matches!(network, 0..=2 | 7..=10) {
            return Err(Error::Unsupported { what: format!("a Sniffer trace of network type {network}") });
        }
        let Some(tick_ps) = tick_ps(unit) else {
            return Err(Error::Unsupported { what: format!("a Sniffer trace with time unit {unit}") });
        };
        // A DOS date: years since 1980, month, day. Times of records count from midnight.
        let day_s = seconds_since_1970(1980 + (date >> 9), date >> 5 & 15, date & 31, 0, 0, 0);
        Ok(Self { network, day_ns: day_s * SECOND_NS, tick_ps })
    }

    /// Serial lines do not say what runs over them: the first byte does.
    fn link_type(self, data: &[u8]) -> LinkType {
        match (self.network, data.first()) {
            (0, _) => LinkType::TOKEN_RING,
            (1, _) => LinkType::ETHERNET,
            (2, _) => LinkType::ARCNET,
            (9, _) => LinkType::FDDI,
            (10, _) => LinkType::ATM_RFC1483,
            (_, Some(0x07 | 0x0f | 0x8f)) => LinkType::CISCO_HDLC,
            _ => LinkType::PPP,
        }
    }

    fn time_ns(self, record: &[u8]) -> i64 {
        let le = Endian::Little;
        let ticks = u64::from(le.u32(record, 0)) | u64::from(record[4]) << 32;
        let days = i64::from(record[5]);
        let since_midnight_ns = (u128::from(ticks) * u128::from(self.tick_ps) / 1000) as i64;
        self.day_ns + days * 86_400 * SECOND_NS + since_midnight_ns
    }
}

/// Picoseconds in a unit of time.
fn tick_ps(unit: u8) -> Option<u64> {
    Some(match unit {
        0 | 2 => 15_000_000,
        1 => 838_096,
        3 => 500_000,
        4 => 2_000_000,
        5 => 1_000_000,
        6 => 100_000,
        _ => return None,
    })
}

/// Bytes before the packet in a record of this type, if it holds one.
fn frame_header_bytes(record_type: u16) -> Option<usize> {
    Some(match record_type {
        4 => 14,
        8 => 48,
        12 => 34,
        _ => return None,
    })
}

fn read_record<'a>(trace: Trace, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
    let le = Endian::Little;
    if bytes.len() < RECORD_HEADER_BYTES {
        return Step::Need(RECORD_HEADER_BYTES);
    }
    let (record_type, length) = (le.u16(bytes, 0), usize::from(le.u16(bytes, 2)));
    let used = RECORD_HEADER_BYTES + length;
    if record_type == END_RECORD {
        return Step::End;
    }
    let Some(header_bytes) = frame_header_bytes(record_type) else { return Step::Skip(used as u64) };
    let Some(record) = bytes.get(RECORD_HEADER_BYTES..used) else { return Step::Need(used) };
    let captured = usize::from(le.u16(record, 6));
    let Some(data) = record.get(header_bytes..header_bytes + captured) else { return context.corrupt() };
    let wire_bytes = match le.u16(record, 10) {
        0 => captured as u32,
        wire_bytes => u32::from(wire_bytes),
    };
    let link_type = trace.link_type(data);
    let interface = context.interface(link_type, None, (trace.tick_ps / 1000).max(1));
    let time_ns = Some(trace.time_ns(record));
    Step::Frame { frame: Frame { number: 0, time_ns, interface, link_type, wire_bytes, data }, used }
}

impl Format for SnifferDos {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if let Some(trace) = self.trace {
            return Ok(read_record(trace, bytes, context));
        }
        let Some(header) = bytes.get(..FILE_HEADER_BYTES) else {
            return context.need_header(NAME, FILE_HEADER_BYTES);
        };
        let trace = Trace::read(header)?;
        self.trace = Some(trace);
        let resolution_ns = (trace.tick_ps / 1000).max(1);
        if !matches!(trace.network, 7 | 8) {
            let link_type = trace.link_type(&[]);
            context.interfaces.push(Interface { link_type, resolution_ns, ..Interface::default() });
        }
        Ok(Step::Skip(FILE_HEADER_BYTES as u64))
    }
}

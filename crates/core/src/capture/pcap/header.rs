//! The file header of pcap, and how its record headers are to be read.

use super::super::bytes::Endian;
use super::super::{Interface, LinkType, MAX_RECORD_BYTES};
use super::NAME;
use crate::error::Error;

/// libpcap's bound on a record, where neither the link type nor the snapshot length allows more.
pub(super) const USUAL_RECORD_BYTES: usize = 262_144;

/// AIX pads FDDI packets in front.
const AIX_FDDI_PADDING_BYTES: usize = 3;

/// Link types whose records may be far longer than a packet: USB (all kinds), D-Bus and EBHSCR.
const LONG_RECORDS: &[u32] = &[186, 189, 220, 231, 249, 266, 279, 288, 293, 294, 295];

/// Which program's idea of pcap it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// libpcap, and patched programs that did not change the magic number.
    Standard,
    /// Alexey Kuznetzov's patches, which add interface and direction to the record header.
    Modified,
    /// IXIA's, whose file header gives the length of all records at its end.
    Ixia,
}

/// What the magic number says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Magic {
    pub(super) endian: Endian,
    pub(super) family: Family,
    /// Nanoseconds in one unit of the fraction field.
    fraction_ns: i64,
}

impl Magic {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let four = *bytes.first_chunk::<4>()?;
        [Endian::Big, Endian::Little].into_iter().find_map(|endian| {
            let (family, fraction_ns) = match endian.u32(&four, 0) {
                0xa1b2_c3d4 => (Family::Standard, 1000),
                0xa1b2_3c4d => (Family::Standard, 1),
                0xa1b2_cd34 => (Family::Modified, 1000),
                0x1c00_01ac | 0x1c00_01ab => (Family::Ixia, 1),
                _ => return None,
            };
            Some(Self { endian, family, fraction_ns })
        })
    }

    pub(super) fn file_header_bytes(self) -> usize {
        if self.family == Family::Ixia { 28 } else { 24 }
    }
}

/// Which of a record's two lengths is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lengths {
    /// Captured, then on the wire.
    InOrder,
    /// Before version 2.3 the other way round.
    Swapped,
    /// Some programs wrote version 2.3 in one order, some in the other; no more is captured than there was.
    LesserIsCaptured,
}

/// The file header, as far as records are read by it.
#[derive(Debug, Clone)]
pub(super) struct FileHeader {
    pub(super) endian: Endian,
    pub(super) family: Family,
    pub(super) fraction_ns: i64,
    pub(super) link_type: LinkType,
    pub(super) snap_length_bytes: u32,
    pub(super) record_header_bytes: usize,
    /// A record that claims more is corrupt.
    pub(super) record_limit_bytes: usize,
    /// Bytes before each packet that are no part of it.
    pub(super) padding_bytes: usize,
    lengths: Lengths,
}

impl FileHeader {
    /// A place holder until the header has arrived.
    pub(super) fn unread(magic: Magic) -> Self {
        Self {
            endian: magic.endian,
            family: magic.family,
            fraction_ns: magic.fraction_ns,
            link_type: LinkType::default(),
            snap_length_bytes: 0,
            record_header_bytes: 16,
            record_limit_bytes: USUAL_RECORD_BYTES,
            padding_bytes: 0,
            lengths: Lengths::InOrder,
        }
    }

    pub(super) fn read(magic: Magic, bytes: &[u8]) -> Result<Self, Error> {
        let endian = magic.endian;
        let (major, minor) = (endian.u16(bytes, 4), endian.u16(bytes, 6));
        if major != 2 && !(major == 543 && minor == 0) {
            return Err(Error::Unsupported { what: format!("{NAME} version {major}.{minor}") });
        }
        // The upper half says how long the frame check sequence is; only the lower is the link type.
        let network = endian.u32(bytes, 20) & 0xffff;
        let aix = (major, minor) == (2, 2) && aix_link_type(network).is_some();
        let lengths = match (major, minor) {
            _ if aix => Lengths::InOrder,
            (2, 0..=2) | (543, _) => Lengths::Swapped,
            (2, 3) => Lengths::LesserIsCaptured,
            _ => Lengths::InOrder,
        };
        let link_type = LinkType(if aix { aix_link_type(network).unwrap_or(network) } else { network });
        let snap_length_bytes = endian.u32(bytes, 16);
        Ok(Self {
            fraction_ns: if aix { 1 } else { magic.fraction_ns },
            link_type,
            snap_length_bytes,
            record_limit_bytes: record_limit_bytes(link_type, snap_length_bytes as usize),
            padding_bytes: if aix && link_type == LinkType::FDDI { AIX_FDDI_PADDING_BYTES } else { 0 },
            lengths,
            ..Self::unread(magic)
        })
    }

    pub(super) fn interface(&self) -> Interface {
        Interface {
            link_type: self.link_type,
            snap_length_bytes: (self.snap_length_bytes != 0).then_some(self.snap_length_bytes),
            resolution_ns: self.fraction_ns as u64,
            ..Interface::default()
        }
    }

    /// Reads a record header, of which at least the first 16 bytes are there.
    #[inline]
    pub(super) fn record(&self, bytes: &[u8]) -> Record {
        let [seconds, fraction, first, second] = [0, 4, 8, 12].map(|at| self.endian.u32(bytes, at));
        let (captured_bytes, wire_bytes) = match self.lengths {
            Lengths::InOrder => (first, second),
            Lengths::Swapped => (second, first),
            Lengths::LesserIsCaptured => (first.min(second), first.max(second)),
        };
        Record { seconds, fraction, captured_bytes, wire_bytes }
    }
}

/// AIX writes version 2.2 with interface types of RFC 1573 in place of link types, and nanoseconds.
fn aix_link_type(network: u32) -> Option<u32> {
    Some(match network {
        6 => LinkType::ETHERNET.0,
        9 => LinkType::TOKEN_RING.0,
        15 => LinkType::FDDI.0,
        24 => LinkType::NULL.0,
        _ => return None,
    })
}

fn record_limit_bytes(link_type: LinkType, snap_length_bytes: usize) -> usize {
    let most = MAX_RECORD_BYTES - 64;
    match snap_length_bytes {
        _ if LONG_RECORDS.contains(&link_type.0) => most,
        snap if snap <= most => snap.max(USUAL_RECORD_BYTES),
        _ => USUAL_RECORD_BYTES,
    }
}

/// The part of a record header that all variants have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) seconds: u32,
    pub(super) fraction: u32,
    pub(super) captured_bytes: u32,
    pub(super) wire_bytes: u32,
}

impl Record {
    #[inline]
    pub(super) fn is_zero(self) -> bool {
        self.seconds | self.fraction | self.captured_bytes | self.wire_bytes == 0
    }
}

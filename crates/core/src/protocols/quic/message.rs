//! Packets of QUIC and the frames of Initial packets: bytes → struct (RFC 9000 §17 and §19, RFC 9369, RFC 8999).

use crate::protocols::tls::read::Read;

/// Versions with a meaning of their own.
pub mod version {
    /// The packet lists versions (RFC 9000 §17.2.1).
    pub const NEGOTIATION: u32 = 0;
    /// RFC 9000.
    pub const V1: u32 = 1;
    /// RFC 9369.
    pub const V2: u32 = 0x6b33_43cf;
    /// The first draft whose packets look like those of version 1.
    const FIRST_DRAFT: u32 = 0xff00_0017;
    const LAST_DRAFT: u32 = 0xff00_0022;

    /// Whether packets of this version can be read.
    pub fn is_known(version: u32) -> bool {
        matches!(version, V1 | V2 | FIRST_DRAFT..=LAST_DRAFT)
    }

    /// Whether a client made the version up, so that the server lists its own (RFC 9000 §15).
    pub fn is_reserved(version: u32) -> bool {
        version & 0x0f0f_0f0f == 0x0a0a_0a0a
    }

    /// The version in words.
    pub fn text(version: u32) -> String {
        match version {
            V1 => "1".to_owned(),
            V2 => "2".to_owned(),
            FIRST_DRAFT..=LAST_DRAFT => format!("draft {}", version & 0xff),
            _ => format!("0x{version:08x}"),
        }
    }
}

/// Connection identifiers are no longer (RFC 9000 §17.2).
pub const MOST_ID_BYTES: usize = 20;
const LONG: u8 = 0x80;
const FIXED: u8 = 0x40;
const SPIN: u8 = 0x20;

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// First flight, encrypted with keys that anyone can compute.
    Initial,
    /// Data before the handshake.
    ZeroRtt,
    /// The rest of the handshake.
    Handshake,
    /// The server wants a token first.
    Retry,
    /// The server lists versions.
    VersionNegotiation,
}

/// A packet with a long header.
#[derive(Debug, Clone, Copy)]
pub struct Long<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Its version.
    pub version: u32,
    /// Identifier of the connection that the receiver chose, or, in a client's first packets, the client for it.
    pub destination: &'a [u8],
    /// Identifier that the sender chose.
    pub source: &'a [u8],
    /// The whole packet, as far as it was captured.
    pub bytes: &'a [u8],
    /// Where the packet number begins; the end of a packet that has none.
    pub number_at: usize,
}

/// A packet.
#[derive(Debug, Clone, Copy)]
pub enum Packet<'a> {
    /// With a long header.
    Long(Long<'a>),
    /// With a short one: data after the handshake.
    Short {
        /// The spin bit (RFC 9000 §17.4).
        spin: bool,
    },
}

/// Whether the bit is set that tells QUIC from other protocols. An end may leave it out once both know what they speak
/// (RFC 9287).
pub fn has_fixed_bit(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & FIXED != 0)
}

/// The first packet of what is left of a datagram, and what is left behind it.
#[inline]
pub fn packet(bytes: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let &first = bytes.first()?;
    if first & LONG == 0 {
        return Some((Packet::Short { spin: first & SPIN != 0 }, &[]));
    }
    let (long, rest) = long(first, bytes)?;
    Some((Packet::Long(long), rest))
}

fn long(first: u8, bytes: &[u8]) -> Option<(Long<'_>, &[u8])> {
    let mut read = Read(bytes.get(1..)?);
    let version = read.number(4)? as u32;
    let destination = read.vector(1)?;
    let source = read.vector(1)?;
    let kind = kind(first, version)?;
    if destination.len() > MOST_ID_BYTES || source.len() > MOST_ID_BYTES {
        return None;
    }
    if kind == Kind::Initial {
        let token_bytes = usize::try_from(varint(&mut read)?).ok()?;
        read.bytes(token_bytes)?;
    }
    let mut whole_bytes = bytes.len();
    let mut number_at = whole_bytes;
    if matches!(kind, Kind::Initial | Kind::ZeroRtt | Kind::Handshake) && !version::is_reserved(version) {
        let length = usize::try_from(varint(&mut read)?).ok()?;
        number_at = bytes.len() - read.0.len();
        whole_bytes = bytes.len().min(number_at.saturating_add(length));
    }
    let (bytes, rest) = bytes.split_at_checked(whole_bytes)?;
    Some((Long { kind, version, destination, source, bytes, number_at }, rest))
}

fn kind(first: u8, version: u32) -> Option<Kind> {
    if version == version::NEGOTIATION {
        return Some(Kind::VersionNegotiation);
    }
    if version::is_reserved(version) {
        return Some(Kind::Initial);
    }
    if !version::is_known(version) {
        return None;
    }
    let in_version_1 = if version == version::V2 { (first >> 4).wrapping_sub(1) & 3 } else { first >> 4 & 3 };
    Some(match in_version_1 {
        0 => Kind::Initial,
        1 => Kind::ZeroRtt,
        2 => Kind::Handshake,
        _ => Kind::Retry,
    })
}

/// The versions that a server lists.
pub fn listed_versions<'a>(long: &Long<'a>) -> impl Iterator<Item = u32> + 'a {
    let header = 1 + 4 + 1 + long.destination.len() + 1 + long.source.len();
    let list = long.bytes.get(header..).unwrap_or_default();
    list.chunks_exact(4).map(|bytes| bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// A number of 1 to 8 bytes (RFC 9000 §16).
pub(crate) fn varint(read: &mut Read<'_>) -> Option<u64> {
    let bytes = 1 << (read.0.first()? >> 6);
    let number = read.number(bytes)?;
    Some(number & (u64::MAX >> (64 - 8 * bytes as u32 + 2)))
}

/// A frame of an Initial packet that tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Bytes of the handshake, from an offset on.
    Crypto {
        /// Where they belong.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The sender gives the connection up.
    Close {
        /// Its reason (RFC 9000 §20.1).
        code: u64,
    },
}

/// The frames of an Initial packet that tell something, up to the first that is damaged.
#[derive(Debug)]
pub struct Frames<'a>(Read<'a>);

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let read = &mut self.0;
        loop {
            match read.u8()? {
                0x00 | 0x01 => {} // PADDING, PING
                kind @ 0x02..=0x03 => acknowledgement(read, kind == 0x03)?,
                0x06 => {
                    let offset = varint(read)?;
                    let length = usize::try_from(varint(read)?).ok()?;
                    return Some(Frame::Crypto { offset, bytes: read.bytes(length)? });
                }
                0x1c => return varint(read).map(|code| self.close(code)),
                _ => return None,
            }
        }
    }
}

impl<'a> Frames<'a> {
    /// The frames in what a packet protects.
    pub fn new(text: &'a [u8]) -> Self {
        Self(Read(text))
    }

    /// The rest of the packet is of no interest.
    fn close(&mut self, code: u64) -> Frame<'a> {
        self.0 = Read(&[]);
        Frame::Close { code }
    }
}

fn acknowledgement(read: &mut Read<'_>, counts: bool) -> Option<()> {
    varint(read)?; // largest
    varint(read)?; // delay
    let ranges = varint(read)?;
    varint(read)?; // the first range
    for _ in 0..ranges {
        varint(read)?; // gap
        varint(read)?; // range
    }
    for _ in 0..if counts { 3 } else { 0 } {
        varint(read)?;
    }
    Some(())
}

/// Why a connection was given up (RFC 9000 §20.1).
pub fn error(code: u64) -> Option<&'static str> {
    Some(match code {
        0x00 => "no_error",
        0x01 => "internal_error",
        0x02 => "connection_refused",
        0x03 => "flow_control_error",
        0x04 => "stream_limit_error",
        0x05 => "stream_state_error",
        0x06 => "final_size_error",
        0x07 => "frame_encoding_error",
        0x08 => "transport_parameter_error",
        0x09 => "connection_id_limit_error",
        0x0a => "protocol_violation",
        0x0b => "invalid_token",
        0x0c => "application_error",
        0x0d => "crypto_buffer_exceeded",
        0x0e => "key_update_error",
        0x0f => "aead_limit_reached",
        0x10 => "no_viable_path",
        0x11 => "version_negotiation_error",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_specification() {
        // RFC 9000 A.1
        let number = |bytes: &[u8]| varint(&mut Read(bytes));
        assert_eq!(number(&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c]), Some(151_288_809_941_952_652));
        assert_eq!(number(&[0x9d, 0x7f, 0x3e, 0x7d]), Some(494_878_333));
        assert_eq!(number(&[0x7b, 0xbd]), Some(15_293));
        assert_eq!(number(&[0x25]), Some(37));
        assert_eq!(number(&[0x40]), None);
    }

    #[test]
    fn types_are_numbered_by_version() {
        assert_eq!(kind(0xc0, version::V1), Some(Kind::Initial));
        assert_eq!(kind(0xd0, version::V2), Some(Kind::Initial));
        assert_eq!(kind(0xf0, version::V1), Some(Kind::Retry));
        assert_eq!(kind(0xc0, version::V2), Some(Kind::Retry));
        assert_eq!(kind(0xf0, version::V2), Some(Kind::Handshake));
        assert_eq!(kind(0xc0, 0x1234_5678), None);
    }

    #[test]
    fn frames_end_where_one_is_damaged() {
        let bytes = [0, 0, 1, 2, 5, 0, 1, 0, 0, 0, 6, 3, 2, b'h', b'i', 6, 5, 9, b'x'];
        let frames: Vec<Frame<'_>> = Frames::new(&bytes).collect();
        assert_eq!(frames, [Frame::Crypto { offset: 3, bytes: b"hi" }]);
        let frames: Vec<Frame<'_>> = Frames::new(&[0x1c, 0x41, 0x28, 0, 0, 6, 0, 1, 2]).collect();
        assert_eq!(frames, [Frame::Close { code: 0x128 }]);
    }

    #[test]
    fn packets_of_one_datagram_are_told_apart() {
        let mut bytes = vec![0xc0, 0, 0, 0, 1, 2, 7, 7, 1, 9, 0, 3, 1, 2, 3];
        bytes.extend([0x60, 1, 2, 3]);
        let (Packet::Long(initial), rest) = packet(&bytes).expect("a packet") else { panic!("long") };
        assert_eq!((initial.kind, initial.destination, initial.source), (Kind::Initial, &[7, 7][..], &[9][..]));
        assert_eq!((initial.bytes.len(), initial.number_at), (15, 12));
        assert!(matches!(packet(rest), Some((Packet::Short { spin: true }, []))));
    }
}

//! What all blocks have in common: type, length, body, and the length once more.

use super::super::bytes::Endian;
use super::super::search::Probe;
use super::super::{Context, MAX_RECORD_BYTES};
use crate::issue::IssueKind;

pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub(super) const INTERFACE_DESCRIPTION: u32 = 1;
pub(super) const PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
const NAME_RESOLUTION: u32 = 4;
pub(super) const INTERFACE_STATISTICS: u32 = 5;
pub(super) const ENHANCED_PACKET: u32 = 6;
const SYSTEMD_JOURNAL: u32 = 9;
const DECRYPTION_SECRETS: u32 = 10;
const CUSTOM: u32 = 0x0bad;
const CUSTOM_NOT_COPIED: u32 = 0x4000_0bad;

/// Blocks that hold no packets, so that nothing is lost by passing them over.
pub(super) const HARMLESS: &[u32] = &[NAME_RESOLUTION, SYSTEMD_JOURNAL, DECRYPTION_SECRETS, CUSTOM, CUSTOM_NOT_COPIED];

/// Blocks that hold no packet, but that Wireshark numbers like frames: journal entries, custom blocks and system calls.
pub(super) const NUMBERED: &[u32] = &[SYSTEMD_JOURNAL, CUSTOM, CUSTOM_NOT_COPIED, 0x204, 0x216, 0x221];

/// Type and length at the beginning, and the length at the end.
const FRAMING_BYTES: usize = 12;

/// A search looks for blocks up to this length.
const SEARCHED_BLOCK_BYTES: usize = 1 << 20;

/// One block.
pub(super) struct Block<'a> {
    pub(super) kind: u32,
    pub(super) endian: Endian,
    /// Bytes of the whole block.
    pub(super) length: usize,
    pub(super) body: &'a [u8],
    /// The length is no multiple of four, or its two copies differ.
    odd: bool,
}

impl Block<'_> {
    #[inline]
    pub(super) fn note_oddities(&self, context: &mut Context) {
        if self.odd {
            self.note_malformed(context);
        }
    }

    pub(super) fn note_malformed(&self, context: &mut Context) {
        context.note(IssueKind::MalformedBlock, u64::from(self.kind));
    }

    /// The 16-bit integer at `at` of the body.
    pub(super) fn u16(&self, at: usize) -> u16 {
        self.endian.u16(self.body, at)
    }

    /// The 32-bit integer at `at` of the body.
    #[inline]
    pub(super) fn u32(&self, at: usize) -> u32 {
        self.endian.u32(self.body, at)
    }
}

/// What the bytes at hand are.
pub(super) enum Framing<'a> {
    Block(Block<'a>),
    Need(usize),
    Broken,
}

/// Takes the block at the beginning of `bytes`. Without `endian` it must be a section header, which says its own.
#[inline]
pub(super) fn frame(bytes: &[u8], endian: Option<Endian>, at_end: bool) -> Framing<'_> {
    if bytes.len() < FRAMING_BYTES {
        return Framing::Need(FRAMING_BYTES);
    }
    let Some((kind, endian, length)) = header(bytes, endian) else { return Framing::Broken };
    if length > MAX_RECORD_BYTES - 2 * FRAMING_BYTES {
        return Framing::Broken;
    }
    if bytes.len() < length {
        return Framing::Need(length);
    }
    if length.is_multiple_of(4) && endian.u32(bytes, length - 4) as usize == length {
        return Framing::Block(Block { kind, endian, length, body: &bytes[8..length - 4], odd: false });
    }
    odd_frame(bytes, kind, endian, length, at_end)
}

/// Type, byte order and length, if the length can be true.
#[inline]
fn header(bytes: &[u8], endian: Option<Endian>) -> Option<(u32, Endian, usize)> {
    let kind = Endian::Big.u32(bytes, 0);
    let (kind, endian) = if kind == SECTION_HEADER {
        (kind, byte_order(bytes)?)
    } else {
        let endian = endian?;
        (endian.u32(bytes, 0), endian)
    };
    let length = endian.u32(bytes, 4) as usize;
    (length >= least_bytes(kind)).then_some((kind, endian, length))
}

fn byte_order(bytes: &[u8]) -> Option<Endian> {
    [Endian::Big, Endian::Little].into_iter().find(|endian| endian.u32(bytes, 8) == 0x1a2b_3c4d)
}

/// The shortest that a block of this type can be.
fn least_bytes(kind: u32) -> usize {
    FRAMING_BYTES
        + match kind {
            SECTION_HEADER => 16,
            INTERFACE_DESCRIPTION => 8,
            PACKET | ENHANCED_PACKET => 20,
            SIMPLE_PACKET => 4,
            INTERFACE_STATISTICS => 12,
            _ => 0,
        }
}

/// A block whose length is no multiple of four or differs from its copy is taken if another block follows it.
fn odd_frame(bytes: &[u8], kind: u32, endian: Endian, length: usize, at_end: bool) -> Framing<'_> {
    let padded = length.next_multiple_of(4);
    let ends = if padded == length { &[length][..] } else { &[padded, length][..] };
    for &end in ends {
        let next = bytes.get(end..).unwrap_or_default();
        if next.len() < FRAMING_BYTES && !at_end {
            return Framing::Need(end + FRAMING_BYTES);
        }
        if (at_end && bytes.len() == end) || is_known(next, endian) {
            let body_end = length.min(end - 4);
            return Framing::Block(Block { kind, endian, length: end, body: &bytes[8..body_end], odd: true });
        }
    }
    Framing::Broken
}

/// Whether a block of a known type and a possible length begins here.
fn is_known(bytes: &[u8], endian: Endian) -> bool {
    bytes.len() >= FRAMING_BYTES
        && header(bytes, Some(endian)).is_some_and(|(kind, _, length)| {
            (kind == SECTION_HEADER || (1..=10).contains(&kind) || HARMLESS.contains(&kind))
                && length <= MAX_RECORD_BYTES
        })
}

/// Whether a sound block of a known type begins here, to go on after a corrupt one.
pub(super) fn probe(bytes: &[u8], endian: Option<Endian>, at_end: bool) -> Probe {
    if bytes.len() < FRAMING_BYTES {
        return if at_end { Probe::End } else { Probe::Need(FRAMING_BYTES) };
    }
    let endian = endian.unwrap_or(Endian::Little);
    if !is_known(bytes, endian) {
        return Probe::Broken;
    }
    let Some((_, endian, length)) = header(bytes, Some(endian)) else { return Probe::Broken };
    match bytes.get(length - 4..length) {
        _ if length > SEARCHED_BLOCK_BYTES || !length.is_multiple_of(4) => Probe::Broken,
        Some(copy) if endian.u32(copy, 0) as usize == length => Probe::Holds,
        None if !at_end => Probe::Need(length),
        _ => Probe::Broken,
    }
}

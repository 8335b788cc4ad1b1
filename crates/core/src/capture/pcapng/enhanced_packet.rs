//! Enhanced Packet Block: the usual one.

use super::super::{Context, Frame};
use super::block::Block;
use super::options;
use super::section::{PacketFields, Section};

/// Bytes before the packet.
const FIELDS_BYTES: usize = 20;
const DROP_COUNT: u16 = 4;

#[inline]
pub(super) fn read<'a>(block: &Block<'a>, section: &mut Section, context: &mut Context) -> Option<Frame<'a>> {
    let fields = PacketFields {
        interface: block.u32(0),
        ticks: Some(u64::from(block.u32(4)) << 32 | u64::from(block.u32(8))),
        captured_bytes: block.u32(12),
        wire_bytes: block.u32(16),
        data_at: FIELDS_BYTES,
    };
    let frame = section.frame(block, &fields, context)?;
    let options_at = FIELDS_BYTES + frame.data.len().next_multiple_of(4);
    if block.body.len() > options_at {
        read_options(block, options_at, fields.interface, section, context);
    }
    Some(frame)
}

/// Packets that were lost between this one and the one before it on the same interface are counted.
pub(super) fn read_options(block: &Block<'_>, at: usize, interface: u32, section: &mut Section, context: &mut Context) {
    let mut drops = 0;
    options::read(block, at, context, |code, value| {
        if code == DROP_COUNT {
            drops = block.endian.u64(value, 0);
        }
    });
    section.note_more_drops(interface, drops, context);
}

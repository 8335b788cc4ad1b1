//! Packet Block: what came before the Enhanced Packet Block, and is obsolete.

use super::super::{Context, Frame};
use super::block::Block;
use super::enhanced_packet;
use super::section::{PacketFields, Section};

const FIELDS_BYTES: usize = 20;
const DROPS_UNKNOWN: u16 = 0xffff;

pub(super) fn read<'a>(block: &Block<'a>, section: &mut Section, context: &mut Context) -> Option<Frame<'a>> {
    let fields = PacketFields {
        interface: u32::from(block.u16(0)),
        ticks: Some(u64::from(block.u32(4)) << 32 | u64::from(block.u32(8))),
        captured_bytes: block.u32(12),
        wire_bytes: block.u32(16),
        data_at: FIELDS_BYTES,
    };
    let frame = section.frame(block, &fields, context)?;
    let drops = block.u16(2);
    if drops != DROPS_UNKNOWN {
        section.note_more_drops(fields.interface, u64::from(drops), context);
    }
    let options_at = FIELDS_BYTES + frame.data.len().next_multiple_of(4);
    enhanced_packet::read_options(block, options_at, fields.interface, section, context);
    Some(frame)
}

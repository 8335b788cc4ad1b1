//! Simple Packet Block: a packet of the section's first interface, with no time stamp.

use super::super::{Context, Frame};
use super::block::Block;
use super::section::{PacketFields, Section};
use crate::issue::IssueKind;

const FIELDS_BYTES: usize = 4;

/// The captured length is not written: it follows from the snapshot length and the block's own.
pub(super) fn read<'a>(block: &Block<'a>, section: &Section, context: &mut Context) -> Option<Frame<'a>> {
    let wire_bytes = block.u32(0);
    let snap_length = section.interfaces.first().and_then(|interface| interface.snap_length_bytes);
    let room = (block.body.len() - FIELDS_BYTES.min(block.body.len())) as u32;
    let captured_bytes = wire_bytes.min(snap_length.unwrap_or(u32::MAX)).min(room);
    let fields = PacketFields { interface: 0, ticks: None, captured_bytes, wire_bytes, data_at: FIELDS_BYTES };
    let frame = section.frame(block, &fields, context)?;
    context.note(IssueKind::NoTimestamp, 0);
    Some(frame)
}

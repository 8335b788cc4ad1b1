//! A section: its byte order, and its interfaces by their numbers in it.

use super::super::bytes::Endian;
use super::super::time::{Tick, wrapped};
use super::super::{Context, Frame, LinkType};
use super::block::Block;
use crate::issue::IssueKind;

/// The section being read.
pub(super) struct Section {
    pub(super) endian: Endian,
    /// Index of its interface 0 in [`Context::interfaces`].
    pub(super) first_interface: u32,
    pub(super) interfaces: Vec<SectionInterface>,
}

/// What is needed of an interface to read its packets.
pub(super) struct SectionInterface {
    pub(super) link_type: LinkType,
    pub(super) tick: Tick,
    /// Added to each time stamp.
    pub(super) shift_ns: i128,
    pub(super) snap_length_bytes: Option<u32>,
    /// Dropped packets that were noted so far, since statistics count on.
    pub(super) noted_drops: u64,
}

/// The fields of a packet block, whatever its type.
pub(super) struct PacketFields {
    pub(super) interface: u32,
    /// Units since 1970, by the interface's clock.
    pub(super) ticks: Option<u64>,
    pub(super) captured_bytes: u32,
    pub(super) wire_bytes: u32,
    /// Where in the body the packet begins.
    pub(super) data_at: usize,
}

impl Section {
    /// The frame of a packet block; a packet of an interface that was never described cannot be read.
    #[inline]
    pub(super) fn frame<'a>(
        &self,
        block: &Block<'a>,
        fields: &PacketFields,
        context: &mut Context,
    ) -> Option<Frame<'a>> {
        let Some(interface) = self.interfaces.get(fields.interface as usize) else {
            context.note(IssueKind::UnknownInterface, u64::from(fields.interface));
            return None;
        };
        let rest = block.body.get(fields.data_at..).unwrap_or_default();
        let data = rest.get(..fields.captured_bytes as usize).unwrap_or_else(|| {
            block.note_malformed(context);
            rest
        });
        if fields.captured_bytes > fields.wire_bytes {
            context.note(IssueKind::CapturedMoreThanWire, 0);
        }
        let time_ns = fields.ticks.map(|ticks| wrapped(interface.tick.to_ns(ticks) + interface.shift_ns, context));
        Some(Frame {
            number: 0,
            time_ns,
            interface: self.first_interface + fields.interface,
            link_type: interface.link_type,
            wire_bytes: fields.wire_bytes,
            data,
        })
    }

    /// Notes that `interface` dropped `total` packets so far, as far as that was not noted before.
    pub(super) fn note_drops(&mut self, interface: u32, total: u64, context: &mut Context) {
        let Some(interface) = self.interfaces.get_mut(interface as usize) else { return };
        let more = total.saturating_sub(interface.noted_drops);
        if more > 0 {
            interface.noted_drops = total;
            context.issues.add(IssueKind::CaptureDrops, 0, more, Some(context.frames + 1), Some(context.offset));
        }
    }

    /// Notes that `interface` dropped `more` packets since it was last asked.
    pub(super) fn note_more_drops(&mut self, interface: u32, more: u64, context: &mut Context) {
        let before = self.interfaces.get(interface as usize).map_or(0, |interface| interface.noted_drops);
        self.note_drops(interface, before.saturating_add(more), context);
    }
}

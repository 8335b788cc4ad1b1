//! Interface Statistics Block: how many packets an interface received and dropped.

use super::super::Context;
use super::block::Block;
use super::options;
use super::section::Section;
use crate::issue::IssueKind;

const RECEIVED: u16 = 4;
const DROPPED_BY_INTERFACE: u16 = 5;
const DROPPED_BY_OS: u16 = 7;

/// Later statistics of an interface take the place of earlier ones, since they count on.
pub(super) fn read(block: &Block<'_>, section: &mut Section, context: &mut Context) {
    let number = block.u32(0);
    let (mut received, mut by_interface, mut by_os) = (None, None, None);
    options::read(block, 12, context, |code, value| {
        let count = Some(block.endian.u64(value, 0));
        match code {
            RECEIVED => received = count,
            DROPPED_BY_INTERFACE => by_interface = count,
            DROPPED_BY_OS => by_os = count,
            _ => {}
        }
    });
    if number as usize >= section.interfaces.len() {
        return context.note(IssueKind::UnknownInterface, u64::from(number));
    }
    if let Some(interface) = context.interfaces.get_mut((section.first_interface + number) as usize) {
        interface.received_packets = received.or(interface.received_packets);
        interface.interface_dropped_packets = by_interface.or(interface.interface_dropped_packets);
        interface.os_dropped_packets = by_os.or(interface.os_dropped_packets);
        let dropped = interface.interface_dropped_packets.unwrap_or(0);
        let dropped = dropped.saturating_add(interface.os_dropped_packets.unwrap_or(0));
        section.note_drops(number, dropped, context);
    }
}

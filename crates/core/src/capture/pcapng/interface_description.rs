//! Interface Description Block: link type, clock and name of an interface.

use super::super::bytes::text;
use super::super::time::{SECOND_NS, Tick};
use super::super::{Context, Interface, LinkType, MAX_INTERFACES};
use super::block::Block;
use super::options;
use super::section::{Section, SectionInterface};

const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const SPEED: u16 = 8;
const TIME_RESOLUTION: u16 = 9;
const FILTER: u16 = 11;
const OS: u16 = 12;
const TIME_OFFSET: u16 = 14;

/// Adds an interface to the section.
pub(super) fn read(block: &Block<'_>, section: &mut Section, context: &mut Context) {
    if context.interfaces.len() >= MAX_INTERFACES {
        return;
    }
    let link_type = LinkType(u32::from(block.u16(0)));
    let snap_length_bytes = Some(block.u32(4)).filter(|&bytes| bytes != 0);
    let mut interface = Interface { link_type, snap_length_bytes, ..Interface::default() };
    let mut tick = Tick::Nanoseconds(1000);
    let mut seconds = 0_i64;
    options::read(block, 8, context, |code, value| match code {
        NAME => interface.name = text(value),
        DESCRIPTION => interface.description = text(value),
        SPEED => interface.speed_bps = Some(block.endian.u64(value, 0)).filter(|&speed| speed != 0),
        TIME_RESOLUTION => tick = value.first().map_or(tick, |&power| resolution(power)),
        // The first byte says what kind of filter it is: 0 is text, 1 a BPF program.
        FILTER if value.first() == Some(&0) => interface.filter = text(&value[1..]),
        OS => interface.os = text(value),
        TIME_OFFSET => seconds = block.endian.u64(value, 0) as i64,
        _ => {}
    });
    interface.resolution_ns = tick.resolution_ns();
    let shift_ns = i128::from(seconds) * i128::from(SECOND_NS);
    section.interfaces.push(SectionInterface { link_type, tick, shift_ns, snap_length_bytes, noted_drops: 0 });
    context.interfaces.push(interface);
}

/// The option `if_tsresol`: a negative power of ten, or of two when its highest bit is set.
fn resolution(value: u8) -> Tick {
    let power = u32::from(value & 0x7f);
    match power {
        _ if value & 0x80 != 0 => Tick::HalvedSecond(power),
        0..=9 => Tick::Nanoseconds(10_u64.pow(9 - power)),
        _ => Tick::PerNanosecond(10_u128.checked_pow(power - 9).unwrap_or(u128::MAX)),
    }
}

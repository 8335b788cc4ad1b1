//! MPLS (RFC 3032), with the pseudowires that carry Ethernet (RFC 4448).

use super::{Decoded, Next, Protocol, View, Walk};

const BOTTOM_OF_STACK: u8 = 1;
/// Higher stacks do not occur outside of tests.
pub(in crate::decode) const MAX_PLAUSIBLE_LABELS: usize = 8;

/// Decodes one entry of a label stack, and at its bottom what it carries.
pub(in crate::decode) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Mpls);
    let Some(&[_, _, low, _]) = view.head::<4>() else { return out.cut(Protocol::Mpls) };
    let rest = view.skip(4)?;
    if low & BOTTOM_OF_STACK == 0 {
        return Some((Next::Mpls, rest));
    }
    // A label stack does not say what it carries; the first four bits tell IP from the rest (RFC 4928 §3).
    match rest.u8(0)? >> 4 {
        4 => Some((Next::IPV4, rest)),
        6 => Some((Next::IPV6, rest)),
        0 => pseudowire(rest, out),
        1 => associated_channel(rest, out),
        _ => out.name(Protocol::Data),
    }
}

/// Decodes an Ethernet pseudowire. The first four bits of its control word are zero, but so may be those of an address.
fn pseudowire<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const CONTROL_WORD_BYTES: usize = 4;
    let behind = view.skip(CONTROL_WORD_BYTES);
    if has_plausible_type(view) && !behind.is_some_and(has_plausible_type) {
        out.layer(Protocol::PwEthernet);
        return Some((Next::ETHERNET, view));
    }
    out.layer(Protocol::PwEthernetControlWord);
    let Some(behind) = behind else { return out.cut(Protocol::PwEthernetControlWord) };
    Some((Next::ETHERNET, behind))
}

/// Whether the type field of an Ethernet header here is a common one.
fn has_plausible_type(view: View<'_>) -> bool {
    matches!(view.u16(12), Some(0x0800 | 0x0806 | 0x8100 | 0x86dd | 0x8847 | 0x8863 | 0x8864 | 0x88a8 | 0x88cc))
}

/// Decodes an associated channel header (RFC 5586): IPv4 and IPv6 channels carry test packets.
fn associated_channel<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::PwAch);
    match view.u16(2) {
        Some(0x0021) => Some((Next::IPV4, view.skip(4)?)),
        Some(0x0057) => Some((Next::IPV6, view.skip(4)?)),
        _ => None,
    }
}

//! IEEE 802.11 and the headers that capturing hosts put before it.

mod avs;
mod netmon;
mod ppi;
mod radiotap;

pub(super) use avs::decode as prism_or_avs;
pub(super) use netmon::decode as netmon;
pub(super) use ppi::decode as ppi;
pub(super) use radiotap::decode as radiotap;

use super::{Decoded, LinkType, Next, Protocol, View, Walk};
use crate::issue::IssueKind;

const HEADER_BYTES: usize = 24;
/// Bits of the second frame control byte (IEEE 802.11 §9.2.4.1).
const TO_AND_FROM_DISTRIBUTION: u8 = 0x03;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const PLUS_HTC: u8 = 0x80;
/// Bits of the subtype of a data frame.
const NO_DATA: u8 = 0x4;
const QOS: u8 = 0x8;
/// Bits of the sequence control field. A numbered frame that begins with SNAP is none but is numbered wrongly.
const FRAGMENT_NUMBER: u8 = 0x0f;
const SNAP: u16 = 0xaaaa;
/// Bit of the `QoS` control field.
const AMSDU_PRESENT: u8 = 0x80;

/// Decodes a frame. `padded` says that the header is followed by zeros up to a multiple of four bytes.
pub(in crate::decode) fn decode<'a>(padded: bool, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Wlan);
    let Some(&[control, flags]) = view.head::<2>() else { return out.cut(Protocol::Wlan) };
    match (control >> 2 & 3, control >> 4) {
        (0, _) => out.name(Protocol::WlanManagement),
        (2, subtype) => data(subtype, flags, padded, view, out),
        _ => None,
    }
}

fn data<'a>(subtype: u8, flags: u8, padded: bool, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let has_qos = subtype & QOS != 0;
    let qos_at =
        if flags & TO_AND_FROM_DISTRIBUTION == TO_AND_FROM_DISTRIBUTION { HEADER_BYTES + 6 } else { HEADER_BYTES };
    let header_bytes = match (has_qos, flags & PLUS_HTC != 0) {
        (false, _) => qos_at,
        (true, false) => qos_at + 2,
        (true, true) => qos_at + 6,
    };
    let payload_at = if padded { header_bytes.next_multiple_of(4) } else { header_bytes };
    let (Some(rest), Some(&sequence)) = (view.skip(payload_at), view.bytes.get(22)) else {
        return out.cut(Protocol::Wlan);
    };
    if subtype & NO_DATA != 0 || rest.wire_bytes == 0 {
        return None;
    }
    if flags & PROTECTED != 0 {
        out.odd(IssueKind::WlanEncrypted, 0);
        return out.name(Protocol::Data);
    }
    let is_last = flags & MORE_FRAGMENTS == 0;
    if !is_last || (sequence & FRAGMENT_NUMBER != 0 && rest.u16(0) != Some(SNAP)) {
        out.odd(IssueKind::WlanFragment, 0);
        return out.name(Protocol::Data);
    }
    if rest.u16(0) == Some(0xffff) {
        return out.name(Protocol::Ipx);
    }
    let is_amsdu = has_qos && view.u8(qos_at).is_some_and(|qos| qos & AMSDU_PRESENT != 0);
    Some((if is_amsdu { Next::Amsdu } else { Next::Llc }, rest))
}

/// Decodes the first subframe of an A-MSDU (IEEE 802.11 §9.3.2.2.2); the others are walked after it.
pub(in crate::decode) fn amsdu<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    const SUBFRAME_HEADER_BYTES: usize = 14;
    let Some(length) = view.u16(12).map(usize::from) else { return out.cut(Protocol::Wlan) };
    let subframe_bytes = SUBFRAME_HEADER_BYTES + length;
    if let Some(rest) = view.skip(subframe_bytes.next_multiple_of(4)).filter(|rest| !rest.bytes.is_empty()) {
        out.also(Next::Amsdu, rest);
    }
    Some((Next::Llc, view.skip(SUBFRAME_HEADER_BYTES)?.limit(length)))
}

/// Takes the frame check sequence off the end of a frame.
fn without_check_sequence(view: View<'_>) -> View<'_> {
    const CHECK_SEQUENCE_BYTES: usize = 4;
    view.limit(view.wire_bytes.saturating_sub(CHECK_SEQUENCE_BYTES))
}

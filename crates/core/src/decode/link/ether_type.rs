//! What stands behind an EtherType (IEEE 802 numbers).

use super::super::net;
use super::{Decoded, Next, Protocol, View, Walk};
use crate::issue::IssueKind;

/// The list of all EtherTypes that are decoded or known by name.
#[inline]
pub(in crate::decode) fn decode<'a>(ether_type: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match ether_type {
        0x0800 => net::decode_ipv4(view, out),
        0x86dd => net::decode_ipv6(view, out),
        0x0806 => net::decode_arp(Protocol::Arp, out),
        0x8035 => net::decode_arp(Protocol::Rarp, out),
        0x8100 => vlan(Protocol::Vlan, view, out),
        0x8847 | 0x8848 => Some((Next::Mpls, view)),
        other => {
            out.layer(Protocol::Data);
            out.odd(IssueKind::UnknownEtherType, u64::from(other));
            None
        }
    }
}

/// IEEE 802.1Q tag.
fn vlan<'a>(protocol: Protocol, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    let Some(&[high, low, a, b]) = view.head::<4>() else { return out.cut(protocol) };
    out.vlan = Some(u16::from_be_bytes([high, low]) & 0x0fff);
    Some((Next::EtherType(u16::from_be_bytes([a, b])), view.skip(4)?))
}

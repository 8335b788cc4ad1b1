//! What stands behind an `EtherType` (IEEE 802 numbers).

use super::super::net;
use super::{Decoded, Next, Protocol, View, Walk, ethernet, pppoe, vlan};

/// The list of all `EtherTypes` that are decoded.
#[inline]
pub(in crate::decode) fn decode<'a>(ether_type: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match ether_type {
        0x0800 => net::decode_ipv4(view, out),
        0x86dd => net::decode_ipv6(view, out),
        _ => decode_other(ether_type, view, out),
    }
}

/// Apart from the common two, so that these stay small enough to be put in place.
fn decode_other<'a>(ether_type: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match ether_type {
        0x0806 => out.arp(view),
        0x8035 => out.name(Protocol::Rarp),
        // 0x9100 to 0x9300 were used for outer tags before IEEE 802.1ad gave them 0x88a8.
        0x8100 | 0x9100 | 0x9200 | 0x9300 => vlan::decode(Protocol::Vlan, view, out),
        0x88a8 => vlan::decode(Protocol::Ieee8021ad, view, out),
        0x88e7 => vlan::service_instance(view, out),
        0x8909 => vlan::cisco_metadata(view, out),
        0x8926 => vlan::tag(Protocol::VnTag, 4, view, out),
        0x892f => vlan::tag(Protocol::Hsr, 4, view, out),
        0x893f => vlan::tag(Protocol::ETag, 6, view, out),
        0xf1c1 => vlan::tag(Protocol::RTag, 4, view, out),
        0x8870 => Some((Next::Llc, view)), // LLC in a frame too long for a length field
        0x22f3 => vlan::trill(view, out),
        0x8903 => ethernet::behind(2, Some(Protocol::FabricPath), view, out),
        0x6558 => Some((Next::ETHERNET, view)),
        0x8847 | 0x8848 => Some((Next::Mpls, view)),
        0x8863 => pppoe::discovery(out),
        0x8864 => pppoe::session(view, out),
        0x894f => Some((Next::Nsh, view)),
        other => by_name(other, out),
    }
}

/// `EtherTypes` of which only the name is known.
fn by_name<'a>(ether_type: u16, out: &mut Decoded<'a>) -> Walk<'a> {
    let protocol = match ether_type {
        0x0bad => Protocol::Vines,
        0x6003 => Protocol::DecDnaRouting,
        0x6004 => Protocol::Lat,
        0x80d5 => Protocol::Sna,
        0x809b => Protocol::AppleTalk,
        0x80f3 => Protocol::Aarp,
        0x8137 => Protocol::Ipx,
        0x22f0 => Protocol::Avtp,
        0x4305 => Protocol::BatmanAdv,
        0x22f4 => Protocol::IsIs,
        0x8808 => Protocol::EthernetFlowControl,
        0x8809 => Protocol::Lacp,
        0x886d => Protocol::IntelAns,
        0x886f => Protocol::MsNlb,
        0x872d => Protocol::WlanContext,
        0x887b => Protocol::Homeplug,
        0x888e | 0x88c7 => Protocol::Eapol,
        0x8892 => Protocol::Profinet,
        0x8899 => Protocol::Realtek,
        0x88a2 => Protocol::Aoe,
        0x88a4 => Protocol::EtherCat,
        0x88b8 => Protocol::Goose,
        0x88ba => Protocol::SampledValues,
        0x88ca => Protocol::Tipc,
        0x88cc | 0x8942 => Protocol::Lldp,
        0x88d9 => Protocol::Lltd,
        0x88e1 => Protocol::HomeplugAv,
        0x88e5 => Protocol::MacSec,
        0x88f7 => Protocol::Ptp,
        0x88fb => Protocol::HsrSupervision,
        0x8902 => Protocol::Cfm,
        0x8906 => Protocol::Fcoe,
        0x8914 => Protocol::Fip,
        0x8915 => Protocol::Infiniband,
        0x893a => Protocol::Ieee1905,
        0x99fe => Protocol::Tecmp,
        0x9000 => Protocol::Loopback,
        0xa0ed => Protocol::SixLowPan,
        other => return out.unknown_ether_type(other),
    };
    out.layer(protocol);
    None
}

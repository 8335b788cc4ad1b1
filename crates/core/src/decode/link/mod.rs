//! Link layers, one file each.

mod atm;
mod erf;
pub(super) mod ether_type;
mod ethernet;
mod hdlc;
mod infiniband;
mod linux_sll;
pub(super) mod llc;
mod loopback;
pub(super) mod mpls;
pub(super) mod netlink;
mod nflog;
pub(super) mod ppp;
mod pppoe;
mod small;
mod token_ring;
mod vlan;
pub(super) mod wlan;

use super::{Decoded, Next, Protocol, View, Walk};
use crate::capture::LinkType;
use crate::issue::IssueKind;

/// The list of all link types that are decoded.
#[inline]
pub(super) fn decode<'a>(link_type: LinkType, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match link_type {
        LinkType::ETHERNET => ethernet::decode(view, out),
        other => decode_other(other, view, out),
    }
}

fn decode_other<'a>(link_type: LinkType, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match link_type {
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 => {
            out.layer(Protocol::Raw);
            Some((Next::Ip, view))
        }
        LinkType::IPV4 => Some((Next::IPV4, view)),
        LinkType::IPV6 => Some((Next::IPV6, view)),
        LinkType::NULL | LinkType::LOOP => loopback::decode(view, out),
        LinkType::ENC => loopback::enc(view, out),
        LinkType::PFLOG => loopback::pflog(view, out),
        LinkType::IPNET => loopback::ipnet(view, out),
        LinkType::LINUX_SLL => linux_sll::decode(view, out),
        LinkType::LINUX_SLL2 => linux_sll::decode_v2(view, out),
        LinkType::IEEE802_11 => wlan::decode(false, view, out),
        LinkType::IEEE802_11_RADIOTAP => wlan::radiotap(view, out),
        LinkType::IEEE802_11_PRISM | LinkType::IEEE802_11_AVS => wlan::prism_or_avs(view, out),
        LinkType::NETMON_IEEE802_11 => wlan::netmon(view, out),
        LinkType::PPI => wlan::ppi(view, out),
        LinkType::PKTAP => small::pktap(view, out),
        LinkType::NETLINK => netlink::decode(view, out),
        LinkType::NFLOG => nflog::decode(view, out),
        _ => decode_serial(link_type, view, out),
    }
}

/// Link types of serial lines, rings and cells.
fn decode_serial<'a>(link_type: LinkType, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match link_type {
        LinkType::PPP | LinkType::PPP_HDLC => ppp::serial(view, out),
        LinkType::PPP_ETHER => pppoe::session(view, out),
        LinkType::PPP_PPPD | LinkType::PPP_WITH_DIRECTION => small::behind_direction(Next::Link(LinkType::PPP), view),
        LinkType::CISCO_HDLC => hdlc::decode(view, out),
        LinkType::CISCO_HDLC_WITH_DIRECTION => small::behind_direction(Next::Link(LinkType::CISCO_HDLC), view),
        LinkType::FRAME_RELAY => hdlc::frame_relay(view, out),
        LinkType::FRAME_RELAY_WITH_DIRECTION => small::behind_direction(Next::Link(LinkType::FRAME_RELAY), view),
        LinkType::MPLS => mpls::decode(view, out),
        LinkType::TOKEN_RING => token_ring::decode(view, out),
        LinkType::FDDI => token_ring::fddi(view, out),
        LinkType::ATM_RFC1483 => atm::rfc1483(view, out),
        LinkType::ATM_CLIP | LinkType(16 | 18) => atm::classical_ip(view, out),
        LinkType::NETMON_ATM => atm::netmon(view, out),
        LinkType::SUN_ATM => atm::sun(view, out),
        LinkType::ARCNET => small::arcnet(false, view, out),
        LinkType::ARCNET_LINUX => small::arcnet(true, view, out),
        LinkType::APPLE_IP_OVER_IEEE1394 => small::ieee1394(view, out),
        LinkType::IP_OVER_FC => small::ip_over_fc(view, out),
        LinkType::IPOIB => infiniband::ip_over_infiniband(view, out),
        LinkType::INFINIBAND => infiniband::decode(view, out),
        LinkType::DOCSIS => small::docsis(view, out),
        LinkType::ERF => erf::decode(view, out),
        LinkType::JUNIPER_ETHER => small::juniper_ethernet(view, out),
        LinkType::NETANALYZER => ethernet::net_analyzer(false, view, out),
        LinkType::NETANALYZER_TRANSPARENT => ethernet::net_analyzer(true, view, out),
        LinkType::ETHERNET_MPACKET => ethernet::mpacket(view, out),
        other => by_name(other, out),
    }
}

/// Link types of which only the name is known, by their registered numbers (tcpdump.org/linktypes.html).
fn by_name<'a>(link_type: LinkType, out: &mut Decoded<'a>) -> Walk<'a> {
    out.odd(IssueKind::UnknownLinkType, u64::from(link_type.0));
    let name = match link_type.0 {
        8 | 15 => Protocol::Slip,
        114 => Protocol::LocalTalk,
        139 | 140 => Protocol::Mtp2,
        141 => Protocol::Mtp3,
        142 => Protocol::Sccp,
        144 => Protocol::Irda,
        165 => Protocol::MstpBacnet,
        177 | 203 => Protocol::Lapd,
        186 | 189 | 220 | 249 | 266 | 288 | 293..=295 => Protocol::Usb,
        161 | 187 | 201 | 251 | 254..=256 | 65_542 | 65_543 => Protocol::Bluetooth,
        190 | 227 => Protocol::Can,
        195 | 215 | 230 => Protocol::Wpan,
        196 => Protocol::Sita,
        207 | 65_536 => Protocol::Lapb,
        199 | 209 => Protocol::I2c,
        210 => Protocol::FlexRay,
        212 => Protocol::Lin,
        224 | 225 => Protocol::FibreChannel,
        231 => Protocol::Dbus,
        235 => Protocol::DvbCi,
        237 => Protocol::Stanag5066,
        243 => Protocol::Mpeg2Ts,
        245 => Protocol::Nfc,
        250 => Protocol::Rtac,
        252 => Protocol::ExportedPdu,
        271 => Protocol::Vsock,
        283 => Protocol::WpanTap,
        289 | 297 => Protocol::ZWave,
        _ => Protocol::UnknownLink,
    };
    out.name(name)
}

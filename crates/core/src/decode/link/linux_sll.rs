//! Linux cooked captures (tcpdump.org `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2`).

use super::{Decoded, LinkType, Next, Protocol, View, Walk, ethernet, llc, netlink};
use crate::issue::IssueKind;

/// Decodes a header of version 1.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    header(&Fields { protocol_at: 14, hardware_at: 2, header_bytes: 16 }, view, out)
}

/// Decodes a header of version 2.
pub(super) fn decode_v2<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    header(&Fields { protocol_at: 0, hardware_at: 8, header_bytes: 20 }, view, out)
}

struct Fields {
    protocol_at: usize,
    hardware_at: usize,
    header_bytes: usize,
}

fn header<'a>(fields: &Fields, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::LinuxSll);
    let (Some(protocol), Some(hardware), Some(rest)) =
        (view.u16(fields.protocol_at), view.u16(fields.hardware_at), view.skip(fields.header_bytes))
    else {
        return out.cut(Protocol::LinuxSll);
    };
    decode_hardware(hardware, protocol, rest, out).unwrap_or_else(|| decode_protocol(protocol, rest, out))
}

/// Hardware types (Linux `if_arp.h`) whose frames begin with their own header; `None` for all others.
fn decode_hardware<'a>(hardware: u16, protocol: u16, rest: View<'a>, out: &mut Decoded<'a>) -> Option<Walk<'a>> {
    Some(match hardware {
        801 => Some((Next::Link(LinkType::IEEE802_11), rest)),
        802 => Some((Next::Link(LinkType::IEEE802_11_PRISM), rest)),
        803 => Some((Next::Link(LinkType::IEEE802_11_RADIOTAP), rest)),
        824 => netlink::decode_family(protocol, rest, out),
        _ => return None,
    })
}

/// The protocol is an `EtherType`, or one of Linux' own small numbers (`if_ether.h`).
fn decode_protocol<'a>(protocol: u16, rest: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match protocol {
        0x0001 => out.name(Protocol::Ipx),
        0x0003 => Some((Next::ETHERNET, rest)),
        0x0004 => llc::decode(rest, out),
        0x000c | 0x000d => out.name(Protocol::Can),
        ethernet::LEAST_ETHER_TYPE.. => Some((Next::EtherType(protocol), rest)),
        other => {
            out.odd(IssueKind::UnknownEtherType, u64::from(other));
            out.name(Protocol::Data)
        }
    }
}

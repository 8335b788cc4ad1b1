//! Link types that begin with an address family: BSD loopback (null, loop), OpenBSD's encapsulating interface and
//! packet filter log, and IP without any link header.

use super::{Decoded, Next, Protocol, View, Walk};
use crate::issue::IssueKind;

/// Decodes a null or loop header: the family in the byte order of the capturing host, or in network order.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if view.u16(0) == Some(0xff03) {
        return Some((Next::Ppp, view)); // some systems give PPP frames this link type
    }
    out.layer(Protocol::Null);
    let (Some(family), Some(rest)) = (view.u32(0), view.skip(4)) else { return out.cut(Protocol::Null) };
    // Families are small, so the order is the one that makes the number small.
    decode_family(family.min(family.swap_bytes()), rest, out)
}

/// Decodes the header of an OpenBSD enc interface: family, security parameter index, flags.
pub(super) fn enc<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Enc);
    let (Some(family), Some(rest)) = (view.u32(0), view.skip(12)) else { return out.cut(Protocol::Enc) };
    decode_family(family.min(family.swap_bytes()), rest, out)
}

/// Decodes the header of a packet filter log: length, family, then what the filter did; padded to four bytes.
pub(super) fn pflog<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Pflog);
    let Some(&[length, family]) = view.head::<2>() else { return out.cut(Protocol::Pflog) };
    let Some(rest) = view.skip(usize::from(length).next_multiple_of(4)) else { return out.cut(Protocol::Pflog) };
    decode_family(u32::from(family), rest, out)
}

/// Decodes Solaris IP observability: version, family, then zones and interfaces.
pub(super) fn ipnet<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::IpNet);
    let (Some(family), Some(rest)) = (view.u8(1), view.skip(24)) else { return out.cut(Protocol::IpNet) };
    match family {
        26 => Some((Next::IPV6, rest)),
        other => decode_family(u32::from(other), rest, out),
    }
}

/// Address families. IPv6 has a different number on each system; a few put an `EtherType` there.
pub(super) fn decode_family<'a>(family: u32, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match family {
        2 => Some((Next::IPV4, view)),
        // 23 is IPX on BSD and IPv6 on Windows.
        23 if view.u8(0)? >> 4 != 6 => out.name(Protocol::Ipx),
        10 | 23 | 24 | 26 | 28 | 30 => Some((Next::IPV6, view)),
        7 => super::llc::osi(view, out),
        16 => out.name(Protocol::AppleTalk),
        0x600..=0xffff => Some((Next::EtherType(family as u16), view)),
        other => {
            out.odd(IssueKind::UnknownFamily, u64::from(other));
            out.name(Protocol::Data)
        }
    }
}

//! Headers in IP that wrap what they carry and nothing else: AH (RFC 4302), `EtherIP` (RFC 3378).

use super::{Decoded, Next, Protocol, View, Walk};

/// Decodes an authentication header. Its length field counts words of four bytes beyond the first two.
pub(in crate::decode) fn ah<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Ah);
    let Some(&[next, length]) = view.head::<2>() else { return out.cut(Protocol::Ah) };
    let Some(rest) = view.skip((usize::from(length) + 2) * 4) else { return out.cut(Protocol::Ah) };
    Some((Next::IpProtocol(next), rest))
}

/// Decodes an `EtherIP` header: version 3 and an Ethernet frame.
pub(in crate::decode) fn ether_ip<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::EtherIp);
    let (Some(version), Some(rest)) = (view.u8(0), view.skip(2)) else { return out.cut(Protocol::EtherIp) };
    if version >> 4 != 3 {
        return out.malformed(Protocol::EtherIp);
    }
    Some((Next::ETHERNET, rest))
}

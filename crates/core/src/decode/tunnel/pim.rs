//! PIM (RFC 7761): a register message carries a multicast packet to the rendezvous point.

use super::{Decoded, Net, Next, Protocol, View, Walk, begins_with_ip, transport};

const VERSION_2_REGISTER: u8 = 0x21;

/// Notes PIM as a flow without ports and decodes the packet in a register message (§4.9.3).
pub(in crate::decode) fn decode<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    transport::other(103, Protocol::Pim, net, view, out);
    let packet = view.skip(8)?;
    (view.u8(0)? == VERSION_2_REGISTER && begins_with_ip(packet)).then_some((Next::Ip, packet))
}

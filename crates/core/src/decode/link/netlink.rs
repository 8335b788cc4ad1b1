//! Linux netlink (tcpdump.org `LINKTYPE_NETLINK`): messages, of which those of the netfilter log carry packets.

use super::{Decoded, Next, Protocol, View, Walk, nflog};

/// A cooked header whose last field is the netlink family.
const COOKED_BYTES: usize = 16;
const MESSAGE_HEADER_BYTES: usize = 16;
const FAMILY_NETFILTER: u16 = 12;
/// Subsystem netfilter log, message packet.
const LOG_PACKET: u16 = 0x0400;

/// Decodes the cooked header.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (Some(family), Some(messages)) = (view.u16(COOKED_BYTES - 2), view.skip(COOKED_BYTES)) else {
        return out.cut(Protocol::Netlink);
    };
    decode_family(family, messages, out)
}

/// Decodes the messages of a netlink family.
pub(super) fn decode_family<'a>(family: u16, messages: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Netlink);
    (family == FAMILY_NETFILTER).then_some((Next::NetfilterMessages, messages))
}

/// Decodes the first message, which is in the byte order of the capturing host; the others are walked after it.
pub(in crate::decode) fn netfilter_messages<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (length, kind) = (view.u32(0)?, view.u16(4)?);
    // A message is short, so the order is the one that makes its length small.
    let is_network_order = length < length.swap_bytes();
    let (length, kind) =
        if is_network_order { (length as usize, kind) } else { (length.swap_bytes() as usize, kind.swap_bytes()) };
    let message = view.limit(length).skip(MESSAGE_HEADER_BYTES)?;
    let rest = view.skip(length.next_multiple_of(4)).filter(|rest| !rest.bytes.is_empty());
    match (kind, rest) {
        (LOG_PACKET, rest) => {
            if let Some(rest) = rest {
                out.also(Next::NetfilterMessages, rest);
            }
            nflog::decode(message, out)
        }
        (_, rest) => Some((Next::NetfilterMessages, rest?)),
    }
}

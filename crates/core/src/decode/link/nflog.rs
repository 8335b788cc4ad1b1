//! Linux netfilter log (tcpdump.org `LINKTYPE_NFLOG`): attributes, of which one is the packet.

use super::{Decoded, Protocol, View, Walk, ether_type, loopback};

const HEADER_BYTES: usize = 4;
const PACKET_HEADER: u16 = 1;
const PAYLOAD: u16 = 9;
/// Families whose packets may be of any kind: unspecified, device, bridge.
const OPEN_FAMILIES: [u8; 3] = [0, 5, 7];
/// Attributes that are looked at.
const MAX_ATTRIBUTES: usize = 64;

/// Decodes a netfilter log message. Packets of a bridge are of the `EtherType` that the packet header attribute names.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Nflog);
    let (Some(family), Some(mut rest)) = (view.u8(0), view.skip(HEADER_BYTES)) else {
        return out.cut(Protocol::Nflog);
    };
    let mut hardware_protocol = 0;
    for _ in 0..MAX_ATTRIBUTES {
        let &[low, high, kind_low, kind_high] = rest.head::<4>()?;
        let length = usize::from(u16::from_le_bytes([low, high])).max(4);
        let value = rest.limit(length).skip(4)?;
        match u16::from_le_bytes([kind_low, kind_high]) {
            PACKET_HEADER => hardware_protocol = value.u16(0).unwrap_or(0),
            PAYLOAD => return packet(family, hardware_protocol, value, out),
            _ => {}
        }
        rest = rest.skip(length.next_multiple_of(4))?;
    }
    None
}

fn packet<'a>(family: u8, hardware_protocol: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    if OPEN_FAMILIES.contains(&family) {
        return ether_type::decode(hardware_protocol, view, out);
    }
    loopback::decode_family(u32::from(family), view, out)
}

//! A message that asks for a link-layer address, or tells one.

use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv4Addr};

use crate::decode::Net;
use crate::protocols::icmp;

/// Longest link-layer address: that of IP over InfiniBand (RFC 4391 §9.1.1).
const MOST_BYTES: usize = 20;

/// A link-layer address.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hardware {
    bytes: [u8; MOST_BYTES],
    length: u8,
}

impl Hardware {
    fn new(octets: &[u8]) -> Option<Self> {
        let mut bytes = [0; MOST_BYTES];
        bytes.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self { bytes, length: octets.len() as u8 }).filter(|_| octets.iter().any(|&octet| octet != 0))
    }

    fn octets(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether it belongs to a group of hosts, any of which may answer with it: VRRP and CARP (RFC 9568 §7.3), HSRP (RFC 2281
    /// §5.1, and its version 2), GLBP, and Microsoft's network load balancing.
    pub(super) fn is_of_group(&self) -> bool {
        matches!(
            self.octets(),
            [0x00, 0x00, 0x5e, 0x00, 0x01 | 0x02, _]
                | [0x00, 0x00, 0x0c, 0x07, 0xac, _]
                | [0x00, 0x00, 0x0c, 0x9f, 0xf0..=0xff, _]
                | [0x00, 0x07, 0xb4, _, _, _]
                | [0x02 | 0x03, 0xbf, _, _, _, _]
        )
    }
}

impl fmt::Display for Hardware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, octet) in self.octets().iter().enumerate() {
            if at > 0 {
                formatter.write_char(':')?;
            }
            write!(formatter, "{octet:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Hardware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Asks who has an address.
    Request,
    /// Asks whether anybody has it, before using it (RFC 5227 §2.1.1, RFC 4862 §5.4.2).
    Probe,
    /// Says unasked who has it; the payload tells whether in the form of a request.
    Announcement {
        /// Whether it has the form of a request.
        request: bool,
    },
    /// Answers a request.
    Answer,
}

/// A message that asks for a link-layer address, or tells one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    /// What it is for.
    pub(super) purpose: Purpose,
    /// The address that it is about.
    pub(super) target: IpAddr,
    /// Who asks: of an answer whom it is for. `None` for a probe.
    pub(super) asker: Option<IpAddr>,
    /// Link-layer address of its sender.
    pub(super) hardware: Option<Hardware>,
}

impl Message {
    /// What the sender says to be its own: an address, and where it is.
    pub(super) fn claim(&self) -> Option<(IpAddr, Hardware)> {
        let address = match self.purpose {
            Purpose::Request => self.asker?,
            Purpose::Probe => return None,
            Purpose::Announcement { .. } | Purpose::Answer => self.target,
        };
        Some((address, self.hardware?))
    }

    /// Reads a message of ARP for IPv4 from its hardware type on. `None` for other protocols and operations.
    pub(super) fn of_arp(bytes: &[u8]) -> Option<Self> {
        const IEEE1394: u16 = 24;
        let &[kind_high, kind_low, 0x08, 0x00, hardware_bytes, 4, 0, operation, ref rest @ ..] = bytes else {
            return None;
        };
        let (sender, rest) = rest.split_at_checked(usize::from(hardware_bytes))?;
        let (sender_address, rest) = rest.split_first_chunk::<4>()?;
        // IEEE 1394 leaves out the target's link-layer address (RFC 2734 §5).
        let kind = u16::from_be_bytes([kind_high, kind_low]);
        let target_bytes = if kind == IEEE1394 { 0 } else { usize::from(hardware_bytes) };
        let target_address = rest.get(target_bytes..)?.first_chunk::<4>()?;
        let (sender_address, target_address) = (Ipv4Addr::from(*sender_address), Ipv4Addr::from(*target_address));
        let (own, other) = (IpAddr::from(sender_address), IpAddr::from(target_address));
        let asks = match operation {
            1 => true,
            2 => false,
            _ => return None,
        };
        let (purpose, target, asker) = match (asks, sender_address == target_address) {
            (request, true) => (Purpose::Announcement { request }, own, None),
            (true, false) if sender_address.is_unspecified() => (Purpose::Probe, other, None),
            (true, false) => (Purpose::Request, other, Some(own)),
            (false, false) => (Purpose::Answer, own, Some(other).filter(|_| !target_address.is_unspecified())),
        };
        Some(Self { purpose, target, asker, hardware: Hardware::new(sender) })
    }

    /// Reads a neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4).
    pub(super) fn of_ndp(message: &icmp::Message<'_>, net: &Net) -> Option<Self> {
        const SOLICITATION: u8 = 135;
        const SOLICITED: u32 = 0x4000_0000;
        const SOURCE_ADDRESS: u8 = 1;
        const TARGET_ADDRESS: u8 = 2;
        let target = message.target()?;
        let options = message.body.get(16..)?;
        if message.kind == SOLICITATION {
            let asker = Some(net.source).filter(|source| !source.is_unspecified());
            let purpose = if asker.is_some() { Purpose::Request } else { Purpose::Probe };
            return Some(Self { purpose, target, asker, hardware: option(SOURCE_ADDRESS, options) });
        }
        let solicited = message.rest.is_some_and(|rest| rest & SOLICITED != 0);
        let purpose = if solicited { Purpose::Answer } else { Purpose::Announcement { request: false } };
        let asker = Some(net.destination).filter(|_| solicited);
        Some(Self { purpose, target, asker, hardware: option(TARGET_ADDRESS, options) })
    }
}

/// The link-layer address in an option of NDP (RFC 4861 §4.6.1), padded to a multiple of eight bytes.
fn option(wanted: u8, mut options: &[u8]) -> Option<Hardware> {
    loop {
        let &[kind, units, ..] = options else { return None };
        let (option, rest) = options.split_at_checked(usize::from(units.max(1)) * 8)?;
        if kind == wanted {
            return Hardware::new(option.get(2..)?);
        }
        options = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

    fn arp(operation: u8, sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
        [&[0, 1, 8, 0, 6, 4, 0, operation][..], &MAC, &sender, &[0; 6], &target].concat()
    }

    #[test]
    fn purposes_follow_from_the_addresses() {
        let (one, two, nobody) = ([10, 0, 0, 1], [10, 0, 0, 2], [0; 4]);
        let read =
            |bytes: &[u8]| Message::of_arp(bytes).map(|message| (message.purpose, message.target, message.asker));
        let address = |octets: [u8; 4]| IpAddr::from(octets);
        assert_eq!(read(&arp(1, one, two)), Some((Purpose::Request, address(two), Some(address(one)))));
        assert_eq!(read(&arp(1, nobody, two)), Some((Purpose::Probe, address(two), None)));
        assert_eq!(read(&arp(1, two, two)), Some((Purpose::Announcement { request: true }, address(two), None)));
        assert_eq!(read(&arp(2, two, two)), Some((Purpose::Announcement { request: false }, address(two), None)));
        assert_eq!(read(&arp(2, two, one)), Some((Purpose::Answer, address(two), Some(address(one)))));
        assert_eq!(read(&arp(2, two, nobody)), Some((Purpose::Answer, address(two), None)));
        assert_eq!(read(&arp(3, one, two)), None);
        assert_eq!(read(&arp(1, one, two)[..27]), None);
    }

    #[test]
    fn ieee_1394_has_no_target_address() {
        let bytes = [&[0, 24, 8, 0, 16, 4, 0, 1][..], &[9; 16], &[10, 0, 0, 1], &[10, 0, 0, 2]].concat();
        let message = Message::of_arp(&bytes).expect("a message");
        assert_eq!(message.target, IpAddr::from([10, 0, 0, 2]));
        assert_eq!(message.hardware.map(|hardware| hardware.to_string()), Some(["09"; 16].join(":")));
    }

    #[test]
    fn only_groups_share_an_address() {
        let is_of_group = |octets: [u8; 6]| Hardware::new(&octets).is_some_and(|hardware| hardware.is_of_group());
        assert!(is_of_group([0, 0, 0x5e, 0, 1, 7]));
        assert!(is_of_group([0, 0, 0x0c, 7, 0xac, 1]));
        assert!(!is_of_group(MAC));
    }

    #[test]
    fn an_option_is_found_behind_others() {
        let options = [&[14, 1, 0, 0, 0, 0, 0, 0, 2, 1][..], &MAC].concat();
        assert_eq!(option(2, &options), Hardware::new(&MAC));
        assert_eq!(option(2, &options[..15]), None);
        assert_eq!(option(1, &options), None);
        assert_eq!(option(1, &[0; 64]), None);
    }
}

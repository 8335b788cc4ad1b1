//! What makes two packets belong to one flow.

use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use crate::decode::Transport;

/// One end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Address.
    pub address: IpAddr,
    /// Port; 0 where the protocol has none.
    pub port: u16,
}

impl Endpoint {
    /// An IPv4 end as a number, in the order of ends.
    fn number(self) -> Option<u64> {
        match self.address {
            IpAddr::V4(v4) => Some(u64::from(v4.to_bits()) << 16 | u64::from(self.port)),
            IpAddr::V6(_) => None,
        }
    }
}

/// A direction of a flow: which of the key's two ends sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// [`Key::low`] sends.
    Low = 0,
    /// [`Key::high`] sends.
    High = 1,
}

impl Half {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// The direction-free key: addresses, ports and transport protocol. VLANs and outer headers are not part of it, so a
/// packet and its mirror copy are one flow, as in Wireshark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The smaller end.
    pub low: Endpoint,
    /// The larger end.
    pub high: Endpoint,
    /// IP protocol number.
    pub protocol: u8,
}

impl Key {
    /// The key of a packet, and which half sent it.
    pub fn of(transport: &Transport<'_>) -> (Self, Half) {
        let source = Endpoint { address: transport.net.source, port: transport.source_port };
        let destination = Endpoint { address: transport.net.destination, port: transport.destination_port };
        Self::between(source, destination, transport.protocol)
    }

    /// The key of what `source` sends to `destination`, and which half that is.
    pub(crate) fn between(source: Endpoint, destination: Endpoint, protocol: u8) -> (Self, Half) {
        if source <= destination {
            (Self { low: source, high: destination, protocol }, Half::Low)
        } else {
            (Self { low: destination, high: source, protocol }, Half::High)
        }
    }

    /// The end that is the given half.
    pub fn end(&self, half: Half) -> Endpoint {
        match half {
            Half::Low => self.low,
            Half::High => self.high,
        }
    }

    /// The key as two words, where both ends are of IPv4.
    #[inline]
    pub(super) fn words(&self) -> Option<Words> {
        let (low, high) = self.low.number().zip(self.high.number())?;
        Some(Words::new(low, high, self.protocol))
    }

    /// Hashes by whole words, which is several times quicker than the derived way.
    pub(super) fn hash(&self, state: &impl BuildHasher) -> u64 {
        if let Some(words) = self.words() {
            return words.hash(state);
        }
        let mut hasher = state.build_hasher();
        for end in [self.low, self.high] {
            match end.address {
                IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
                IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
            }
            hasher.write_u32(u32::from(end.port) << 8 | u32::from(self.protocol));
        }
        hasher.finish()
    }
}

/// A key between ends of IPv4 as two words. Most packets are found by it, without a key being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(u64, u64);

impl Words {
    fn new(low: u64, high: u64, protocol: u8) -> Self {
        Self(low, high << 8 | u64::from(protocol))
    }

    /// That of a packet, and which half sent it.
    #[inline]
    pub(super) fn of(transport: &Transport<'_>) -> Option<(Self, Half)> {
        let (IpAddr::V4(source), IpAddr::V4(destination)) = (transport.net.source, transport.net.destination) else {
            return None;
        };
        let source = u64::from(source.to_bits()) << 16 | u64::from(transport.source_port);
        let destination = u64::from(destination.to_bits()) << 16 | u64::from(transport.destination_port);
        let half = if source <= destination { Half::Low } else { Half::High };
        Some((Self::new(source.min(destination), source.max(destination), transport.protocol), half))
    }

    #[inline]
    pub(super) fn hash(self, state: &impl BuildHasher) -> u64 {
        let mut hasher = state.build_hasher();
        hasher.write_u64(self.0);
        hasher.write_u64(self.1);
        hasher.finish()
    }
}

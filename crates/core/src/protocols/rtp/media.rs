//! What signalling says of streams to come: where they go, and what they hold.

use std::net::IpAddr;
use std::sync::Arc;

use arrayvec::ArrayVec;

use super::codec::Codec;
use crate::flows::Endpoint;
use crate::protocols::pending::Pending;

/// Payload types that one announcement may define.
pub(super) const MOST_FORMATS: usize = 24;

/// What announced a stream.
#[derive(Debug, Clone)]
pub(crate) enum Signalling {
    /// SDP in a call of SIP, with its Call-ID.
    Sip(Arc<str>),
    /// RTSP.
    Rtsp,
}

/// Payload types and their meaning.
pub(crate) type Formats = ArrayVec<(u8, Codec), MOST_FORMATS>;

/// A stream that an end has said it will receive.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    /// What announced it.
    pub(crate) by: Signalling,
    /// What it may hold.
    pub(crate) formats: Arc<Formats>,
}

/// Streams that were announced, by the end that receives them.
#[derive(Debug)]
pub(crate) struct Media(Pending<Endpoint, Announced>);

impl Media {
    pub(super) fn new(memory_bytes: usize) -> Self {
        Self(Pending::new(memory_bytes, 64 + size_of::<Formats>()))
    }

    /// Takes note that `address` will receive at `port`.
    pub(crate) fn announce(&mut self, address: IpAddr, port: u16, announced: Announced) {
        self.0.insert(Endpoint { address, port }, announced);
    }

    /// What was announced of packets between two ends; the receiver's word comes first.
    pub(super) fn between(&self, source: Endpoint, destination: Endpoint) -> Option<&Announced> {
        self.0.get(&destination).or_else(|| self.0.get(&source))
    }
}

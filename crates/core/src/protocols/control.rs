//! What is followed beside the flows, because no flow holds its state: what hosts and routers tell each other about addresses
//! and paths, and datagrams in fragments.

use super::arp::{self, ArpExchangeRow, NdpExchangeRow};
use super::icmp;
use crate::decode::{Fragment, Transport, View};
use crate::flows::{Flows, Seen};
use crate::fragments::History;
use crate::issue::Issues;
use crate::tables::Sink;

/// ICMP, ARP, neighbour discovery, fragments.
pub(crate) struct Control {
    icmp: icmp::Tracker,
    arp: arp::Tracker<ArpExchangeRow>,
    ndp: arp::Tracker<NdpExchangeRow>,
    fragments: History,
}

impl Control {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        let part = memory_bytes / 4;
        Self {
            icmp: icmp::Tracker::new(part),
            arp: arp::Tracker::new(part),
            ndp: arp::Tracker::new(part),
            fragments: History::new(part),
        }
    }

    /// Takes the transport headers of a frame, one of which is of ICMP. The flows know them already.
    #[cold]
    pub(crate) fn icmp(
        &mut self,
        transports: &[Transport<'_>],
        seen: &Seen,
        flows: &Flows,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) {
        for (at, transport) in transports.iter().enumerate().filter(|(_, transport)| !transport.quoted) {
            let Some(message) = icmp::Message::of(transport) else { continue };
            let quoted = transports.get(at + 1).filter(|next| next.quoted);
            self.icmp.message(&message, (transport, quoted), seen, flows, issues, sink);
            arp::ndp(&mut self.ndp, (&message, &transport.net), seen, issues, sink);
        }
    }

    /// Takes a message of ARP.
    #[cold]
    pub(crate) fn arp(&mut self, message: View<'_>, seen: &Seen, issues: &mut Issues, sink: &mut impl Sink) {
        arp::arp(&mut self.arp, message.bytes, seen, issues, sink);
    }

    /// Takes a fragment. The flows know its datagram if it is whole now.
    #[cold]
    pub(crate) fn fragment(
        &mut self,
        fragment: &Fragment<'_>,
        seen: &Seen,
        flows: &Flows,
        issues: &mut Issues,
        sink: &mut impl Sink,
    ) {
        self.fragments.fragment(fragment, seen, flows, issues, sink);
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, flows: &Flows, sink: &mut impl Sink) {
        self.icmp.finish(sink);
        self.arp.finish(sink);
        self.ndp.finish(sink);
        self.fragments.finish(flows, sink);
    }
}

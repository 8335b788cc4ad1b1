//! SEVERAL FRAMES → FACTS: one folder for each protocol that is followed over its packets.
//!
//! A protocol on top of TCP or UDP is a folder with `message.rs` (bytes → struct, no memory), `tracker.rs` (state over
//! packets) and `table.rs`; it is entered in one of the two lists below, and what it shares between flows in [`Shared`].

pub mod dhcp;
pub mod dns;
mod exchanges;
pub(crate) mod follow;
pub mod ntp;
pub mod snmp;
pub mod tcp;

use crate::issue::Issues;
use crate::tables::Sink;

/// Protocols on top of TCP, in the order in which they are asked whether a stream is theirs.
const STREAMS: &[follow::RecogniseStream] = &[dns::recognise_stream];

/// Protocols in datagrams, in the order in which they are asked whether a flow is theirs.
const DATAGRAMS: &[follow::RecogniseDatagram] =
    &[dns::recognise_datagram, dhcp::recognise, ntp::recognise, snmp::recognise];

/// What protocols remember besides the state of each flow: their tables, and what ties flows together.
pub(crate) struct Shared {
    /// Queries of DNS and their answers.
    pub(crate) dns: dns::Transactions,
    /// What hosts and servers of DHCP say.
    pub(crate) dhcp: dhcp::Transactions,
    /// Requests for the time.
    pub(crate) ntp: ntp::Transactions,
    /// Requests to agents.
    pub(crate) snmp: snmp::Transactions,
}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self {
            dns: dns::Transactions::new(memory_bytes / 4),
            dhcp: dhcp::Transactions::new(memory_bytes / 32),
            ntp: ntp::Transactions::new(memory_bytes / 32),
            snmp: snmp::Transactions::new(memory_bytes / 32),
        }
    }

    /// Writes out what is left when the capture ends.
    pub(crate) fn finish(&mut self, _issues: &mut Issues, sink: &mut dyn Sink) {
        self.dns.finish(sink);
        self.dhcp.finish(sink);
        self.ntp.finish(sink);
        self.snmp.finish(sink);
    }
}

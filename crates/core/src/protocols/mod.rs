//! SEVERAL FRAMES → FACTS: one folder for each protocol that is followed over its packets.
//!
//! A protocol on top of TCP or UDP is a folder with `message.rs` (bytes → struct, no memory), `tracker.rs` (state over
//! packets) and `table.rs`; it is entered in one of the two lists below, and what it shares between flows in [`Shared`].

pub mod arp;
pub(crate) mod control;
pub mod dhcp;
pub mod dns;
mod exchanges;
pub(crate) mod follow;
pub mod http;
pub mod icmp;
pub mod ntp;
pub(crate) mod pending;
pub mod quic;
pub mod rtp;
pub mod services;
pub mod sip;
pub mod snmp;
pub mod tcp;
pub mod tls;
pub mod turns;

use crate::issue::Issues;
use crate::tables::{Sink, TableWriter};

/// Protocols on top of TCP, in the order in which they are asked whether a stream is theirs.
const STREAMS: &[follow::RecogniseStream] = &[
    tls::recognise,
    rtp::recognise_rtsp,
    sip::recognise_stream, // its methods are its own
    dns::recognise_stream,
    http::http2::recognise,
    http::recognise,
    services::recognise,
];

/// Protocols in datagrams, in the order in which they are asked whether a flow is theirs.
const DATAGRAMS: &[follow::RecogniseDatagram] = &[
    sip::recognise_datagram,
    dns::recognise_datagram,
    dhcp::recognise,
    ntp::recognise,
    snmp::recognise,
    quic::recognise,
    tls::recognise_datagram,
    rtp::recognise, // last: it takes what may be RTP on trial
];

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
    /// Streams of RTP.
    pub(crate) rtp: rtp::Shared,
    /// Calls of SIP.
    pub(crate) sip: sip::Shared,
    /// Requests of HTTP and their responses.
    pub(crate) http: TableWriter<http::HttpTransactionRow>,
    /// The same of other services.
    pub(crate) services: TableWriter<services::ServiceTransactionRow>,
    /// Turns of connections.
    pub(crate) turns: TableWriter<turns::TurnRow>,
    /// Handshakes of TLS and DTLS.
    pub(crate) tls: TableWriter<tls::TlsHandshakeRow>,
    /// Connections of QUIC.
    pub(crate) quic: TableWriter<quic::QuicConnectionRow>,
}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self {
            dns: dns::Transactions::new(memory_bytes / 4),
            dhcp: dhcp::Transactions::new(memory_bytes / 32),
            ntp: ntp::Transactions::new(memory_bytes / 32),
            snmp: snmp::Transactions::new(memory_bytes / 32),
            rtp: rtp::Shared::new(memory_bytes / 8),
            sip: sip::Shared::new(memory_bytes / 8),
            http: TableWriter::default(),
            services: TableWriter::default(),
            turns: TableWriter::default(),
            tls: TableWriter::default(),
            quic: TableWriter::default(),
        }
    }

    /// Writes out what is left when the capture ends.
    pub(crate) fn finish(&mut self, _issues: &mut Issues, sink: &mut dyn Sink) {
        self.dns.finish(sink);
        self.dhcp.finish(sink);
        self.ntp.finish(sink);
        self.snmp.finish(sink);
        self.rtp.finish(sink);
        self.sip.finish(sink);
        self.http.flush(sink);
        self.services.flush(sink);
        self.turns.flush(sink);
        self.tls.flush(sink);
        self.quic.flush(sink);
    }
}

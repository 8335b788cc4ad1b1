//! The table `dhcp_transactions`.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::transaction::Transaction;
use crate::flows::{AddressText, endpoint_text};
use crate::tables::table;

table! {
    /// What a host and the servers of DHCP say to each other under one identifier: discover, offer, request and
    /// acknowledgement, or a part of that. In the order of the first frames; what is unanswered has a row, and so has an
    /// answer to nothing.
    "dhcp_transactions" DhcpTransactionRow {
        /// The flow of the first message, as in flows.
        flow: u64,
        /// Its index among the flows of UDP.
        stream: u32,
        /// Who sent the first message of the client, as address:port; 0.0.0.0 has no address yet.
        client: AddressText,
        /// Who is asked, in the same form; mostly the broadcast address.
        server: AddressText,
        /// Hardware address of the client.
        client_mac: String,
        /// Identifier that the client chose.
        transaction_id: u32,
        /// What the client wants (RFC 2131 §4.3.2): acquire, reboot (its old address again), renew, rebind, inform, decline,
        /// release; request when only the answer was seen; bootp.
        purpose: &'static str,
        /// Frame of the first DHCPDISCOVER.
        discover_frame: Option<u64>,
        /// How many were sent.
        discovers: u32 ["packets"],
        /// Frame of the first DHCPOFFER; NULL while there is none.
        offer_frame: Option<u64>,
        /// How many came, of all servers.
        offers: u32 ["packets"],
        /// Time from the first DHCPDISCOVER to the first DHCPOFFER.
        offer_time_ns: Option<i64> ["ns"],
        /// Frame of the first DHCPREQUEST, DHCPINFORM, DHCPDECLINE or DHCPRELEASE, or of a request of BOOTP.
        request_frame: Option<u64>,
        /// How many were sent.
        requests: u32 ["packets"],
        /// Frame of the first DHCPACK or DHCPNAK, or of a reply of BOOTP; NULL while unanswered.
        response_frame: Option<u64>,
        /// How many came.
        responses: u32 ["packets"],
        /// Time from the first of request_frame to response_frame.
        response_time_ns: Option<i64> ["ns"],
        /// Time of the first message, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Time from the client's first message to response_frame.
        total_time_ns: Option<i64> ["ns"],
        /// What came of it: ack, nak, declined (the client found the address in use), offered (and not asked for), unanswered,
        /// one_way (no answer is wanted), unsolicited (an answer to nothing).
        outcome: &'static str,
        /// Frame of the DHCPDECLINE that followed the DHCPACK.
        decline_frame: Option<u64>,
        /// Address that was given, or that was asked for.
        address: Option<String>,
        /// Server that the newest message names.
        server_id: Option<String>,
        /// Relay between client and server.
        relay: Option<String>,
        /// For how long the address is given; 4294967295 s is for ever.
        lease_ns: Option<i64> ["ns"],
        /// What the client calls itself.
        host_name: Option<String>,
    }
}

impl Transaction {
    /// Its row.
    pub(super) fn row(&self) -> DhcpTransactionRow {
        let text = |address: Option<Ipv4Addr>| address.map(|address| address.to_string());
        let (first, reply) = (self.first(), self.replies.first);
        let total = first.zip(reply).map(|(first, reply)| reply.time_ns.saturating_sub(first.time_ns));
        DhcpTransactionRow {
            flow: self.flow,
            stream: self.stream,
            client: endpoint_text(self.client),
            server: endpoint_text(self.server),
            client_mac: hexadecimal(&self.hardware),
            transaction_id: self.id,
            purpose: self.purpose,
            discover_frame: self.discovers.frame(),
            discovers: self.discovers.count,
            offer_frame: self.offers.frame(),
            offers: self.offers.count,
            offer_time_ns: self.discovers.until_ns(&self.offers),
            request_frame: self.requests.frame(),
            requests: self.requests.count,
            response_frame: self.replies.frame(),
            responses: self.replies.count,
            response_time_ns: self.requests.until_ns(&self.replies),
            first_time_ns: self.begin.time_ns,
            total_time_ns: total,
            outcome: self.outcome(),
            decline_frame: self.declined.map(|at| at.frame),
            address: text(self.address),
            server_id: text(self.chosen),
            relay: text(self.relay),
            lease_ns: self.lease.map(|lease| i64::from(lease) * 1_000_000_000),
            host_name: self.host_name.as_deref().map(str::to_owned),
        }
    }

    fn outcome(&self) -> &'static str {
        match (self.replies.count, self.offers.count) {
            _ if self.first().is_none() => "unsolicited",
            _ if !self.wants_answer() => "one_way",
            _ if self.declined.is_some() => "declined",
            (1.., _) if self.granted => "ack",
            (1.., _) => "nak",
            (0, 1..) if self.requests.count == 0 => "offered",
            _ => "unanswered",
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(3 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{}{byte:02x}", if text.is_empty() { "" } else { ":" });
    }
    text
}

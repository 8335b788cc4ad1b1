//! The table `dns_transactions`.

use std::borrow::Cow;

use super::codes;
use super::transaction::{Dialect, Transaction};
use crate::flows::{AddressText, address_text, endpoint_text};
use crate::tables::table;

table! {
    /// A question to the domain name system and its answer, in the order of their first frames; also of its relatives mDNS,
    /// LLMNR and the NetBIOS name service. A query without an answer has a row, and so has a response without a query.
    "dns_transactions" DnsTransactionRow {
        /// The flow of the query, as in flows; of the response where there is no query.
        flow: u64,
        /// Its index among the flows of TCP or of UDP, as transport says.
        stream: u32,
        /// What is spoken: dns, mdns, llmnr, nbns.
        protocol: &'static str,
        /// What carries it: udp, tcp.
        transport: &'static str,
        /// Who asks, as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// Who is asked, in the same form; a group or broadcast address where anybody may answer.
        server: AddressText,
        /// Identifier of the message.
        id: u16,
        /// Operation: QUERY, NOTIFY, UPDATE, …
        opcode: Cow<'static, str>,
        /// Name that is asked for, without the last dot; what is not printable is escaped (RFC 1035 §5.1). NULL when it
        /// cannot be read.
        query_name: Option<String>,
        /// Type of the records that are asked for: A, AAAA, PTR, …
        query_type: Option<Cow<'static, str>>,
        /// Their class: IN, CH, …
        query_class: Option<Cow<'static, str>>,
        /// Frame of the first query; NULL when only a response was seen.
        query_frame: Option<u64>,
        /// Time of the first query, since 1970 UTC.
        query_time_ns: Option<i64> ["ns"],
        /// Frame of the last query.
        last_query_frame: Option<u64>,
        /// Queries: 1, and the repeats from the same port with the same identifier within 5 s.
        queries: u32 ["packets"],
        /// Length of the first query.
        query_bytes: Option<u32> ["bytes"],
        /// Frame of the first response; NULL while unanswered.
        response_frame: Option<u64>,
        /// Time from the first query to the first response.
        response_time_ns: Option<i64> ["ns"],
        /// Time from the last query to the first response.
        last_response_time_ns: Option<i64> ["ns"],
        /// Time from the first query of all tries, as retry_of_frame links them, to the first response.
        resolution_time_ns: Option<i64> ["ns"],
        /// Responses: 1, and repeats; by multicast also those of others. 0 while unanswered.
        responses: u32 ["packets"],
        /// Address of who sent the first response.
        responder: Option<AddressText>,
        /// Length of the first response.
        response_bytes: Option<u32> ["bytes"],
        /// Response code, with the upper bits of EDNS: 0 is success, 3 says that the name does not exist.
        response_code: Option<u16>,
        /// Its name: NOERROR, NXDOMAIN, SERVFAIL, …
        response_code_name: Option<Cow<'static, str>>,
        /// What came of it: answer, no_data (the name has no such records), no_such_name, referral (another server is to be
        /// asked), truncated (to be asked for over TCP), error, unanswered, unsolicited (a response without a query).
        outcome: &'static str,
        /// More about an error (RFC 8914).
        extended_error: Option<u16>,
        /// Whether the response was truncated.
        truncated: bool,
        /// Whether the response came from an authority for the name.
        authoritative: bool,
        /// Records in the answer.
        answers: Option<u16>,
        /// Smallest time to live of those records.
        answer_ttl_ns: Option<i64> ["ns"],
        /// Names that the name stands for, in order, with commas between them; at most 8.
        cnames: Option<String>,
        /// Addresses in the answer, with commas between them; at most 16.
        addresses: Option<String>,
        /// Largest datagram that the client takes, by its EDNS; NULL when it has none.
        edns_udp_bytes: Option<u16> ["bytes"],
        /// Whether the client asks for records of DNSSEC.
        dnssec_ok: bool,
        /// query_frame of the transaction that this one repeats: its client asked for the same within 30 s, since there was no
        /// answer, or none that helped.
        retry_of_frame: Option<u64>,
        /// What differs from it: same (nothing; its answer passed here, if there was one, but was of no use), new (port or
        /// identifier), server (another one), tcp.
        retry_kind: Option<&'static str>,
    }
}

impl Transaction {
    /// Its row.
    pub(super) fn row(&self) -> DnsTransactionRow {
        let netbios = self.dialect == Dialect::Nbns;
        let (asked, queries, answer) = (self.asked(), self.queries.as_ref(), self.answer.as_deref());
        let edns = queries.and_then(|queries| queries.edns);
        let retry = queries.and_then(|queries| queries.retry);
        let since = |begin_ns: i64| answer.map(|answer| answer.at.time_ns.saturating_sub(begin_ns));
        let listed = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        DnsTransactionRow {
            flow: self.flow,
            stream: self.stream,
            protocol: self.dialect.name(),
            transport: if self.tcp { "tcp" } else { "udp" },
            client: endpoint_text(self.client),
            server: endpoint_text(self.server),
            id: self.id,
            opcode: codes::opcode_name(self.opcode, netbios),
            query_name: asked.map(|asked| asked.name.to_owned()),
            query_type: asked.map(|asked| codes::kind_name(asked.kind, netbios)),
            query_class: asked.map(|asked| codes::class_name(asked.class)),
            query_frame: queries.map(|queries| queries.first.frame),
            query_time_ns: queries.map(|queries| queries.first.time_ns),
            last_query_frame: queries.map(|queries| queries.last.frame),
            queries: queries.map_or(0, |queries| queries.count),
            query_bytes: queries.map(|queries| queries.wire_bytes),
            response_frame: answer.map(|answer| answer.at.frame),
            response_time_ns: queries.and_then(|queries| since(queries.first.time_ns)),
            last_response_time_ns: queries.and_then(|queries| since(queries.last.time_ns)),
            resolution_time_ns: queries
                .and_then(|queries| since(retry.map_or(queries.first.time_ns, |retry| retry.begin_ns))),
            responses: self.responses,
            responder: answer.map(|answer| address_text(answer.responder)),
            response_bytes: answer.map(|answer| answer.wire_bytes),
            response_code: answer.map(|answer| answer.code),
            response_code_name: answer.map(|answer| codes::code_name(answer.code, netbios)),
            outcome: match (queries, answer) {
                (None, _) => "unsolicited",
                (_, None) => "unanswered",
                (_, Some(answer)) => answer.outcome,
            },
            extended_error: answer.and_then(|answer| answer.extended_error),
            truncated: answer.is_some_and(|answer| answer.truncated),
            authoritative: answer.is_some_and(|answer| answer.authoritative),
            answers: answer.map(|answer| answer.answers),
            answer_ttl_ns: answer.and_then(|answer| answer.ttl).map(|ttl| i64::from(ttl) * 1_000_000_000),
            cnames: answer.and_then(|answer| listed(&answer.cnames)),
            addresses: answer.and_then(|answer| listed(&answer.addresses)),
            edns_udp_bytes: edns.map(|edns| edns.udp_bytes),
            dnssec_ok: edns.is_some_and(|edns| edns.dnssec_ok),
            retry_of_frame: retry.map(|retry| retry.frame),
            retry_kind: retry.map(|retry| retry.kind),
        }
    }
}

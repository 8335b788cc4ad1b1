//! The table `ntp_transactions`.

use super::transactions::Transaction;
use crate::flows::{AddressText, endpoint_text};
use crate::tables::table;

table! {
    /// A request for the time and its response, in the order of their first frames. A request without a response has a row,
    /// and so has a response without a request.
    "ntp_transactions" NtpTransactionRow {
        /// The flow, as in flows.
        flow: u64,
        /// Its index among the flows of UDP.
        stream: u32,
        /// Who asks, as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// Who is asked, in the same form.
        server: AddressText,
        /// Version of the protocol.
        version: u8,
        /// Frame of the request; NULL when only a response was seen.
        request_frame: Option<u64>,
        /// Time of the request, since 1970 UTC.
        request_time_ns: Option<i64> ["ns"],
        /// Requests: 1, and repeats of the same.
        requests: u32 ["packets"],
        /// Frame of the first response; NULL while unanswered.
        response_frame: Option<u64>,
        /// Time from the request to the first response.
        response_time_ns: Option<i64> ["ns"],
        /// The part of it that the server took, by the server's own clock.
        server_time_ns: Option<i64> ["ns"],
        /// Responses: 1, and repeats. 0 while unanswered.
        responses: u32 ["packets"],
        /// What came of it: answer, unsynchronised (the server does not know the time), kiss_code (it refuses), unanswered,
        /// unsolicited (a response without a request).
        outcome: &'static str,
        /// How far the server is from a reference clock: 1 has one itself.
        stratum: Option<u8>,
        /// The reference clock of a server that has one, else what stands for the server that it asks: an IPv4 address, or
        /// part of a hash.
        reference: Option<String>,
        /// Why the server refuses (RFC 5905 §7.4): RATE, DENY, …
        kiss_code: Option<String>,
        /// Round trip from the server to the reference clock, as it says.
        root_delay_ns: Option<i64> ["ns"],
        /// How far the server may be off the reference clock, as it says.
        root_dispersion_ns: Option<i64> ["ns"],
        /// How far the server's clock was ahead of the clock of the capture, if both ways took the same time.
        clock_offset_ns: Option<i64> ["ns"],
    }
}

impl Transaction {
    /// Its row.
    pub(super) fn row(&self) -> NtpTransactionRow {
        let (request, response) = (self.request, self.response);
        let answer = response.map(|(response, _)| response);
        let timed = answer.filter(|answer| answer.receive.0 != 0 && answer.transmit.0 != 0);
        let seconds = |fixed: u32| (i64::from(fixed) * 1_000_000_000) >> 16;
        let between = || {
            let ((_, asked), (answer, at)) = (request?, response?);
            let there = answer.receive.unix_ns(asked.time_ns)?.checked_sub(asked.time_ns)?;
            let back = answer.transmit.unix_ns(at.time_ns)?.checked_sub(at.time_ns)?;
            Some(i64::midpoint(there, back))
        };
        NtpTransactionRow {
            flow: self.flow,
            stream: self.stream,
            client: endpoint_text(self.client),
            server: endpoint_text(self.server),
            version: request.or(response).map_or(0, |(message, _)| message.version),
            request_frame: request.map(|(_, at)| at.frame),
            request_time_ns: request.map(|(_, at)| at.time_ns),
            requests: self.requests,
            response_frame: response.map(|(_, at)| at.frame),
            response_time_ns: request
                .zip(response)
                .map(|((_, asked), (_, at))| at.time_ns.saturating_sub(asked.time_ns)),
            server_time_ns: timed.map(|answer| answer.transmit.since_ns(answer.receive)),
            responses: self.responses,
            outcome: match (request, answer) {
                (None, _) => "unsolicited",
                (_, None) => "unanswered",
                (_, Some(answer)) if answer.kiss_code().is_some() => "kiss_code",
                (_, Some(answer)) if answer.leap == 3 => "unsynchronised",
                _ => "answer",
            },
            stratum: answer.map(|answer| answer.stratum),
            reference: answer.and_then(|answer| answer.reference_text()),
            kiss_code: answer.and_then(|answer| answer.kiss_code()),
            root_delay_ns: answer.map(|answer| seconds(answer.root_delay)),
            root_dispersion_ns: answer.map(|answer| seconds(answer.root_dispersion)),
            clock_offset_ns: between(),
        }
    }
}

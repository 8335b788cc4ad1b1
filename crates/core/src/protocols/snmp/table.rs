//! The table `snmp_transactions`.

use super::message::Operation;
use super::transactions::{Said, Transaction};
use crate::flows::{AddressText, endpoint_text};
use crate::tables::table;

table! {
    /// A request of SNMP and its answer, in the order of their first frames. A request without an answer has a row, and so has
    /// an answer without a request, and a notification. No community, user or value is kept.
    "snmp_transactions" SnmpTransactionRow {
        /// The flow of the request, as in flows; of the answer where there is no request.
        flow: u64,
        /// Its index among the flows of UDP.
        stream: u32,
        /// Who asks or notifies, as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// Who is asked or notified, in the same form.
        server: AddressText,
        /// Version: 1, 2c, 3.
        version: &'static str,
        /// What is wanted: get, get_next, get_bulk, set, inform, trap; NULL when encrypted or not seen.
        operation: Option<&'static str>,
        /// Number of the request; in version 3 of the message.
        request_id: Option<i64>,
        /// Variables that the request names.
        variables: Option<u32>,
        /// The first of them, in dotted numbers; at most 33.
        first_object: Option<String>,
        /// Frame of the first request; NULL when only an answer was seen.
        request_frame: Option<u64>,
        /// Time of the first request, since 1970 UTC.
        request_time_ns: Option<i64> ["ns"],
        /// Frame of the last request.
        last_request_frame: Option<u64>,
        /// Requests: 1, and repeats with the same number.
        requests: u32 ["packets"],
        /// Frame of the first answer; NULL while unanswered.
        response_frame: Option<u64>,
        /// Time from the first request to the first answer.
        response_time_ns: Option<i64> ["ns"],
        /// Time from the last request to the first answer.
        last_response_time_ns: Option<i64> ["ns"],
        /// Answers: 1, and repeats. 0 while unanswered.
        responses: u32 ["packets"],
        /// What came of it: answer, error, report (of the message layer, as when version 3 begins), notification (no answer is
        /// wanted), unanswered, unsolicited (an answer without a request).
        outcome: &'static str,
        /// Error status of the answer (RFC 3416 §3): 0 is success.
        error_status: Option<i64>,
        /// Which variable it went wrong with, from 1; 0 for none.
        error_index: Option<i64>,
    }
}

impl Transaction {
    /// Its row.
    pub(super) fn row(&self) -> SnmpTransactionRow {
        let (request, response) = (self.request.as_ref(), self.response.as_ref());
        let about = request.or(response);
        let since = |begin_ns: i64| response.map(|response| response.at.time_ns.saturating_sub(begin_ns));
        SnmpTransactionRow {
            flow: self.flow,
            stream: self.stream,
            client: endpoint_text(self.client),
            server: endpoint_text(self.server),
            version: self.version,
            operation: request.and_then(|request| request.operation).map(Operation::name),
            request_id: self.id,
            variables: about.map(|said| said.variables),
            first_object: about.and_then(|said| said.object.clone()),
            request_frame: request.map(|request| request.at.frame),
            request_time_ns: request.map(|request| request.at.time_ns),
            last_request_frame: request.map(|_| self.last_request.frame),
            requests: self.requests,
            response_frame: response.map(|response| response.at.frame),
            response_time_ns: request.and_then(|request| since(request.at.time_ns)),
            last_response_time_ns: request.and_then(|_| since(self.last_request.time_ns)),
            responses: self.responses,
            outcome: self.outcome(response),
            error_status: response.map(|response| response.error_status),
            error_index: response.map(|response| response.error_index),
        }
    }

    fn outcome(&self, response: Option<&Said>) -> &'static str {
        match response {
            _ if self.request.is_none() => "unsolicited",
            None if self.wants_answer() => "unanswered",
            None => "notification",
            Some(said) if said.operation == Some(Operation::Report) => "report",
            Some(said) if said.error_status != 0 => "error",
            Some(_) => "answer",
        }
    }
}

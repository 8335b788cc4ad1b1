//! The table `service_transactions`.

use super::tracker::Exchange;
use crate::flows::AddressText;
use crate::protocols::follow::{Ends, Texts};
use crate::protocols::tcp::Role;
use crate::tables::table;

table! {
    /// A request and its response of a service that is neither HTTP nor DNS: postgresql, mysql, redis, smb2, ldap,
    /// kerberos, mqtt, known by their bytes on any port. An unanswered request has a row.
    "service_transactions" ServiceTransactionRow {
        /// Number of the flow.
        flow: u64,
        /// Number of the connection, as in tcp_flows.
        stream: u32,
        /// Client of the flow as address:port.
        client: AddressText,
        /// Server of the flow as address:port.
        server: AddressText,
        /// Number of the exchange within its connection, from 1, in order of first byte.
        number: u32,
        /// Service.
        service: &'static str,
        /// Kind of the command, such as the first word of a statement; other where it is none of the usual.
        command: &'static str,
        /// Whether the server asked and the client answered, as MQTT allows.
        from_server: bool,
        /// Outcome: ok or error; NULL while unanswered.
        status: Option<&'static str>,
        /// Code that the service gives: SQLSTATE, error number, NT status, result code, first word of an error of Redis.
        code: Option<String>,
        /// Frame with which the request was whole.
        request_frame: Option<u64>,
        /// Frame with which the response was whole; NULL while unanswered.
        response_frame: Option<u64>,
        /// From request_frame to response_frame.
        response_time_ns: Option<i64> ["ns"],
        /// Frame that brought the first byte of the request.
        request_first_frame: u64,
        /// Frame that brought the first byte of the response.
        response_first_frame: Option<u64>,
        /// Time of the first byte of the request, since 1970 UTC.
        request_begun_ns: i64 ["ns"],
        /// Time of the last byte of the request, since 1970 UTC.
        request_ended_ns: Option<i64> ["ns"],
        /// Time of the first byte of the response, since 1970 UTC.
        response_begun_ns: Option<i64> ["ns"],
        /// Time of the last byte of the response, since 1970 UTC.
        response_ended_ns: Option<i64> ["ns"],
        /// From the last byte of the request to the first of the response, less rtt_ns: what the answering end took.
        service_time_ns: Option<i64> ["ns"],
        /// Time from the capture point to the answering end and back that was taken out of service_time_ns; NULL where not
        /// known. It is the least of late, and what a queue on the path added, as far as time stamps or an acknowledgement
        /// show it.
        rtt_ns: Option<i64> ["ns"],
        /// Bytes of the request.
        request_bytes: u64 ["bytes"],
        /// Bytes of the response.
        response_bytes: u64 ["bytes"],
    }
}

impl ServiceTransactionRow {
    pub(super) fn new(exchange: &Exchange, service: &'static str, ends: &Ends, texts: &Texts) -> Self {
        let response = exchange.response.as_ref();
        let ended = exchange.last;
        let answered = response.filter(|response| response.whole).map(|response| response.last);
        let between = |from: Option<i64>, to: Option<i64>| from.zip(to).map(|(from, to)| to - from);
        let ended_ns = ended.map(|at| at.time_ns);
        let wait_ns = between(ended_ns, response.map(|response| response.first.time_ns));
        let rtt_ns = response.and_then(|response| response.rtt_ns);
        Self {
            flow: ends.flow,
            stream: ends.stream,
            client: texts.client,
            server: texts.server,
            number: exchange.number,
            service,
            command: exchange.command,
            from_server: exchange.requester == Role::Server,
            status: response.map(|response| if response.status.error { "error" } else { "ok" }),
            code: response.and_then(|response| response.status.code.text()),
            request_frame: ended.map(|at| at.frame),
            response_frame: answered.map(|at| at.frame),
            response_time_ns: between(ended_ns, answered.map(|at| at.time_ns)),
            request_first_frame: exchange.first.frame,
            response_first_frame: response.map(|response| response.first.frame),
            request_begun_ns: exchange.first.time_ns,
            request_ended_ns: ended_ns,
            response_begun_ns: response.map(|response| response.first.time_ns),
            response_ended_ns: answered.map(|at| at.time_ns),
            service_time_ns: wait_ns.map(|wait_ns| (wait_ns - rtt_ns.unwrap_or(0)).max(0)),
            rtt_ns,
            request_bytes: exchange.bytes,
            response_bytes: response.map_or(0, |response| response.bytes),
        }
    }
}

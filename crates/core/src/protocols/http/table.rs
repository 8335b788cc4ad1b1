//! The table `http_transactions`.

use super::exchange::Exchange;
use crate::flows::AddressText;
use crate::protocols::follow::{At, Ends, Texts};
use crate::tables::table;

table! {
    /// A request of HTTP and its response, on any port. A request without response has a row, and so has a response
    /// whose request is not in the capture.
    "http_transactions" HttpTransactionRow {
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
        /// Version: 1.0, 1.1 or 2.
        version: Option<String>,
        /// Method of the request; NULL where the request was not seen.
        method: Option<String>,
        /// Host that was asked for, with its port where one was given.
        host: Option<String>,
        /// Path that was asked for. Of the query and of path parameters the names are shown, each value is *.
        path: Option<String>,
        /// Status code of the response; NULL while unanswered.
        status: Option<u16>,
        /// Outcome: complete, unanswered, request_cut or response_cut (it never became whole), no_request (only the response
        /// was seen).
        outcome: &'static str,
        /// Frame with which the request, its body included, was whole, as Wireshark counts; NULL if it never was. Where the
        /// capture cuts frames within the head, the frame with its beginning.
        request_frame: Option<u64>,
        /// Frame with which the response, its body included, was whole; NULL if it never was. Where the capture cuts frames
        /// within the head, the frame with its beginning.
        response_frame: Option<u64>,
        /// From request_frame to response_frame.
        response_time_ns: Option<i64> ["ns"],
        /// Frame that brought the first byte of the request.
        request_first_frame: Option<u64>,
        /// Frame that brought the first byte of the response.
        response_first_frame: Option<u64>,
        /// Time of the first byte of the request, since 1970 UTC.
        request_begun_ns: Option<i64> ["ns"],
        /// Time of the last byte of the request, since 1970 UTC.
        request_ended_ns: Option<i64> ["ns"],
        /// Time of the first byte of the response, since 1970 UTC.
        response_begun_ns: Option<i64> ["ns"],
        /// Time of the last byte of the response, since 1970 UTC.
        response_ended_ns: Option<i64> ["ns"],
        /// From the first byte of the request to its last.
        request_spread_ns: Option<i64> ["ns"],
        /// From the last byte of the request to the first of the response, less rtt_ns: what the server took.
        service_time_ns: Option<i64> ["ns"],
        /// From the first byte of the response to its last.
        response_spread_ns: Option<i64> ["ns"],
        /// Time from the capture point to the server and back that was taken out of service_time_ns; NULL where not known. It is
        /// the least of late, and what a queue on the path added, as far as time stamps or an acknowledgement show it.
        rtt_ns: Option<i64> ["ns"],
        /// Frame of the first interim response, such as 100 Continue.
        interim_frame: Option<u64>,
        /// Status code of the first interim response.
        interim_status: Option<u16>,
        /// From the head of the request to the first interim response.
        interim_time_ns: Option<i64> ["ns"],
        /// Bytes of the head of the request.
        request_header_bytes: Option<u64> ["bytes"],
        /// Bytes of the body of the request, as far as they are known; chunks without their lines.
        request_body_bytes: Option<u64> ["bytes"],
        /// Bytes of the head of the response.
        response_header_bytes: Option<u64> ["bytes"],
        /// Bytes of the body of the response, as far as they are known; chunks without their lines.
        response_body_bytes: Option<u64> ["bytes"],
        /// What ends the response: none (it has no body), length, chunked, close, stream (HTTP/2).
        response_framing: Option<&'static str>,
        /// Whether both ends let the connection go on after the exchange; NULL while unanswered.
        keep_alive: Option<bool>,
        /// Whether the request began before the response to an earlier one was whole.
        pipelined: bool,
        /// What the connection became by this exchange: websocket, tunnel (CONNECT) or the name of the protocol.
        upgrade: Option<String>,
        /// Number of the stream within the connection, for HTTP/2.
        http2_stream: Option<u32>,
    }
}

impl HttpTransactionRow {
    pub(super) fn new(exchange: Exchange, ends: &Ends, texts: &Texts) -> Self {
        let outcome = exchange.outcome();
        let (request, response) = (exchange.request.unwrap_or_default(), exchange.response.unwrap_or_default());
        let between = |from: Option<i64>, to: Option<i64>| from.zip(to).map(|(from, to)| to - from);
        let frame = |at: Option<At>| at.map(|at| at.frame);
        let time_ns = |at: Option<At>| at.map(|at| at.time_ns);
        let wait_ns = between(time_ns(request.last), time_ns(response.first));
        let (asked, answered) = (request.cut.or(request.last), response.cut.or(response.last));
        Self {
            flow: ends.flow,
            stream: ends.stream,
            client: texts.client,
            server: texts.server,
            number: exchange.number,
            version: exchange.version,
            method: request.method,
            host: request.target.host,
            path: request.target.path,
            status: response.status,
            outcome,
            request_frame: frame(asked),
            response_frame: frame(answered),
            response_time_ns: between(time_ns(asked), time_ns(answered)),
            request_first_frame: frame(request.first),
            response_first_frame: frame(response.first),
            request_begun_ns: time_ns(request.first),
            request_ended_ns: time_ns(request.last),
            response_begun_ns: time_ns(response.first),
            response_ended_ns: time_ns(response.last),
            request_spread_ns: between(time_ns(request.first), time_ns(request.last)),
            service_time_ns: wait_ns.map(|wait_ns| (wait_ns - response.rtt_ns.unwrap_or(0)).max(0)),
            response_spread_ns: between(time_ns(response.first), time_ns(response.last)),
            rtt_ns: response.rtt_ns,
            interim_frame: frame(exchange.interim.map(|(_, at)| at)),
            interim_status: exchange.interim.map(|(status, _)| status),
            interim_time_ns: between(time_ns(request.head), time_ns(exchange.interim.map(|(_, at)| at))),
            request_header_bytes: request.first.map(|_| request.header_bytes),
            request_body_bytes: request.first.map(|_| request.body_bytes),
            response_header_bytes: response.first.map(|_| response.header_bytes),
            response_body_bytes: response.first.map(|_| response.body_bytes),
            response_framing: response.framing,
            keep_alive: response.status.map(|_| request.persists && response.persists),
            pipelined: exchange.pipelined,
            upgrade: exchange.upgrade,
            http2_stream: exchange.http2_stream,
        }
    }
}

//! The table `turns`.

use super::tracker::{Run, Turn};
use crate::protocols::follow::Ends;
use crate::tables::table;

table! {
    /// A turn of a TCP connection: all that the client sent in a row, and all that the server then sent in a row, whatever the
    /// service. A server that speaks first has a turn without request.
    "turns" TurnRow {
        /// Number of the flow.
        flow: u64,
        /// Number of the connection, as in tcp_flows, which names its ends.
        stream: u32,
        /// Number of the turn within its connection, from 1.
        number: u32,
        /// Service, where the bytes tell.
        service: Option<&'static str>,
        /// Kind of command of the last request, where the bytes tell.
        command: Option<&'static str>,
        /// First frame of the request; NULL where the server spoke first.
        request_first_frame: Option<u64>,
        /// Last frame of the request.
        request_last_frame: Option<u64>,
        /// First frame of the response; NULL while unanswered.
        response_first_frame: Option<u64>,
        /// Last frame of the response.
        response_last_frame: Option<u64>,
        /// Time of the first byte of the request, since 1970 UTC.
        request_begun_ns: Option<i64> ["ns"],
        /// Time of the last byte of the request, since 1970 UTC.
        request_ended_ns: Option<i64> ["ns"],
        /// Time of the first byte of the response, since 1970 UTC.
        response_begun_ns: Option<i64> ["ns"],
        /// Time of the last byte of the response, since 1970 UTC.
        response_ended_ns: Option<i64> ["ns"],
        /// Bytes of the request, each counted once.
        request_bytes: u64 ["bytes"],
        /// Bytes of the response, each counted once.
        response_bytes: u64 ["bytes"],
        /// From the end of the response before to the beginning of the request, less the time from the capture point to the
        /// client and back: what the client took.
        client_think_ns: Option<i64> ["ns"],
        /// From the first byte of the request to its last.
        request_spread_ns: Option<i64> ["ns"],
        /// From the last byte of the request to the first of the response, less rtt_ns and recovery_ns: what the server took.
        service_time_ns: Option<i64> ["ns"],
        /// From the first byte of the response to its last.
        response_spread_ns: Option<i64> ["ns"],
        /// Time from the capture point to the server and back that was taken out of service_time_ns; NULL where not known. It is
        /// the least of late, and what a queue on the path added, as far as time stamps or an acknowledgement show it.
        rtt_ns: Option<i64> ["ns"],
        /// From the last byte of the request to its last repetition before the response, which was taken out of
        /// service_time_ns as well.
        recovery_ns: i64 ["ns"],
        /// Whether one end spoke before all that its peer had said had reached it: several requests are in flight at once,
        /// and the times are not those of one request.
        mux: bool,
    }
}

impl TurnRow {
    pub(super) fn new(turn: &Turn, ends: &Ends) -> Self {
        let (request, response) = (turn.request.as_ref(), turn.response.as_ref());
        let wait_ns = request.zip(response).map(|(request, response)| {
            let from_ns = request.last.time_ns + turn.recovery_ns;
            (response.first.time_ns - from_ns - turn.rtt_ns.unwrap_or(0)).max(0)
        });
        let spread_ns = |run: &Run| run.last.time_ns - run.first.time_ns;
        Self {
            flow: ends.flow,
            stream: ends.stream,
            number: turn.number,
            service: turn.says.service,
            command: turn.says.command,
            request_first_frame: request.map(|run| run.first.frame),
            request_last_frame: request.map(|run| run.last.frame),
            response_first_frame: response.map(|run| run.first.frame),
            response_last_frame: response.map(|run| run.last.frame),
            request_begun_ns: request.map(|run| run.first.time_ns),
            request_ended_ns: request.map(|run| run.last.time_ns),
            response_begun_ns: response.map(|run| run.first.time_ns),
            response_ended_ns: response.map(|run| run.last.time_ns),
            request_bytes: request.map_or(0, |run| run.bytes),
            response_bytes: response.map_or(0, |run| run.bytes),
            client_think_ns: turn.client_think_ns,
            request_spread_ns: request.map(spread_ns),
            service_time_ns: wait_ns,
            response_spread_ns: response.map(spread_ns),
            rtt_ns: turn.rtt_ns.filter(|_| wait_ns.is_some()),
            recovery_ns: turn.recovery_ns,
            mux: turn.mux,
        }
    }
}

//! One request and its responses.

use super::message::{Message, Start};
use super::table::SipTransactionRow;
use super::tracker::Place;
use crate::protocols::follow::At;

/// One request and its responses, between two hops.
#[derive(Debug)]
pub(super) struct Transaction {
    place: Place,
    call_id: Box<[u8]>,
    method: &'static str,
    sequence: u32,
    request: Option<At>,
    last_request: Option<At>,
    repeats: u32,
    first_response: Option<At>,
    response: Option<(At, u16)>,
    provisional: u32,
    response_repeats: u32,
}

impl Transaction {
    pub(super) fn new(message: &Message<'_>, place: Place) -> Self {
        Self {
            place,
            call_id: super::tracker::kept(message.call_id).into(),
            method: message.method,
            sequence: message.sequence,
            request: None,
            last_request: None,
            repeats: 0,
            first_response: None,
            response: None,
            provisional: 0,
            response_repeats: 0,
        }
    }

    /// Takes a message of it; returns whether it is the first of its kind, not a repeat.
    pub(super) fn message(&mut self, start: Start, at: At) -> bool {
        match start {
            Start::Request => {
                let first = self.request.is_none();
                self.request.get_or_insert(at);
                self.last_request = Some(at);
                self.repeats += u32::from(!first);
                first
            }
            Start::Response(status) => {
                self.first_response.get_or_insert(at);
                self.responded(status, at)
            }
        }
    }

    /// Whether it has a final response.
    pub(super) fn is_done(&self) -> bool {
        self.response.is_some()
    }

    pub(super) fn last_time_ns(&self) -> i64 {
        let last = [self.last_request, self.first_response, self.response.map(|(at, _)| at)];
        last.into_iter().flatten().map(|at| at.time_ns).max().unwrap_or(i64::MIN)
    }

    pub(super) fn row(&self) -> SipTransactionRow {
        let since = |from: Option<At>, to: Option<At>| Some(to?.time_ns.saturating_sub(from?.time_ns));
        let response = self.response.map(|(at, _)| at);
        let [client, server] = self.place.ends();
        SipTransactionRow {
            flow: self.place.flow(),
            stream: self.place.stream(),
            transport: self.place.transport_name(),
            client,
            server,
            method: self.method,
            call_id: String::from_utf8_lossy(&self.call_id).into_owned(),
            sequence: self.sequence,
            request_frame: self.request.map(|at| at.frame),
            request_time_ns: self.request.map(|at| at.time_ns),
            request_repeats: self.repeats,
            first_response_frame: self.first_response.map(|at| at.frame),
            first_response_time_ns: since(self.request, self.first_response),
            response_frame: response.map(|at| at.frame),
            response_time_ns: since(self.request, response),
            response_after_repeat_ns: since(self.last_request, response),
            status: self.response.map(|(_, status)| status),
            provisional_responses: self.provisional,
            response_repeats: self.response_repeats,
        }
    }

    fn responded(&mut self, status: u16, at: At) -> bool {
        if status < 200 {
            self.provisional += 1;
            return true;
        }
        let first = self.response.is_none();
        self.response.get_or_insert((at, status));
        self.response_repeats += u32::from(!first);
        first
    }
}

//! A request and its response, as far as they are known.

use super::text::Target;
use crate::protocols::follow::At;
use crate::protocols::tcp::Role;

/// A request.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) first: Option<At>,
    /// When its head was whole.
    pub(super) head: Option<At>,
    /// When all of it was whole; of one whose head is cut, as far as is known.
    pub(super) last: Option<At>,
    /// The beginning of one whose head is cut, so that its end is not known.
    pub(super) cut: Option<At>,
    pub(super) method: Option<String>,
    pub(super) target: Target,
    pub(super) header_bytes: u64,
    pub(super) body_bytes: u64,
    pub(super) persists: bool,
}

/// A response.
#[derive(Debug, Default)]
pub(super) struct Response {
    pub(super) first: Option<At>,
    pub(super) last: Option<At>,
    pub(super) cut: Option<At>,
    pub(super) status: Option<u16>,
    pub(super) header_bytes: u64,
    pub(super) body_bytes: u64,
    pub(super) framing: Option<&'static str>,
    pub(super) persists: bool,
    /// From the capture point to the server and back, at the time of its first byte.
    pub(super) rtt_ns: Option<i64>,
}

/// What changes while a message is sent.
#[derive(Debug)]
pub(super) struct Current<'a> {
    pub(super) last: &'a mut Option<At>,
    pub(super) cut: &'a mut Option<At>,
    pub(super) body_bytes: &'a mut u64,
}

/// A request and its response.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) number: u32,
    /// Who asks.
    pub(super) requester: Role,
    pub(super) version: Option<String>,
    pub(super) request: Option<Request>,
    pub(super) response: Option<Response>,
    /// The first interim response: status and when it was whole.
    pub(super) interim: Option<(u16, At)>,
    pub(super) pipelined: bool,
    pub(super) upgrade: Option<String>,
    pub(super) http2_stream: Option<u32>,
}

impl Exchange {
    /// When the last of the request that was seen passed.
    pub(super) fn asked_ns(&self) -> Option<i64> {
        self.request.as_ref().and_then(|request| request.last).map(|at| at.time_ns)
    }

    pub(super) fn new(number: u32, requester: Role, version: Option<&str>) -> Self {
        Self {
            number,
            requester,
            version: version.map(str::to_owned),
            request: None,
            response: None,
            interim: None,
            pipelined: false,
            upgrade: None,
            http2_stream: None,
        }
    }

    /// Whether the request is whole, or was never seen.
    pub(super) fn asked(&self) -> bool {
        self.request.as_ref().is_none_or(|request| request.last.is_some())
    }

    /// Whether the response is whole.
    pub(super) fn answered(&self) -> bool {
        self.response.as_ref().is_some_and(|response| response.last.is_some())
    }

    /// Whether `sender` is sending the response.
    pub(super) fn is_answering(&self, sender: Role) -> bool {
        self.requester != sender && self.response.as_ref().is_some_and(|response| response.last.is_none())
    }

    /// Whether `sender` is sending the request.
    pub(super) fn is_asking(&self, sender: Role) -> bool {
        self.requester == sender && !self.asked()
    }

    /// The response, or the request, as far as it goes on.
    pub(super) fn current(&mut self, answers: bool) -> Option<Current<'_>> {
        if answers {
            let Response { last, cut, body_bytes, .. } = self.response.as_mut()?;
            Some(Current { last, cut, body_bytes })
        } else {
            let Request { last, cut, body_bytes, .. } = self.request.as_mut()?;
            Some(Current { last, cut, body_bytes })
        }
    }

    /// How it ended, in the word of the table.
    pub(super) fn outcome(&self) -> &'static str {
        match (&self.request, &self.response) {
            (None, _) => "no_request",
            (Some(request), _) if request.last.is_none() => "request_cut",
            (_, None) => "unanswered",
            (_, Some(response)) if response.last.is_none() => "response_cut",
            _ => "complete",
        }
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        self.request
            .as_ref()
            .map_or(0, |request| length(&request.method) + length(&request.target.host) + length(&request.target.path))
            + length(&self.version)
    }
}

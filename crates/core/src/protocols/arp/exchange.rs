//! One exchange: what was asked, and what was answered.

use std::net::IpAddr;

use super::claims::Rival;
use super::message::{Hardware, Message, Purpose};
use crate::protocols::follow::At;

/// So long after a request it may be repeated or answered for the first time.
const OPEN_NS: i64 = 5_000_000_000;
/// So long after the last frame of an exchange that is answered, others may answer too.
const ANSWERED_NS: i64 = 1_000_000_000;
/// So long after its last probe a host waits before it takes the address.
const PROBE_NS: i64 = 1_000_000_000;
/// So many different responders are told apart.
const MOST_RESPONDERS: usize = 4;

/// What was asked, and what was answered.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(super) purpose: Purpose,
    pub(super) target: IpAddr,
    pub(super) asker: Option<IpAddr>,
    pub(super) sender: Option<Hardware>,
    pub(super) first: At,
    pub(super) last: At,
    pub(super) request: Option<At>,
    pub(super) last_request: Option<At>,
    pub(super) requests: u32,
    pub(super) response: Option<At>,
    pub(super) responses: u32,
    pub(super) responders: arrayvec::ArrayVec<Hardware, MOST_RESPONDERS>,
    pub(super) response_after_repeat_ns: Option<i64>,
    pub(super) rival: Option<(IpAddr, Rival)>,
    pub(super) conflicts: u32,
}

impl Exchange {
    /// The exchange that a message begins.
    pub(super) fn new(message: &Message, at: At) -> Self {
        let mut exchange = Self {
            purpose: message.purpose,
            target: message.target,
            asker: message.asker,
            sender: message.hardware,
            first: at,
            last: at,
            request: None,
            last_request: None,
            requests: 0,
            response: None,
            responses: 0,
            responders: arrayvec::ArrayVec::new(),
            response_after_repeat_ns: None,
            rival: None,
            conflicts: 0,
        };
        match message.purpose {
            Purpose::Request | Purpose::Probe | Purpose::Announcement { request: true } => exchange.ask(at),
            Purpose::Announcement { request: false } | Purpose::Answer => exchange.answer(message, at),
        }
        exchange
    }

    /// Takes a request, the first or a repeat.
    pub(super) fn ask(&mut self, at: At) {
        self.last = at;
        self.request.get_or_insert(at);
        self.last_request = Some(at);
        self.requests = self.requests.saturating_add(1);
    }

    /// Takes an answer.
    pub(super) fn answer(&mut self, message: &Message, at: At) {
        self.last = at;
        if self.response.is_none() {
            self.response = Some(at);
            self.response_after_repeat_ns = self.last_request.map(|last| at.time_ns.saturating_sub(last.time_ns));
        }
        self.responses = self.responses.saturating_add(1);
        if let Some(hardware) = message.hardware.filter(|hardware| !self.responders.contains(hardware)) {
            let _ = self.responders.try_push(hardware);
        }
    }

    /// Takes note of another host that claims an address which a frame of the exchange claims.
    pub(super) fn rival(&mut self, rival: Option<(IpAddr, Rival)>) {
        let Some((address, rival)) = rival else { return };
        let known = self.rival.is_some_and(|(_, known)| known.conflict || !rival.conflict);
        if !known {
            self.rival = Some((address, rival));
        }
        self.conflicts = self.conflicts.saturating_add(u32::from(rival.conflict));
    }

    /// Whether a message that answers, or tells unasked, is an answer to it. To a probe anything is that names the address, if
    /// it comes before the prober itself may announce it (RFC 4862 §5.4: after 1 s; in ARP by its own link-layer address).
    pub(super) fn is_answered_by(&self, message: &Message, at: At) -> bool {
        match (self.purpose, message.purpose) {
            (_, Purpose::Answer) => true,
            (Purpose::Probe, Purpose::Announcement { request: false }) => {
                let own = self.sender.is_some() && self.sender == message.hardware;
                !own && at.time_ns.saturating_sub(self.last.time_ns) < PROBE_NS
            }
            _ => false,
        }
    }

    /// Whether nothing at `time_ns` or later can belong to it.
    pub(super) fn is_over(&self, time_ns: i64) -> bool {
        let open_ns = if self.response.is_some() { ANSWERED_NS } else { OPEN_NS };
        time_ns.saturating_sub(self.last.time_ns) > open_ns
    }

    /// First request to first answer.
    pub(super) fn response_time_ns(&self) -> Option<i64> {
        Some(self.response?.time_ns.saturating_sub(self.request?.time_ns))
    }

    /// The word in the tables.
    pub(super) fn kind(&self) -> &'static str {
        match self.purpose {
            Purpose::Request => "request",
            Purpose::Probe => "probe",
            Purpose::Announcement { .. } => "announcement",
            Purpose::Answer => "unsolicited",
        }
    }
}

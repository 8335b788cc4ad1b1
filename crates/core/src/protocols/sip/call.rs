//! One call.

use super::message::{Message, Start};
use super::table::SipCallRow;
use super::tracker::{Place, kept};
use crate::protocols::follow::At;

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    place: Place,
    id: Box<[u8]>,
    from_host: Box<[u8]>,
    to_host: Box<[u8]>,
    status: Option<u16>,
    invites: u32,
    invite_repeats: u32,
    reinvites: u32,
    challenges: u32,
    invite: At,
    provisional: Option<At>,
    ringing: Option<At>,
    answer: Option<At>,
    failure: Option<At>,
    cancel: Option<At>,
    bye: Option<At>,
    released_by: Option<&'static str>,
    last: At,
}

impl Call {
    /// The call that an INVITE begins.
    pub(super) fn new(message: &Message<'_>, place: Place, at: At) -> Self {
        Self {
            place,
            id: kept(message.call_id).into(),
            from_host: kept(message.from_host).into(),
            to_host: kept(message.to_host).into(),
            status: None,
            invites: 0,
            invite_repeats: 0,
            reinvites: 0,
            challenges: 0,
            invite: at,
            provisional: None,
            ringing: None,
            answer: None,
            failure: None,
            cancel: None,
            bye: None,
            released_by: None,
            last: at,
        }
    }

    /// Takes a message of the call; `fresh` says that it is no repeat.
    pub(super) fn message(&mut self, message: &Message<'_>, fresh: bool, place: &Place, at: At) {
        self.last = at;
        match (message.start, message.method) {
            (Start::Request, "INVITE") => self.invited(fresh),
            (Start::Response(status), "INVITE") if self.answer.is_none() => self.responded(status, at),
            (Start::Request, "CANCEL") => {
                self.cancel.get_or_insert(at);
            }
            (Start::Request, "BYE") if self.bye.is_none() => {
                self.bye = Some(at);
                self.released_by = Some(if self.is_from_caller(message, place) { "caller" } else { "callee" });
            }
            _ => {}
        }
    }

    /// Whether nothing more of it is expected.
    pub(super) fn is_released(&self) -> bool {
        self.bye.is_some() || self.failure.is_some()
    }

    pub(super) fn last_time_ns(&self) -> i64 {
        self.last.time_ns
    }

    pub(super) fn first_frame(&self) -> u64 {
        self.invite.frame
    }

    pub(super) fn row(&self) -> SipCallRow {
        let since = |from: Option<At>, to: Option<At>| Some(to?.time_ns.saturating_sub(from?.time_ns));
        let frame = |at: Option<At>| at.map(|at| at.frame);
        let text = |bytes: &[u8]| (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned());
        let [client, server] = self.place.ends();
        let [from, to] = self.place.sender_and_receiver();
        let invite = Some(self.invite);
        SipCallRow {
            call_id: String::from_utf8_lossy(&self.id).into_owned(),
            flow: self.place.flow(),
            stream: self.place.stream(),
            transport: self.place.transport_name(),
            caller: from,
            callee: to,
            client,
            server,
            from_host: text(&self.from_host),
            to_host: text(&self.to_host),
            state: self.state(),
            status: self.status,
            invites: self.invites,
            invite_repeats: self.invite_repeats,
            reinvites: self.reinvites,
            challenges: self.challenges,
            invite_frame: self.invite.frame,
            provisional_frame: frame(self.provisional),
            ringing_frame: frame(self.ringing),
            answer_frame: frame(self.answer),
            failure_frame: frame(self.failure),
            cancel_frame: frame(self.cancel),
            bye_frame: frame(self.bye),
            released_by: self.released_by,
            provisional_time_ns: since(invite, self.provisional),
            ringing_time_ns: since(invite, self.ringing),
            ring_duration_ns: since(self.ringing, self.answer),
            setup_time_ns: since(invite, self.answer),
            duration_ns: since(self.answer, self.bye),
            last_frame: self.last.frame,
            first_time_ns: self.invite.time_ns,
            last_time_ns: self.last.time_ns,
        }
    }

    fn invited(&mut self, fresh: bool) {
        let counter = match (fresh, self.answer) {
            (false, _) => &mut self.invite_repeats,
            (true, None) => &mut self.invites,
            (true, Some(_)) => &mut self.reinvites,
        };
        *counter += 1;
    }

    /// Takes a response to an INVITE, as long as the call is not answered.
    fn responded(&mut self, status: u16, at: At) {
        match status {
            ..200 => {
                self.provisional.get_or_insert(at);
                if (180..=183).contains(&status) {
                    self.ringing.get_or_insert(at);
                }
                return;
            }
            200..300 => self.answer = Some(at),
            401 | 407 => self.challenges += 1,
            _ => {
                self.failure.get_or_insert(at);
            }
        }
        self.status = Some(status);
    }

    fn state(&self) -> &'static str {
        if self.answer.is_some() {
            return if self.bye.is_some() { "released" } else { "answered" };
        }
        match (self.cancel, self.failure, self.ringing) {
            (Some(_), ..) => "cancelled",
            (None, Some(_), _) => "failed",
            (None, None, Some(_)) => "ringing",
            (None, None, None) if self.status.is_some() => "failed",
            (None, None, None) => "trying",
        }
    }

    /// Who sends a request within the call: by the host of its From, or, where both have the same, by the sender's address.
    fn is_from_caller(&self, message: &Message<'_>, place: &Place) -> bool {
        match (message.from_host == &*self.from_host, message.from_host == &*self.to_host) {
            (true, false) => true,
            (false, true) => false,
            _ => place.sender_and_receiver()[0] == self.place.sender_and_receiver()[0],
        }
    }
}

//! A question and its answer.

use super::answer::Answer;
use super::message::{Edns, Message, Question, Record};
use crate::flows::Endpoint;
use crate::protocols::exchanges::{Exchange, RECENT_NS};
use crate::protocols::follow::At;

/// A query repeated from the same port within so long is the same transaction, as in Wireshark.
const REPEAT_NS: i64 = 5_000_000_000;

/// Which relative of DNS a message is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Dialect {
    Dns,
    Mdns,
    Llmnr,
    Nbns,
}

impl Dialect {
    /// The name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Mdns => "mdns",
            Self::Llmnr => "llmnr",
            Self::Nbns => "nbns",
        }
    }
}

/// A message and where it was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) message: Message<'a>,
    pub(super) dialect: Dialect,
    pub(super) tcp: bool,
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    pub(super) at: At,
    pub(super) wire_bytes: u32,
}

impl<'a> Heard<'a> {
    /// The question of a response: the one that it repeats, or else what its first record is about.
    pub(super) fn question(&self) -> Option<Question<'a>> {
        let about = |record: Record<'a>| Question { name: record.name, kind: record.kind, class: record.class };
        match self.dialect {
            Dialect::Dns | Dialect::Llmnr => self.message.questions().next(),
            // They repeat none (RFC 1002 §4.2.13, RFC 6762 §6).
            Dialect::Mdns | Dialect::Nbns => self.message.records().next().map(about),
        }
    }
}

/// What is asked for, with the text of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) kind: u16,
    pub(super) class: u16,
}

impl Asked<'_> {
    /// Whether it is the same whatever the case of letters, which some clients vary to be harder to deceive.
    pub(super) fn is(&self, other: &Asked<'_>) -> bool {
        (self.kind, self.class) == (other.kind, other.class) && self.has_name(other.name)
    }

    /// Whether the name is the same.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// With the name as it is written in a question.
    pub(super) fn of<'b>(question: &Question<'_>, name: &'b str, dialect: Dialect) -> Asked<'b> {
        // In mDNS the top bit asks for an answer by unicast (RFC 6762 §5.4).
        let class = if dialect == Dialect::Mdns { question.class & 0x7fff } else { question.class };
        Asked { name, kind: question.kind, class }
    }
}

/// The queries of a transaction, all alike.
#[derive(Debug)]
pub(super) struct Queries {
    pub(super) count: u32,
    pub(super) first: At,
    pub(super) last: At,
    pub(super) wire_bytes: u32,
    pub(super) edns: Option<Edns>,
    /// The transaction that this one repeats.
    pub(super) retry: Option<Retry>,
}

/// Which transaction another repeats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) frame: u64,
    pub(super) kind: &'static str,
    /// When the question was asked the first time of all.
    pub(super) begin_ns: i64,
}

/// A question and its answer.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) dialect: Dialect,
    pub(super) tcp: bool,
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    pub(super) id: u16,
    pub(super) opcode: u8,
    name: Option<Box<str>>,
    kind: u16,
    class: u16,
    /// `None` when a response came without one.
    pub(super) queries: Option<Queries>,
    pub(super) answer: Option<Box<Answer>>,
    pub(super) responses: u32,
    pub(super) last_response_frame: u64,
}

impl Transaction {
    /// Of a message that `client` and `server` exchanged, with neither query nor answer yet.
    pub(super) fn new(heard: &Heard<'_>, client: Endpoint, server: Endpoint, asked: Option<&Asked<'_>>) -> Self {
        Self {
            dialect: heard.dialect,
            tcp: heard.tcp,
            flow: heard.flow,
            stream: heard.stream,
            client,
            server,
            id: heard.message.id,
            opcode: heard.message.opcode(),
            name: asked.map(|asked| asked.name.into()),
            kind: asked.map_or(0, |asked| asked.kind),
            class: asked.map_or(0, |asked| asked.class),
            queries: None,
            answer: None,
            responses: 0,
            last_response_frame: 0,
        }
    }

    /// What is asked for.
    pub(super) fn asked(&self) -> Option<Asked<'_>> {
        Some(Asked { name: self.name.as_deref()?, kind: self.kind, class: self.class })
    }

    /// Whether exactly this is asked for.
    pub(super) fn asks(&self, asked: Option<&Asked<'_>>) -> bool {
        match (self.asked(), asked) {
            (Some(mine), Some(asked)) => mine.is(asked),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether a response about this, or about nothing that can be read, is to its question.
    pub(super) fn is_answered_by(&self, asked: Option<&Asked<'_>>) -> bool {
        match (self.asked(), asked) {
            // A denial is a record of another type (RFC 1002 §4.2.14).
            (Some(mine), Some(asked)) if self.dialect == Dialect::Nbns => mine.has_name(asked.name),
            (Some(mine), Some(asked)) => mine.is(asked),
            _ => true,
        }
    }

    /// The link from another try to this one.
    pub(super) fn retried(&self, kind: &'static str) -> Option<Retry> {
        let queries = self.queries.as_ref()?;
        let begin_ns = queries.retry.map_or(queries.first.time_ns, |retry| retry.begin_ns);
        Some(Retry { frame: queries.first.frame, kind, begin_ns })
    }

    /// Whether a query of the same ends with the same identifier and question is a repeat of this one.
    pub(super) fn is_repeated(&self, at: At) -> bool {
        let young = |queries: &Queries| at.time_ns.saturating_sub(queries.first.time_ns) < REPEAT_NS;
        self.answer.is_none() && self.queries.as_ref().is_some_and(young)
    }

    /// Whether a new query for the same is another try: the last one is not long ago.
    pub(super) fn is_recent(&self, at: At) -> bool {
        let recent = |queries: &Queries| at.time_ns.saturating_sub(queries.last.time_ns) <= RECENT_NS;
        self.queries.as_ref().is_some_and(recent)
    }

    /// Whether its client still needs an answer, and may look for it over TCP or not.
    pub(super) fn wants_another(&self, over_tcp: bool) -> bool {
        self.answer.as_ref().is_none_or(|answer| (answer.truncated && over_tcp && !self.tcp) || answer.has_failed())
    }

    /// Whether an answer may still come.
    pub(super) fn is_open(&self, at: At) -> bool {
        self.answer.is_none() && self.is_recent(at)
    }

    /// Takes a response; the first one is the answer.
    pub(super) fn respond(&mut self, heard: &Heard<'_>) {
        if self.last_response_frame == heard.at.frame {
            return;
        }
        self.last_response_frame = heard.at.frame;
        self.responses += 1;
        if self.answer.is_none() {
            self.answer = Some(Box::new(Answer::of(heard, self.kind)));
        }
    }
}

impl Exchange for Transaction {
    fn heap_bytes(&self) -> usize {
        let answer = self.answer.as_ref().map_or(0, |answer| size_of::<Answer>() + answer.heap_bytes());
        self.name.as_ref().map_or(0, |name| name.len()) + answer
    }
}

//! What a response says, in short.

use std::net::IpAddr;

use super::message::{Message, Record, Section, kind};
use super::transaction::Heard;
use crate::protocols::follow::At;

/// Of a response so many CNAMEs and so many addresses are listed.
const MOST_CNAMES: u32 = 8;
const MOST_ADDRESSES: u32 = 16;

/// A response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) at: At,
    pub(super) responder: IpAddr,
    pub(super) wire_bytes: u32,
    pub(super) code: u16,
    pub(super) extended_error: Option<u16>,
    pub(super) authoritative: bool,
    pub(super) truncated: bool,
    pub(super) answers: u16,
    pub(super) outcome: &'static str,
    /// Smallest time to live of its answers, in seconds.
    pub(super) ttl: Option<u32>,
    /// Names and addresses, with commas between them.
    pub(super) cnames: String,
    pub(super) addresses: String,
}

impl Answer {
    /// What a response says to a question for records of the type `asked`.
    pub(super) fn of(heard: &Heard<'_>, asked: u16) -> Self {
        let message = &heard.message;
        let mut answer = Self {
            at: heard.at,
            responder: heard.source.address,
            wire_bytes: heard.wire_bytes,
            code: u16::from(message.code_low()),
            extended_error: None,
            authoritative: message.is_authoritative(),
            truncated: message.is_truncated(),
            answers: message.answer_count(),
            outcome: "",
            ttl: None,
            cnames: String::new(),
            addresses: String::new(),
        };
        let mut found = Found::default();
        for record in message.records() {
            match record.section {
                Section::Answer => answer.take(&record, asked, &mut found),
                Section::Authority => {
                    found.soa |= record.kind == kind::SOA;
                    found.ns |= record.kind == kind::NS;
                }
                Section::Additional => {
                    if let Some(edns) = record.edns() {
                        answer.code |= u16::from(edns.code_high) << 4;
                        answer.extended_error = answer.extended_error.or(edns.extended_error);
                    }
                }
            }
        }
        answer.outcome = answer.outcome(message, &found);
        answer
    }

    /// Whether the question was not answered since something is wrong with the resolver, so that another may help: format
    /// error, server failure, not implemented, refused.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.code, 1 | 2 | 4 | 5)
    }

    fn take(&mut self, record: &Record<'_>, asked: u16, found: &mut Found) {
        found.answers += 1;
        found.data |= record.kind == asked || asked == kind::ANY;
        self.ttl = Some(self.ttl.map_or(record.ttl, |ttl| ttl.min(record.ttl)));
        if record.kind == kind::CNAME
            && found.cnames < MOST_CNAMES
            && let Some(name) = record.target()
        {
            found.cnames += 1;
            comma(&mut self.cnames);
            name.write(&mut self.cnames);
        }
        for address in record.addresses().take((MOST_ADDRESSES - found.addresses) as usize) {
            found.addresses += 1;
            comma(&mut self.addresses);
            self.addresses.push_str(&crate::flows::address_text(address));
        }
    }

    /// No data is told from a referral as in RFC 2308 §2.2.
    fn outcome(&self, message: &Message<'_>, found: &Found) -> &'static str {
        let unread = found.answers < u32::from(self.answers);
        match self.code {
            _ if self.truncated => "truncated",
            0 if message.opcode() != 0 || found.data || unread => "answer",
            0 if found.ns && !found.soa && !self.authoritative => "referral",
            0 => "no_data",
            3 => "no_such_name",
            _ => "error",
        }
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.cnames.capacity() + self.addresses.capacity()
    }
}

/// What the records of a response were.
#[derive(Default)]
struct Found {
    answers: u32,
    data: bool,
    cnames: u32,
    addresses: u32,
    soa: bool,
    ns: bool,
}

fn comma(text: &mut String) {
    if !text.is_empty() {
        text.push(',');
    }
}

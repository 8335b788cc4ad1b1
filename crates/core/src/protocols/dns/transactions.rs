//! Queries, and the responses that belong to them.

use std::hash::{Hash, Hasher};

use arrayvec::ArrayVec;

use super::message::{Question, Section, kind};
use super::table::DnsTransactionRow;
use super::transaction::{Asked, Dialect, Heard, Queries, Retry, Transaction};
use crate::flows::Endpoint;
use crate::issue::{IssueKind, Issues};
use crate::protocols::exchanges::Exchanges;
use crate::tables::{Sink, TableWriter};

/// Who answers by multicast does so within a second (RFC 6762 §5.2, §6).
const MULTICAST_ANSWER_NS: i64 = 1_000_000_000;
/// So many questions and answers of one multicast message are looked at.
const MOST_MULTICAST: usize = 64;

/// Index by the ends, the identifier and what else makes a response belong to a query.
const BY_KEY: usize = 0;
/// Index by who asks for what, wherever.
const BY_QUESTION: usize = 1;

/// All transactions that are kept.
pub(crate) struct Transactions {
    kept: Exchanges<Transaction, 2>,
    writer: TableWriter<DnsTransactionRow>,
    /// Where the text of a name is made.
    name: String,
}

impl Transactions {
    /// None yet, and never more than take `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { kept: Exchanges::new(memory_bytes), writer: TableWriter::default(), name: String::new() }
    }

    /// Takes the next message.
    pub(super) fn take(&mut self, heard: &Heard<'_>, issues: &mut Issues, sink: &mut dyn Sink) {
        match (heard.message.is_response(), heard.dialect) {
            (false, _) => self.query(heard),
            (true, Dialect::Mdns) => self.multicast_response(heard),
            (true, _) => self.response(heard),
        }
        while let Some(transaction) = self.kept.pop_excess() {
            if transaction.is_open(heard.at) {
                issues.note(
                    IssueKind::RequestsEvicted,
                    0,
                    transaction.queries.as_ref().map(|queries| queries.first.frame),
                    None,
                );
            }
            self.writer.push(transaction.row(), sink);
        }
    }

    /// Writes all that is left.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        while let Some(transaction) = self.kept.pop() {
            self.writer.push(transaction.row(), sink);
        }
        self.writer.flush(sink);
    }

    // ---- queries ----------------------------------------------------------------------------------------------------

    /// Only in mDNS are several questions in one message usual.
    fn query(&mut self, heard: &Heard<'_>) {
        let most = if heard.dialect == Dialect::Mdns { MOST_MULTICAST } else { 1 };
        let mut any = false;
        for question in heard.message.questions().take(most) {
            self.ask(heard, Some(&question));
            any = true;
        }
        if !any {
            self.ask(heard, None);
        }
    }

    fn ask(&mut self, heard: &Heard<'_>, question: Option<&Question<'_>>) {
        let name = self.write_name(heard.dialect, question);
        let asked = question.map(|question| Asked::of(question, &name, heard.dialect));
        let (client, server) = (heard.source, heard.destination);
        let key = self.key(heard, client, server, &name);
        let same = |before: &Transaction| {
            (before.client, before.server, before.id) == (client, server, heard.message.id)
                && before.asks(asked.as_ref())
        };
        let before = self.kept.find(BY_KEY, key, |before| before.queries.is_some() && same(before));
        match before.filter(|&number| self.kept.get(number).is_some_and(|before| before.is_repeated(heard.at))) {
            Some(number) => self.kept.update(number, |before| {
                if let Some(queries) = &mut before.queries {
                    (queries.count, queries.last) = (queries.count + 1, heard.at);
                }
            }),
            None => self.begin(heard, asked.as_ref(), key, before),
        }
        self.name = name;
    }

    /// Begins a transaction; `before` is one of the same ends, identifier and question.
    fn begin(&mut self, heard: &Heard<'_>, asked: Option<&Asked<'_>>, key: u64, before: Option<u64>) {
        let multicast = heard.dialect == Dialect::Mdns;
        let question = asked.filter(|_| !multicast).map(|asked| {
            self.kept.hash(&(heard.dialect, heard.source.address, Folded(asked.name), asked.kind, asked.class))
        });
        let retry = question.and_then(|question| self.retry(heard, asked, question, before));
        let mut transaction = Transaction::new(heard, heard.source, heard.destination, asked);
        transaction.queries = Some(Queries {
            count: 1,
            first: heard.at,
            last: heard.at,
            wire_bytes: heard.wire_bytes,
            edns: heard.message.edns(),
            retry,
        });
        self.kept.push(transaction, [Some(key), question]);
    }

    /// The transaction that a new query is another try of.
    fn retry(&self, heard: &Heard<'_>, asked: Option<&Asked<'_>>, question: u64, before: Option<u64>) -> Option<Retry> {
        // The same again although an answer passed here: its client did not get it. Over TCP that cannot be.
        let same =
            before.and_then(|number| self.kept.get(number)).filter(|before| !heard.tcp && before.is_recent(heard.at));
        if let Some(before) = same {
            return before.retried("same");
        }
        let number = self.kept.find(BY_QUESTION, question, |before| {
            before.client.address == heard.source.address
                && before.is_recent(heard.at)
                && before.asks(asked)
                && before.wants_another(heard.tcp)
        });
        let before = self.kept.get(number?)?;
        before.retried(match () {
            () if heard.tcp && !before.tcp => "tcp",
            () if heard.destination.address != before.server.address => "server",
            () => "new",
        })
    }

    // ---- responses --------------------------------------------------------------------------------------------------

    fn response(&mut self, heard: &Heard<'_>) {
        if heard.dialect == Dialect::Nbns && heard.message.opcode() == WAIT {
            return;
        }
        let question = heard.question();
        let name = self.write_name(heard.dialect, question.as_ref());
        let asked = question.map(|question| Asked::of(&question, &name, heard.dialect));
        let (client, server) = (heard.destination, heard.source);
        let key = self.key(heard, client, server, &name);
        let number = self.kept.find(BY_KEY, key, |transaction| {
            let same_ends =
                transaction.client == client && (transaction.server == server || heard.dialect != Dialect::Dns);
            same_ends
                && transaction.id == heard.message.id
                && transaction.queries.is_some()
                && transaction.is_answered_by(asked.as_ref())
        });
        match number {
            Some(number) => self.kept.update(number, |transaction| transaction.respond(heard)),
            None => self.unsolicited(heard, asked.as_ref()),
        }
        self.name = name;
    }

    /// What anybody answers by multicast is the answer to all who asked for it a moment ago.
    fn multicast_response(&mut self, heard: &Heard<'_>) {
        let mut answered = false;
        for record in
            heard.message.records().take_while(|record| record.section == Section::Answer).take(MOST_MULTICAST)
        {
            let question = Question { name: record.name, kind: record.kind, class: record.class };
            let name = self.write_name(heard.dialect, Some(&question));
            let key = self.key(heard, heard.destination, heard.source, &name);
            let fits = |transaction: &Transaction| {
                let asked = transaction.asked().is_some_and(|asked| {
                    asked.has_name(&name)
                        && (asked.kind == record.kind
                            || matches!((asked.kind, record.kind), (kind::ANY, _) | (_, kind::CNAME)))
                });
                asked
                    && transaction.queries.as_ref().is_some_and(|queries| {
                        heard.at.time_ns.saturating_sub(queries.last.time_ns) <= MULTICAST_ANSWER_NS
                    })
            };
            let asking: ArrayVec<u64, 16> = self
                .kept
                .chain(BY_KEY, key)
                .filter(|(_, transaction)| fits(transaction))
                .map(|(number, _)| number)
                .collect();
            for number in asking {
                answered = true;
                self.kept.update(number, |transaction| transaction.respond(heard));
            }
            self.name = name;
        }
        if !answered {
            let question = heard.question();
            let name = self.write_name(heard.dialect, question.as_ref());
            let asked = question.map(|question| Asked::of(&question, &name, heard.dialect));
            self.unsolicited(heard, asked.as_ref());
            self.name = name;
        }
    }

    fn unsolicited(&mut self, heard: &Heard<'_>, asked: Option<&Asked<'_>>) {
        let mut transaction = Transaction::new(heard, heard.destination, heard.source, asked);
        transaction.respond(heard);
        self.kept.push(transaction, [None, None]);
    }

    // ---- keys -------------------------------------------------------------------------------------------------------

    /// What a response and its query have in common. A multicast query is answered by anybody, and in mDNS to anybody.
    fn key(&self, heard: &Heard<'_>, client: Endpoint, server: Endpoint, name: &str) -> u64 {
        let (dialect, id) = (heard.dialect, heard.message.id);
        match dialect {
            Dialect::Dns => self.kept.hash(&(dialect, heard.tcp, client, server, id)),
            Dialect::Llmnr | Dialect::Nbns => self.kept.hash(&(dialect, heard.tcp, client, id)),
            Dialect::Mdns => self.kept.hash(&(dialect, Folded(name))),
        }
    }

    /// The text of a question's name, in the buffer that [`Self::name`] lends.
    fn write_name(&mut self, dialect: Dialect, question: Option<&Question<'_>>) -> String {
        let mut name = std::mem::take(&mut self.name);
        name.clear();
        match (question, dialect) {
            (None, _) => {}
            (Some(question), Dialect::Nbns) => question.name.write_netbios(&mut name),
            (Some(question), _) => question.name.write(&mut name),
        }
        name
    }
}

/// The operation that asks to wait for the answer to a NetBIOS request (RFC 1002 §4.2.16).
const WAIT: u8 = 7;

/// A name that hashes the same whatever the case of its letters.
struct Folded<'a>(&'a str);

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
    }
}

//! Which message belongs to which transaction.

use super::message::Kind;
use super::table::DhcpTransactionRow;
use super::transaction::{Heard, Transaction, hardware};
use crate::flows::Endpoint;
use crate::issue::{IssueKind, Issues};
use crate::protocols::exchanges::Exchanges;
use crate::tables::{Sink, TableWriter};

/// Index by identifier and hardware address.
const BY_KEY: usize = 0;
/// Index by hardware address.
const BY_CLIENT: usize = 1;

/// All transactions that are kept.
pub(crate) struct Transactions {
    kept: Exchanges<Transaction, 2>,
    writer: TableWriter<DhcpTransactionRow>,
}

impl Transactions {
    /// None yet, and never more than take `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { kept: Exchanges::new(memory_bytes), writer: TableWriter::default() }
    }

    /// Takes the next message.
    pub(super) fn take(&mut self, heard: &Heard<'_>, issues: &mut Issues, sink: &mut dyn Sink) {
        match heard.message.kind {
            Kind::Offer | Kind::Ack | Kind::Nak | Kind::BootReply => self.server_message(heard),
            Kind::Decline => self.decline(heard),
            _ => self.client_message(heard),
        }
        while let Some(transaction) = self.kept.pop_excess() {
            if transaction.is_open(heard.at) {
                issues.note(IssueKind::RequestsEvicted, 0, transaction.first().map(|at| at.frame), None);
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

    fn client_message(&mut self, heard: &Heard<'_>) {
        match self.find(heard, |before| before.goes_on_with(heard)) {
            Some(number) => self.kept.update(number, |before| before.take(heard)),
            None => self.begin(heard, heard.source, heard.destination),
        }
    }

    fn server_message(&mut self, heard: &Heard<'_>) {
        let offers = heard.message.kind == Kind::Offer;
        let fits = |before: &Transaction| {
            before.wants_answer() && if offers { before.discovers.count > 0 } else { before.requests.count > 0 }
        };
        match self.find(heard, fits) {
            Some(number) => self.kept.update(number, |before| before.take(heard)),
            None => self.begin(heard, heard.destination, heard.source),
        }
    }

    /// The address of an earlier transaction turned out to be in use.
    fn decline(&mut self, heard: &Heard<'_>) {
        let client = self.kept.hash(&hardware(&heard.message)[..]);
        let granted = self.kept.find(BY_CLIENT, client, |before| {
            before.granted
                && before.hardware[..] == *heard.message.hardware
                && before.address == heard.message.requested
        });
        match granted {
            Some(number) => self.kept.update(number, |before| {
                before.declined.get_or_insert(heard.at);
            }),
            None => self.client_message(heard),
        }
    }

    fn find(&self, heard: &Heard<'_>, test: impl Fn(&Transaction) -> bool) -> Option<u64> {
        let message = &heard.message;
        self.kept.find(BY_KEY, self.key(heard), |before| {
            before.id == message.id && before.hardware[..] == *message.hardware && test(before)
        })
    }

    fn begin(&mut self, heard: &Heard<'_>, client: Endpoint, server: Endpoint) {
        let mut transaction = Transaction::new(heard, client, server);
        transaction.take(heard);
        let hashes = [Some(self.key(heard)), Some(self.kept.hash(heard.message.hardware))];
        self.kept.push(transaction, hashes);
    }

    fn key(&self, heard: &Heard<'_>) -> u64 {
        self.kept.hash(&(heard.message.id, heard.message.hardware))
    }
}

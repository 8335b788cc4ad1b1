//! The datagrams of one flow, and whose they are.

use super::bytes::At;
use super::context::Context;
use crate::decode::View;
use crate::protocols::DATAGRAMS;
use crate::protocols::tcp::Role;

/// A flow of which so many datagrams were of no known protocol is followed no longer.
const MOST_TRIES: u8 = 16;

/// One datagram.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Datagram<'a> {
    /// Who sent it.
    pub(crate) sender: Role,
    /// Its payload.
    pub(crate) payload: View<'a>,
    /// Its frame; of a fragmented datagram the one that made it whole.
    pub(crate) at: At,
}

/// A protocol in the datagrams of one flow.
pub(crate) trait DatagramTracker: std::fmt::Debug + Send + Sync {
    /// Takes the next datagram; returns whether the flow is still this protocol's.
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool;
    /// Ends with the flow, or when the flow is no longer this protocol's.
    fn finish(&mut self, context: &mut Context<'_>);
    /// Memory it takes, in bytes.
    fn memory_bytes(&self) -> usize;
}

/// Makes a tracker of the flow if a datagram is of the protocol. The datagram itself is given to the tracker next.
pub(crate) type Recognise = fn(&Datagram<'_>, &Context<'_>) -> Option<Box<dyn DatagramTracker>>;

/// The datagrams of one flow.
#[derive(Debug, Default)]
pub(crate) struct Datagrams {
    tracker: Option<Box<dyn DatagramTracker>>,
    tries: u8,
}

impl Datagrams {
    /// Takes the next datagram.
    pub(super) fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) {
        if datagram.payload.bytes.is_empty() {
            return;
        }
        if self.tracker.is_none() {
            self.tracker = DATAGRAMS.iter().find_map(|recognise| recognise(datagram, context));
            self.tries += u8::from(self.tracker.is_none());
        }
        if let Some(tracker) = &mut self.tracker
            && !tracker.datagram(datagram, context)
        {
            tracker.finish(context);
            self.tracker = None;
            self.tries += 1;
        }
    }

    /// Whether there is nothing to follow.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.tracker.is_none() && self.tries >= MOST_TRIES
    }

    /// Ends with the flow.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some(tracker) = &mut self.tracker {
            tracker.finish(context);
        }
    }

    /// Memory beyond the struct itself, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.tracker.as_ref().map_or(0, |tracker| tracker.memory_bytes())
    }
}

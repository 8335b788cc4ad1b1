//! Connections that are over, in the order in which they ended: the first to be written when memory is short.

use std::collections::VecDeque;

/// One of them.
#[derive(Debug, Clone, Copy)]
struct Ended {
    /// Its place among the open flows.
    at: usize,
    /// Number of the flow, since another may have taken the place.
    flow: u64,
}

/// The queue of them.
#[derive(Debug, Default)]
pub(super) struct Over(VecDeque<Ended>);

impl Over {
    /// The connection of `flow`, at a place among the open flows, has ended.
    pub(super) fn push(&mut self, at: usize, flow: u64) {
        self.0.push_back(Ended { at, flow });
    }

    /// Takes the place and the flow that ended first.
    pub(super) fn pop(&mut self) -> Option<(usize, u64)> {
        self.0.pop_front().map(|ended| (ended.at, ended.flow))
    }

    /// Forgets all: places have changed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

//! Connections that are over, in the order in which they ended: the first to be written when memory is wanted.

use std::collections::VecDeque;

/// One of them.
#[derive(Debug, Clone, Copy)]
struct Ended {
    /// Its place among the open flows.
    at: usize,
    /// Number of the flow, since another may have taken the place.
    flow: u64,
    time_ns: i64,
}

/// The queue of them.
#[derive(Debug, Default)]
pub(super) struct Over(VecDeque<Ended>);

impl Over {
    /// The connection of `flow`, at a place among the open flows, has ended at `time_ns`.
    pub(super) fn push(&mut self, at: usize, flow: u64, time_ns: i64) {
        self.0.push_back(Ended { at, flow, time_ns });
    }

    /// Takes the place and the flow that ended first.
    pub(super) fn pop(&mut self) -> Option<(usize, u64)> {
        self.0.pop_front().map(|ended| (ended.at, ended.flow))
    }

    /// The same, if it ended before `time_ns`.
    #[inline]
    pub(super) fn pop_before(&mut self, time_ns: i64) -> Option<(usize, u64)> {
        self.0.front().filter(|ended| ended.time_ns < time_ns)?;
        self.pop()
    }

    /// Forgets all: places have changed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

//! A connection's life as spans without overlap or gap, so that its parts add up to its duration exactly.
//!
//! The newest spans stay open to be charged to something else, since the cause of a wait is often known only when it is over:
//! a pause turns out to be a retransmission time-out when the retransmission comes.

use super::label::Label;

/// Spans that stay open.
const OPEN_SPANS: usize = 96;
/// Spans that stay open where nothing waits to be charged anew.
const SETTLED_SPANS: usize = 8;

/// An open span, which begins where the one before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    end_ns: i64,
    label: Label,
}

/// A span that is closed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
    pub(super) label: Label,
}

/// The spans of one connection.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    /// Where the open spans begin.
    open_ns: i64,
    open: Vec<Open>,
    /// Closed since they were last taken.
    closed: Vec<Span>,
    /// Time charged to each label for good, once there is any.
    sums_ns: Option<Box<[i64; Label::COUNT]>>,
}

impl Timeline {
    pub(super) fn new(start_ns: i64) -> Self {
        Self { open_ns: start_ns, open: Vec::new(), closed: Vec::new(), sums_ns: None }
    }

    /// Begins anew, with the memory that it has.
    pub(super) fn restart(&mut self, start_ns: i64) {
        self.open.clear();
        self.closed.clear();
        self.open_ns = start_ns;
        self.sums_ns = None;
    }

    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.open.capacity() * size_of::<Open>()
            + self.closed.capacity() * size_of::<Span>()
            + self.sums_ns.as_ref().map_or(0, |sums_ns| size_of_val(&**sums_ns))
    }

    /// Up to where time is charged.
    pub(super) fn end_ns(&self) -> i64 {
        self.open.last().map_or(self.open_ns, |span| span.end_ns)
    }

    /// Charges the time from the end so far up to `end_ns`; nothing when that lies before it.
    pub(super) fn extend(&mut self, end_ns: i64, label: Label) {
        if end_ns <= self.end_ns() {
            return;
        }
        if let Some(last) = self.open.last_mut()
            && last.label == label
        {
            last.end_ns = end_ns;
            return;
        }
        if self.open.len() == OPEN_SPANS {
            self.close(OPEN_SPANS / 2);
        }
        self.open.push(Open { end_ns, label });
    }

    /// Charges `from_ns..to_ns` to `label` wherever it outranks what stands there.
    pub(super) fn charge(&mut self, from_ns: i64, to_ns: i64, label: Label) {
        let first = self.open.partition_point(|span| span.end_ns <= from_ns);
        let mut at = first;
        while at < self.open.len() {
            let start_ns = if at == 0 { self.open_ns } else { self.open[at - 1].end_ns };
            let Open { end_ns, label: old } = self.open[at];
            if start_ns >= to_ns {
                break;
            }
            if old.rank() >= label.rank() {
                at += 1;
                continue;
            }
            let (low, high) = (start_ns.max(from_ns), end_ns.min(to_ns));
            let pieces = [(low, old), (high, label), (end_ns, old)];
            let mut cut_ns = start_ns;
            self.open.remove(at);
            for (piece_ns, label) in pieces {
                if piece_ns > cut_ns {
                    self.open.insert(at, Open { end_ns: piece_ns, label });
                    at += 1;
                    cut_ns = piece_ns;
                }
            }
        }
        self.merge_equal();
    }

    /// Says that nothing is known that could change what is charged: all but the newest few spans are closed.
    #[inline]
    pub(super) fn settle(&mut self) {
        if self.open.len() >= SETTLED_SPANS {
            self.close(SETTLED_SPANS / 2);
        }
    }

    /// Time charged to each label, by its number.
    pub(super) fn finish(&mut self) -> [i64; Label::COUNT] {
        self.close(self.open.len());
        self.sums_ns.as_deref().copied().unwrap_or([0; Label::COUNT])
    }

    /// Adds time that lies before the beginning.
    pub(super) fn prepend(&mut self, start_ns: i64, end_ns: i64, label: Label) {
        if start_ns < end_ns {
            self.sums_ns.get_or_insert_with(no_time)[label as usize] += end_ns - start_ns;
            self.closed.push(Span { start_ns, end_ns, label });
        }
    }

    /// The spans that were closed since the last call.
    pub(super) fn take_closed(&mut self) -> std::vec::Drain<'_, Span> {
        self.closed.drain(..)
    }

    /// Whether there are any.
    #[inline]
    pub(super) fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    fn close(&mut self, count: usize) {
        let sums_ns = self.sums_ns.get_or_insert_with(no_time);
        for span in self.open.drain(..count) {
            sums_ns[span.label as usize] += span.end_ns - self.open_ns;
            self.closed.push(Span { start_ns: self.open_ns, end_ns: span.end_ns, label: span.label });
            self.open_ns = span.end_ns;
        }
    }

    fn merge_equal(&mut self) {
        self.open.dedup_by(|later, earlier| {
            let equal = later.label == earlier.label;
            if equal {
                earlier.end_ns = later.end_ns;
            }
            equal
        });
        if self.open.len() > OPEN_SPANS {
            self.close(self.open.len() - OPEN_SPANS / 2);
        }
    }
}

fn no_time() -> Box<[i64; Label::COUNT]> {
    Box::new([0; Label::COUNT])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wait_is_charged_to_what_ended_it() {
        let mut timeline = Timeline::new(100);
        timeline.extend(150, Label::NetworkRtt);
        timeline.extend(400, Label::ThinkServer);
        timeline.charge(200, 300, Label::LossRto);
        let sums = timeline.finish();
        assert_eq!(sums[Label::NetworkRtt as usize], 50);
        assert_eq!(sums[Label::ThinkServer as usize], 150);
        assert_eq!(sums[Label::LossRto as usize], 100);
    }

    #[test]
    fn the_higher_rank_stays() {
        let mut timeline = Timeline::new(0);
        timeline.extend(10, Label::Handshake);
        timeline.extend(30, Label::NetworkRtt);
        timeline.charge(0, 20, Label::LossRto);
        timeline.charge(0, 30, Label::LossFast);
        let sums = timeline.finish();
        assert_eq!(sums[Label::Handshake as usize], 10);
        assert_eq!(sums[Label::LossRto as usize], 10);
        assert_eq!(sums[Label::LossFast as usize], 10);
    }

    proptest! {
        /// Against the obvious: a label for each nanosecond.
        #[test]
        fn charges_as_a_plain_array_would(
            steps in prop::collection::vec((any::<bool>(), 0i64..60, 0i64..60, 0usize..Label::COUNT), 1..80),
        ) {
            let (mut timeline, mut plain) = (Timeline::new(0), Vec::<Label>::new());
            for (extends, one, other, label) in steps {
                let label = Label::ALL[label];
                if extends {
                    let end = plain.len() as i64 + one % 7;
                    timeline.extend(end, label);
                    plain.resize(end as usize, label);
                } else {
                    let back = (plain.len() as i64 - 30).max(0);
                    let (from, to) = (back + one.min(other), back + one.max(other));
                    timeline.charge(from, to, label);
                    for old in plain.iter_mut().take(to as usize).skip(from as usize) {
                        if old.rank() < label.rank() {
                            *old = label;
                        }
                    }
                }
                prop_assert_eq!(timeline.end_ns(), plain.len() as i64);
            }
            let sums = timeline.finish();
            for label in Label::ALL {
                prop_assert_eq!(sums[label as usize], plain.iter().filter(|&&other| other == label).count() as i64, "{:?}", label);
            }
        }
    }
}

//! What the sender knew when: acknowledgements by the time they passed the capture point (`tcp.md` D.4).

use std::collections::VecDeque;

/// Entries kept; when there are more, every second of the older half goes.
const MOST: usize = 64;

/// What the receiver had told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Everything below is acknowledged.
    pub(super) una: u64,
    /// The right edge of the window.
    pub(super) edge: u64,
}

/// The recent past of one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    entries: VecDeque<(i64, Told)>,
}

impl History {
    pub(super) fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<(i64, Told)>()
    }

    /// Notes what passed the capture point at `now_ns`.
    #[inline]
    pub(super) fn note(&mut self, now_ns: i64, told: Told) {
        match self.entries.back_mut() {
            Some((at_ns, last)) if *at_ns == now_ns => *last = told,
            Some((_, last)) if *last == told => {}
            _ => {
                if self.entries.len() == MOST {
                    self.thin();
                }
                self.entries.push_back((now_ns, told));
            }
        }
    }

    /// What had passed by `at_ns`; the oldest that is known where that lies before it.
    #[inline]
    pub(super) fn at(&self, at_ns: i64) -> Option<Told> {
        let newest_first = self.entries.iter().rev();
        let found = newest_first.clone().find(|(noted_ns, _)| *noted_ns <= at_ns);
        found.or(self.entries.front()).map(|(_, told)| *told)
    }

    /// Every second of the older half goes, but the oldest stays.
    fn thin(&mut self) {
        let mut at = 0;
        self.entries.retain(|_| {
            at += 1;
            at > MOST / 2 || at % 2 == 1
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_known_then() {
        let mut history = History::default();
        for step in 0..1000u64 {
            history.note(step as i64 * 10, Told { una: step, edge: step + 5 });
        }
        assert_eq!(history.at(9_995).map(|told| told.una), Some(999));
        assert_eq!(history.at(9_981).map(|told| told.una), Some(998));
        assert!(history.at(-1).is_some_and(|told| told.una < 10), "the oldest stays");
        assert!(history.entries.len() <= MOST);
    }
}

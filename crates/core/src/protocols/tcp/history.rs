//! What the sender knew when: acknowledgements by the time they passed the capture point (`tcp.md` D.4).

/// Entries kept.
const MOST: usize = 64;
/// Entries that the time of one leg is divided into.
const PER_LEG: i64 = 32;

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
    /// Oldest first, from `begin` on: what is forgotten lies before that until there is as much of it as of the rest, so that
    /// entries stand in one piece for searching and are seldom moved.
    entries: Vec<(i64, Told)>,
    begin: usize,
}

impl History {
    /// Forgets everything, but keeps its memory.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.begin = 0;
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<(i64, Told)>()
    }

    /// Notes what passed the capture point at `now_ns`. What passes within a small part of a leg is taken together, and what is
    /// older than two legs is forgotten, since nobody asks for it.
    #[inline]
    pub(super) fn note(&mut self, now_ns: i64, told: Told, leg_ns: i64) {
        match self.entries.last_mut() {
            Some((at_ns, last)) if now_ns - *at_ns <= leg_ns / PER_LEG || *last == told => *last = told,
            _ => {
                self.forget(now_ns - 2 * leg_ns);
                self.entries.push((now_ns, told));
            }
        }
    }

    /// What had passed by `at_ns`; the oldest that is known where that lies before it.
    #[inline]
    pub(super) fn at(&self, at_ns: i64) -> Option<Told> {
        let known = self.known();
        let newest = known.last().filter(|(noted_ns, _)| *noted_ns <= at_ns);
        let found = newest.or_else(|| {
            let later = known.partition_point(|(noted_ns, _)| *noted_ns <= at_ns);
            known.get(later.saturating_sub(1))
        });
        found.map(|(_, told)| *told)
    }

    fn known(&self) -> &[(i64, Told)] {
        self.entries.get(self.begin..).unwrap_or_default()
    }

    /// Makes room for an entry: forgets those that a later one replaced before `old_ns`.
    fn forget(&mut self, old_ns: i64) {
        let replaced = |entries: &[(i64, Told)]| entries.get(1).is_some_and(|(at_ns, _)| *at_ns < old_ns);
        while self.known().len() == MOST || replaced(self.known()) {
            self.begin += 1;
        }
        if self.begin > 0 && self.begin * 2 >= self.entries.len() {
            self.entries.drain(..self.begin);
            self.begin = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_known_then() {
        let mut history = History::default();
        for step in 0..1000u64 {
            history.note(step as i64 * 10, Told { una: step, edge: step + 5 }, 200);
        }
        assert_eq!(history.at(9_995).map(|told| told.una), Some(999));
        assert_eq!(history.at(9_981).map(|told| told.una), Some(998));
        assert_eq!(history.at(9_790).map(|told| told.una), Some(979), "one leg ago");
        assert!(history.known().len() <= MOST && history.entries.len() <= 2 * MOST);
    }

    #[test]
    fn what_passes_together_is_taken_together() {
        let mut history = History::default();
        for step in 0..100u64 {
            history.note(step as i64, Told { una: step, edge: step }, 3200);
        }
        assert_eq!(history.entries.len(), 1);
        assert_eq!(history.at(50).map(|told| told.una), Some(99));
    }
}

//! Segments sent and not yet acknowledged, as Wireshark lists them (`tcp.md` A.4, A.7).
//!
//! Wireshark scans one list in sending order. Here segments that continue the sequence stand in a queue of their own, where an
//! acknowledgement concerns only the front, and the few others (repeats, overtakers) in a list that is scanned. Both keep
//! sending order, and what is asked of the whole (the oldest, the oldest with some end) is the older of two answers.

use std::collections::VecDeque;

use super::sequence::{after, before};

/// More are not listed: the bound is Wireshark's, and visible in its answers.
pub(super) const MOST: usize = 10_000;
/// Beyond half the sequence space "before" and "after" lose their meaning.
const HALF: u32 = 1 << 31;

/// One segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: u32,
    pub(super) end: u32,
    pub(super) frame: u32,
    pub(super) time_ns: i64,
}

/// All segments of one direction that wait for an acknowledgement.
#[derive(Debug, Clone, Default)]
pub(super) struct Outstanding {
    /// Each begins at or after the end of the one before it, all within half the sequence space.
    queue: VecDeque<Entry>,
    /// All others, oldest first.
    others: Vec<Entry>,
}

impl Outstanding {
    pub(super) fn len(&self) -> usize {
        self.queue.len() + self.others.len()
    }

    /// Memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        (self.queue.capacity() + self.others.capacity()) * size_of::<Entry>()
    }

    /// Gives back memory that is not in use.
    pub(super) fn shrink(&mut self) {
        self.queue.shrink_to_fit();
        self.others.shrink_to_fit();
    }

    /// The one sent first.
    pub(super) fn oldest(&self) -> Option<&Entry> {
        match (self.queue.front(), self.others.first()) {
            (Some(one), Some(other)) => Some(if other.frame < one.frame { other } else { one }),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let continues = match (self.queue.front(), self.queue.back()) {
            (Some(front), Some(back)) => {
                let from = |sequence: u32| sequence.wrapping_sub(front.seq);
                from(entry.seq) >= from(back.end) && from(entry.end) >= from(entry.seq) && from(entry.end) < HALF
            }
            _ => entry.end.wrapping_sub(entry.seq) < HALF,
        };
        if continues {
            self.queue.push_back(entry);
        } else {
            self.others.push(entry);
        }
    }

    /// Takes out what `ack` acknowledges, and returns the oldest segment that ends exactly there.
    pub(super) fn acknowledge(&mut self, ack: u32) -> Option<Entry> {
        let mut found = None;
        if self.reaches_round(ack) {
            self.others.extend(self.queue.drain(..));
            self.others.sort_unstable_by_key(|entry| entry.frame);
        }
        while let Some(front) = self.queue.front_mut() {
            if ack.wrapping_sub(front.seq) >= HALF || keep(front, ack, &mut found) {
                break;
            }
            self.queue.pop_front();
        }
        if !self.others.is_empty() {
            self.others.retain_mut(|entry| keep(entry, ack, &mut found));
        }
        found
    }

    /// Whether `ack` is so far behind the queue that some of it lies ahead again, the other way round.
    fn reaches_round(&self, ack: u32) -> bool {
        let Some((front, back)) = self.queue.front().zip(self.queue.back()) else { return false };
        (HALF..=HALF + back.end.wrapping_sub(front.seq)).contains(&ack.wrapping_sub(front.seq))
    }

    /// Smallest beginning and largest end, counted from `base`.
    pub(super) fn extent(&self, base: u32) -> Option<(u32, u32)> {
        let from = |sequence: u32| sequence.wrapping_sub(base);
        let (front, back) = (self.queue.front(), self.queue.back());
        let mut extent = match front.zip(back) {
            Some((front, back)) if from(front.seq) <= from(back.end) => Some((from(front.seq), from(back.end))),
            Some(_) => widest(self.queue.iter(), from),
            None => None,
        };
        if let Some((low, high)) = widest(self.others.iter(), from) {
            let (least, most) = extent.unwrap_or((low, high));
            extent = Some((least.min(low), most.max(high)));
        }
        extent
    }
}

fn widest<'a>(entries: impl Iterator<Item = &'a Entry>, from: impl Fn(u32) -> u32) -> Option<(u32, u32)> {
    entries.fold(None, |extent: Option<(u32, u32)>, entry| {
        let (low, high) = extent.unwrap_or((u32::MAX, 0));
        Some((low.min(from(entry.seq)), high.max(from(entry.end))))
    })
}

/// Whether an entry stays after an acknowledgement. An exact one is put into `found` unless an older one is there; a partial one
/// is trimmed.
fn keep(entry: &mut Entry, ack: u32, found: &mut Option<Entry>) -> bool {
    if ack == entry.end {
        if found.is_none_or(|older| entry.frame < older.frame) {
            *found = Some(*entry);
        }
        return false;
    }
    if after(ack, entry.seq) && before(ack, entry.end) {
        entry.seq = ack;
        return true;
    }
    after(entry.end, ack)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The list as Wireshark keeps it: one, in sending order, scanned from the newest.
    #[derive(Default)]
    struct Plain(Vec<Entry>);

    impl Plain {
        fn acknowledge(&mut self, ack: u32) -> Option<Entry> {
            let mut found = None;
            let mut kept = Vec::new();
            for mut entry in self.0.drain(..).rev() {
                if ack == entry.end {
                    found = Some(entry);
                } else if after(ack, entry.seq) && (after(entry.end, ack) || ack == entry.end) {
                    entry.seq = ack;
                    kept.push(entry);
                } else if after(entry.end, ack) {
                    kept.push(entry);
                }
            }
            kept.reverse();
            self.0 = kept;
            found
        }
    }

    fn near() -> impl Strategy<Value = u32> {
        prop_oneof![0u32..60, (u32::MAX - 30)..=u32::MAX, (HALF - 30)..(HALF + 30), any::<u32>()]
    }

    proptest! {
        #[test]
        fn answers_as_one_list_would(steps in prop::collection::vec((any::<bool>(), near(), 0u32..20), 1..60), base in near()) {
            let (mut clever, mut plain) = (Outstanding::default(), Plain::default());
            for (frame, (send, at, length)) in steps.into_iter().enumerate() {
                if send {
                    let entry = Entry { seq: at, end: at.wrapping_add(length), frame: frame as u32, time_ns: 0 };
                    clever.push(entry);
                    plain.0.push(entry);
                } else {
                    prop_assert_eq!(clever.acknowledge(at), plain.acknowledge(at));
                }
                prop_assert_eq!(clever.len(), plain.0.len());
                prop_assert_eq!(clever.oldest(), plain.0.first());
                prop_assert_eq!(clever.extent(base), widest(plain.0.iter(), |sequence| sequence.wrapping_sub(base)));
            }
        }
    }
}

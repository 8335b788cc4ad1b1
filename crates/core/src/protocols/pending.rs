//! What waits for an answer, in bounded number.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Entries by key that remember the order in which they came.
#[derive(Debug)]
pub(crate) struct Pending<K, V> {
    entries: HashMap<K, (u64, V)>,
    /// Keys in order of arrival, each with the number of its entry; some may be gone, or have come again.
    order: VecDeque<(K, u64)>,
    next: u64,
    most: usize,
}

/// However small the budget, so many entries are kept.
const LEAST: usize = 16;

impl<K: Copy + Eq + Hash, V> Pending<K, V> {
    /// Room for as many entries as `memory_bytes` hold, with `entry_bytes` for what each has on the heap.
    pub(crate) fn new(memory_bytes: usize, entry_bytes: usize) -> Self {
        let each = 3 * size_of::<(K, u64)>() + size_of::<V>() + entry_bytes;
        let most = (memory_bytes / each).max(LEAST);
        Self { entries: HashMap::new(), order: VecDeque::new(), next: 0, most }
    }

    /// The entry of a key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// The entry of a key.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Takes the entry of a key away.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(_, value)| value)
    }

    /// Adds an entry as the newest, in place of one with the same key. Returns the oldest when there is no room for both.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entries.insert(key, (self.next, value));
        self.order.push_back((key, self.next));
        self.next += 1;
        if self.order.len() > 2 * self.most {
            let entries = &self.entries;
            self.order.retain(|(key, number)| entries.get(key).is_some_and(|entry| entry.0 == *number));
        }
        if self.entries.len() > self.most { self.pop_if(|_| true) } else { None }
    }

    /// The entry of a key, made if there is none; the oldest goes when there is no room.
    pub(crate) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.entries.contains_key(&key) {
            self.insert(key, V::default());
        }
        &mut self.entries.entry(key).or_default().1
    }

    /// Takes the oldest entry away if it is as wanted.
    pub(crate) fn pop_if(&mut self, wanted: impl FnOnce(&V) -> bool) -> Option<V> {
        loop {
            let (key, number) = *self.order.front()?;
            match self.entries.get(&key) {
                Some((current, value)) if *current == number => {
                    return if wanted(value) { self.remove(&key) } else { None };
                }
                _ => self.order.pop_front(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the obvious: a list in order of arrival.
        #[test]
        fn keeps_the_newest_in_order(steps in prop::collection::vec((0u8..3, 0u8..40), 1..400)) {
            let mut pending: Pending<u8, usize> = Pending::new(0, 0);
            let mut list: Vec<(u8, usize)> = Vec::new();
            for (value, (step, key)) in steps.into_iter().enumerate() {
                if step == 0 {
                    let removed = list.iter().position(|(known, _)| *known == key).map(|at| list.remove(at).1);
                    prop_assert_eq!(pending.remove(&key), removed);
                } else {
                    list.retain(|(known, _)| *known != key);
                    list.push((key, value));
                    let evicted = (list.len() > LEAST).then(|| list.remove(0).1);
                    prop_assert_eq!(pending.insert(key, value), evicted);
                }
                prop_assert_eq!(pending.get(&key).copied(), list.iter().find(|(known, _)| *known == key).map(|entry| entry.1));
                prop_assert!(pending.order.len() <= 2 * LEAST);
            }
            prop_assert_eq!(pending.pop_if(|_| false), None);
            let rest: Vec<usize> = std::iter::from_fn(|| pending.pop_if(|_| true)).collect();
            prop_assert_eq!(rest, list.into_iter().map(|entry| entry.1).collect::<Vec<_>>());
        }
    }
}

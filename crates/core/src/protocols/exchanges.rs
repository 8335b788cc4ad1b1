//! Requests and what came of them, oldest first, in bounded memory.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;

/// So many exchanges with the same key are looked at, newest first; hostile traffic could repeat a key without end.
const MOST_STEPS: usize = 16;
/// An answer is hoped for so long; a question asked again within so long is another try for the same answer.
pub(crate) const RECENT_NS: i64 = 30_000_000_000;
/// Memory of an entry in an index, in bytes.
const INDEX_BYTES: usize = 2 * (size_of::<(u64, u64)>() + 1);

/// What is kept of an exchange.
pub(crate) trait Exchange {
    /// Memory beyond the struct itself, in bytes.
    fn heap_bytes(&self) -> usize;
}

#[derive(Debug)]
struct Slot<E, const INDEXES: usize> {
    exchange: E,
    /// In each index the hash of its key, and the exchange before it with that hash.
    links: [Option<(u64, Option<u64>)>; INDEXES],
}

/// Exchanges by number, from 0, in the order in which they began, with indexes by key.
#[derive(Debug)]
pub(crate) struct Exchanges<E, const INDEXES: usize> {
    slots: VecDeque<Slot<E, INDEXES>>,
    /// Number of the first slot.
    first: u64,
    /// The newest exchange with a hash.
    newest: [HashMap<u64, u64, RandomState>; INDEXES],
    hasher: RandomState,
    heap_bytes: usize,
    memory_bytes: usize,
}

impl<E: Exchange, const INDEXES: usize> Exchanges<E, INDEXES> {
    const SLOT_BYTES: usize = size_of::<Slot<E, INDEXES>>() + INDEXES * INDEX_BYTES;

    /// None yet, and never more than take `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            first: 0,
            newest: std::array::from_fn(|_| HashMap::default()),
            hasher: RandomState::default(),
            heap_bytes: 0,
            memory_bytes,
        }
    }

    /// The hash of a key.
    pub(crate) fn hash(&self, key: &(impl Hash + ?Sized)) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Adds the newest exchange, under the given hash in each index.
    pub(crate) fn push(&mut self, exchange: E, hashes: [Option<u64>; INDEXES]) -> u64 {
        let number = self.first + self.slots.len() as u64;
        self.heap_bytes += exchange.heap_bytes();
        let mut newest = self.newest.iter_mut();
        let links = hashes.map(|hash| {
            let newest = newest.next()?;
            hash.map(|hash| (hash, newest.insert(hash, number)))
        });
        self.slots.push_back(Slot { exchange, links });
        number
    }

    /// The newest of the exchanges under `hash` that pass `test`.
    pub(crate) fn find(&self, index: usize, hash: u64, test: impl Fn(&E) -> bool) -> Option<u64> {
        self.chain(index, hash).find(|&(_, exchange)| test(exchange)).map(|(number, _)| number)
    }

    /// The exchanges under `hash`, newest first, but for the oldest of very many.
    pub(crate) fn chain(&self, index: usize, hash: u64) -> impl Iterator<Item = (u64, &E)> {
        let mut next = self.newest.get(index).and_then(|newest| newest.get(&hash).copied());
        let chain = std::iter::from_fn(move || {
            let number = next?;
            let slot = self.slot(number)?;
            next = slot.links.get(index).copied().flatten().and_then(|(_, before)| before);
            Some((number, &slot.exchange))
        });
        chain.take(MOST_STEPS)
    }

    /// An exchange that is still kept.
    pub(crate) fn get(&self, number: u64) -> Option<&E> {
        self.slot(number).map(|slot| &slot.exchange)
    }

    /// Changes an exchange that is still kept.
    pub(crate) fn update(&mut self, number: u64, change: impl FnOnce(&mut E)) {
        let Some(at) = number.checked_sub(self.first) else { return };
        if let Some(slot) = self.slots.get_mut(at as usize) {
            self.heap_bytes -= slot.exchange.heap_bytes();
            change(&mut slot.exchange);
            self.heap_bytes += slot.exchange.heap_bytes();
        }
    }

    /// Takes the oldest out when there is no more room.
    pub(crate) fn pop_excess(&mut self) -> Option<E> {
        let used = self.slots.len() * Self::SLOT_BYTES + self.heap_bytes;
        if used > self.memory_bytes { self.pop() } else { None }
    }

    /// Takes the oldest out.
    pub(crate) fn pop(&mut self) -> Option<E> {
        let slot = self.slots.pop_front()?;
        for (newest, link) in self.newest.iter_mut().zip(&slot.links) {
            if let Some((hash, _)) = link
                && newest.get(hash) == Some(&self.first)
            {
                newest.remove(hash);
            }
        }
        self.first += 1;
        self.heap_bytes -= slot.exchange.heap_bytes();
        Some(slot.exchange)
    }

    fn slot(&self, number: u64) -> Option<&Slot<E, INDEXES>> {
        self.slots.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Exchange for Box<str> {
        fn heap_bytes(&self) -> usize {
            self.len()
        }
    }

    fn of(memory_bytes: usize, names: &[&str]) -> Exchanges<Box<str>, 1> {
        let mut exchanges = Exchanges::new(memory_bytes);
        for name in names {
            let hash = exchanges.hash(&name.len());
            exchanges.push((*name).into(), [Some(hash)]);
        }
        exchanges
    }

    #[test]
    fn the_newest_that_fits_is_found() {
        let exchanges = of(1 << 20, &["a", "b", "cc", "d"]);
        let hash = exchanges.hash(&1_usize);
        assert_eq!(exchanges.find(0, hash, |_| true), Some(3));
        assert_eq!(exchanges.find(0, hash, |name| &**name == "a"), Some(0));
        assert_eq!(exchanges.find(0, hash, |name| &**name == "cc"), None);
    }

    #[test]
    fn the_oldest_go_when_there_is_no_more_room() {
        let mut exchanges = of(2 * Exchanges::<Box<str>, 1>::SLOT_BYTES + 4, &["aaa", "bbb", "c"]);
        let hash = exchanges.hash(&3_usize);
        assert_eq!(exchanges.pop_excess().as_deref(), Some("aaa"));
        assert_eq!(exchanges.pop_excess(), None);
        assert_eq!(exchanges.find(0, hash, |_| true), Some(1));
        exchanges.update(2, |name| *name = "cc".into());
        assert_eq!(exchanges.pop_excess().as_deref(), Some("bbb"));
        assert_eq!(exchanges.find(0, hash, |_| true), None);
        assert_eq!(exchanges.get(2).map(|name| &**name), Some("cc"));
        assert_eq!(exchanges.pop().as_deref(), Some("cc"));
        assert_eq!(exchanges.pop(), None);
    }

    #[test]
    fn a_key_that_is_repeated_without_end_costs_no_more() {
        let exchanges = of(1 << 20, &["a"; 100]);
        assert_eq!(exchanges.chain(0, exchanges.hash(&1_usize)).count(), MOST_STEPS);
    }
}

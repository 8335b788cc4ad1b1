//! Bytes of the handshake, put in order: datagrams bring them in any order, in pieces of any size (RFC 9000 §19.6,
//! RFC 6347 §4.2.3).

/// Bytes that are kept. Servers must take 4 kB (RFC 9000 §7.5); hellos are smaller.
const MOST_BYTES: usize = 16 << 10;
/// Ranges that are kept apart.
const MOST_RANGES: usize = 64;

/// The first bytes of one direction.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    /// What of them is there, in order, not touching.
    ranges: Vec<(usize, usize)>,
}

impl Pieces {
    /// Takes a piece; what is too far away is left out.
    pub(crate) fn insert(&mut self, offset: u64, piece: &[u8]) {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let to = from.saturating_add(piece.len());
        if piece.is_empty() || to > MOST_BYTES || self.ranges.len() >= MOST_RANGES {
            return;
        }
        if self.bytes.len() < to {
            self.bytes.resize(to, 0);
        }
        if let Some(place) = self.bytes.get_mut(from..to) {
            place.copy_from_slice(piece);
        }
        self.cover(from, to);
    }

    fn cover(&mut self, mut from: usize, mut to: usize) {
        self.ranges.retain(|&(left, right)| {
            let apart = right < from || left > to;
            if !apart {
                (from, to) = (from.min(left), to.max(right));
            }
            apart
        });
        let index = self.ranges.partition_point(|&(left, _)| left < from);
        self.ranges.insert(index, (from, to));
    }

    /// What is there from the beginning on without a hole.
    pub(crate) fn known(&self) -> &[u8] {
        match self.ranges.first() {
            Some(&(0, to)) => self.bytes.get(..to).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Memory beyond the struct itself, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.ranges.capacity() * size_of::<(usize, usize)>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_order_gives_the_whole(
            cuts in prop::collection::vec(1usize..40, 1..30),
            seed in any::<u64>(),
        ) {
            let whole: Vec<u8> = (0..cuts.iter().sum()).map(|at: usize| at as u8).collect();
            let mut cut: Vec<(usize, usize)> = cuts.iter().scan(0, |at, cut| {
                let from = *at;
                *at += cut;
                Some((from, *at))
            }).collect();
            let mut state = seed;
            for index in (1..cut.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                cut.swap(index, state as usize % (index + 1));
            }
            let mut pieces = Pieces::default();
            for &(from, to) in &cut {
                pieces.insert(from as u64, &whole[from..to]);
                prop_assert!(whole.starts_with(pieces.known()));
            }
            prop_assert_eq!(pieces.known(), &whole[..]);
            prop_assert_eq!(pieces.ranges.len(), 1);
        }
    }

    #[test]
    fn what_is_far_away_takes_no_memory() {
        let mut pieces = Pieces::default();
        pieces.insert(u64::MAX, b"x");
        pieces.insert(1 << 20, b"x");
        assert_eq!(pieces.memory_bytes(), 0);
    }
}

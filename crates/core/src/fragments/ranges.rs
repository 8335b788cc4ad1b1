//! Which parts of a datagram are there.

/// How much of a range was there before it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covered {
    /// Nothing.
    Nothing,
    /// Some of it.
    Part,
    /// All of it.
    All,
}

/// Ranges of bytes that are there: sorted, apart from each other, none empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Memory in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.0.len() * size_of::<(u32, u32)>()
    }

    /// Where the last one ends.
    pub(super) fn end(&self) -> u32 {
        self.0.last().map_or(0, |range| range.1)
    }

    /// Bytes in all of them.
    pub(super) fn bytes(&self) -> u32 {
        self.0.iter().map(|(low, high)| high - low).sum()
    }

    /// Whether they are exactly the bytes from 0 to `total`.
    pub(super) fn are_all_of(&self, total: u32) -> bool {
        self.0 == [(0, total)]
    }

    /// Those that overlap `start..end`.
    pub(super) fn within(&self, start: u32, end: u32) -> impl Iterator<Item = &(u32, u32)> {
        self.0.iter().filter(move |&&(low, high)| low < end && high > start)
    }

    /// Adds `start..end`, which is not empty.
    pub(super) fn add(&mut self, start: u32, end: u32) -> Covered {
        let before: u32 = self.within(start, end).map(|&(low, high)| high.min(end) - low.max(start)).sum();
        let (mut low, mut high) = (start, end);
        self.0.retain(|&(other_low, other_high)| {
            let apart = other_high < low || other_low > high;
            if !apart {
                (low, high) = (low.min(other_low), high.max(other_high));
            }
            apart
        });
        let place = self.0.partition_point(|&(other_low, _)| other_low < low);
        self.0.insert(place, (low, high));
        match before {
            0 => Covered::Nothing,
            _ if before == end - start => Covered::All,
            _ => Covered::Part,
        }
    }
}

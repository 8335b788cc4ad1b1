//! Bursts of losses and losses between them (RFC 3611 §4.7.2).

/// Losses with fewer packets between them belong to one burst.
const LEAST_GAP_PACKETS: u64 = 16;

/// Losses of a stream, by the order of its sequence numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Losses {
    /// All that are missing.
    pub(super) packets: u64,
    /// Runs of consecutive ones.
    pub(super) runs: u64,
    /// The longest of those runs.
    pub(super) longest_run: u64,
    /// Losses apart from any other.
    pub(super) in_gaps: u64,
    /// Bursts: two or more losses close to each other.
    pub(super) bursts: u64,
    /// Losses in bursts.
    pub(super) in_bursts: u64,
    /// Packets from the first to the last loss of each burst, received or not.
    pub(super) burst_packets: u64,
    run: u64,
    group: u64,
    group_packets: u64,
    since: u64,
}

impl Losses {
    /// The next packet came.
    pub(super) fn received(&mut self) {
        self.run = 0;
        self.since += 1;
    }

    /// The next packets are missing.
    pub(super) fn lost(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        if self.since >= LEAST_GAP_PACKETS {
            self.end();
        }
        self.group_packets += if self.group == 0 { count } else { self.since + count };
        self.group += count;
        self.packets += count;
        self.runs += u64::from(self.run == 0);
        self.run += count;
        self.longest_run = self.longest_run.max(self.run);
        self.since = 0;
    }

    /// Nothing further belongs to the losses that were close to each other.
    pub(super) fn end(&mut self) {
        match std::mem::take(&mut self.group) {
            0 => {}
            1 => self.in_gaps += 1,
            losses => {
                self.bursts += 1;
                self.in_bursts += losses;
                self.burst_packets += self.group_packets;
            }
        }
        self.group_packets = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets as characters: `.` came, `x` is missing.
    fn losses(packets: &str) -> Losses {
        let mut losses = Losses::default();
        for packet in packets.chars() {
            if packet == 'x' { losses.lost(1) } else { losses.received() }
        }
        losses.end();
        losses
    }

    #[test]
    fn losses_close_to_each_other_are_a_burst() {
        let seen = losses("....x...............xx................x.");
        assert_eq!((seen.packets, seen.runs, seen.longest_run), (4, 3, 2));
        assert_eq!((seen.bursts, seen.in_bursts, seen.burst_packets, seen.in_gaps), (1, 3, 18, 1));
        let apart = losses("x................x");
        assert_eq!((apart.bursts, apart.in_bursts, apart.in_gaps), (0, 0, 2));
        assert_eq!(losses("....").packets, 0);
    }
}

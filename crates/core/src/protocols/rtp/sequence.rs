//! Sequence numbers: what is missing, what came twice or late.

use super::losses::Losses;

/// A jump further ahead is a new beginning (RFC 3550 §A.1).
const MOST_DROPOUT: u16 = 3000;
/// A packet later than this is a new beginning too.
const MOST_MISORDER: u16 = 100;
/// Packets back to which late ones and copies are told apart; more than [`MOST_MISORDER`].
const WINDOW: u64 = 128;

/// How a packet fits those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It is further on than all before.
    Next,
    /// It was overtaken by so many numbers.
    Late(u16),
    /// It came before.
    Copy,
    /// It is far off; if the next one follows it, that is a new beginning.
    Astray,
}

/// The sequence numbers of a stream.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    /// Numbers that earlier beginnings of the stream spanned.
    expected_before: u64,
    /// The first number, and the largest so far; they go on beyond 16 bits.
    first: u64,
    highest: u64,
    /// What would be a new beginning.
    restart: Option<u16>,
    /// Bit n says whether the packet n before the highest came.
    came: u128,
    pub(super) received: u64,
    pub(super) copies: u64,
    pub(super) late: u64,
    pub(super) latest: u16,
    pub(super) restarts: u32,
    pub(super) losses: Losses,
    ws: Wireshark,
}

impl Sequence {
    /// A stream that begins with this number.
    pub(super) fn new(number: u16) -> Self {
        // One round is added, so that a number before the first one is not below 0.
        let first = 0x1_0000 + u64::from(number);
        Self {
            expected_before: 0,
            first,
            highest: first,
            restart: None,
            came: 1,
            received: 1,
            copies: 0,
            late: 0,
            latest: 0,
            restarts: 0,
            losses: Losses::default(),
            ws: Wireshark { first: number, last: number, rounds: 0, below: false },
        }
    }

    /// Takes the number of the next packet (RFC 3550 §A.1).
    pub(super) fn packet(&mut self, number: u16) -> Arrival {
        self.received += 1;
        self.ws.packet(number);
        let ahead = number.wrapping_sub(self.highest as u16);
        if ahead == 0 {
            self.copies += 1;
            Arrival::Copy
        } else if ahead < MOST_DROPOUT {
            self.advance(u64::from(ahead));
            self.restart = None;
            Arrival::Next
        } else if ahead > u16::MAX - MOST_MISORDER {
            self.behind(ahead.wrapping_neg())
        } else if self.restart == Some(number) {
            self.begin_anew(number);
            Arrival::Next
        } else {
            self.restart = Some(number.wrapping_add(1));
            Arrival::Astray
        }
    }

    /// Packets that the numbers span.
    pub(super) fn expected(&self) -> u64 {
        self.expected_before + self.span()
    }

    /// Packets that Wireshark expects.
    pub(super) fn ws_expected(&self) -> i64 {
        i64::from(self.ws.rounds) * 0x1_0000 + i64::from(self.ws.last) - i64::from(self.ws.first) + 1
    }

    /// Settles all that came. Nothing may come afterwards but a new beginning.
    pub(super) fn end(&mut self) {
        self.settle(self.span().min(WINDOW));
        self.losses.end();
    }

    fn span(&self) -> u64 {
        self.highest - self.first + 1
    }

    /// Goes on to a higher number; what falls out of the window is settled.
    fn advance(&mut self, ahead: u64) {
        let known = self.span().min(WINDOW);
        let leaving = (known + ahead).saturating_sub(WINDOW).min(known);
        self.settle_oldest(known, leaving);
        self.losses.lost((ahead).saturating_sub(WINDOW));
        self.highest += ahead;
        self.came = if ahead < WINDOW { self.came << ahead | 1 } else { 1 };
    }

    fn behind(&mut self, late: u16) -> Arrival {
        let bit = 1 << late;
        if self.came & bit != 0 {
            self.copies += 1;
            return Arrival::Copy;
        }
        self.came |= bit;
        // A packet from before the first is one that was expected, too.
        self.first = self.first.min(self.highest - u64::from(late));
        self.late += 1;
        self.latest = self.latest.max(late);
        Arrival::Late(late)
    }

    fn begin_anew(&mut self, number: u16) {
        self.end();
        self.expected_before += self.span();
        self.restarts += 1;
        // The one before it, which was astray, is the first.
        self.highest = 0x1_0000 + u64::from(number);
        self.first = self.highest - 1;
        self.came = 0b11;
        self.restart = None;
    }

    fn settle(&mut self, count: u64) {
        self.settle_oldest(count, count);
    }

    /// Settles the oldest of the `known` packets in the window.
    fn settle_oldest(&mut self, known: u64, count: u64) {
        for back in (known - count..known).rev() {
            if self.came >> back & 1 == 0 { self.losses.lost(1) } else { self.losses.received() }
        }
    }
}

/// How Wireshark counts: up to the number of the last packet, a round for each time that numbers go on below the first.
#[derive(Debug, Clone, Copy)]
struct Wireshark {
    first: u16,
    last: u16,
    rounds: u32,
    below: bool,
}

impl Wireshark {
    fn packet(&mut self, number: u16) {
        let ahead = number.wrapping_sub(self.last) < 0x8000;
        let below = number < self.first && (self.below || ahead);
        self.rounds += u32::from(below && !self.below);
        self.below = below;
        self.last = number;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u16]) -> Sequence {
        let mut sequence = Sequence::new(numbers[0]);
        for &number in &numbers[1..] {
            sequence.packet(number);
        }
        sequence.end();
        sequence
    }

    #[test]
    fn numbers_go_round() {
        let seen = of(&[65_534, 65_535, 1, 0, 2, 2, 5]);
        assert_eq!((seen.expected(), seen.received, seen.losses.packets), (8, 7, 2));
        assert_eq!((seen.copies, seen.late, seen.latest), (1, 1, 1));
        assert_eq!(seen.ws_expected(), 8);
    }

    #[test]
    fn a_packet_before_the_first_is_no_round() {
        let seen = of(&[10, 9, 11]);
        assert_eq!((seen.expected(), seen.losses.packets, seen.late), (3, 0, 1));
        assert_eq!(seen.ws_expected(), 2);
    }

    #[test]
    fn a_jump_is_a_new_beginning_when_the_next_packet_follows_it() {
        let seen = of(&[1, 2, 3, 30_000, 30_001, 30_003]);
        assert_eq!((seen.expected(), seen.losses.packets, seen.restarts), (3 + 4, 1, 1));
        let stray = of(&[1, 2, 3, 30_000, 4, 5]);
        assert_eq!((stray.expected(), stray.losses.packets, stray.restarts), (5, 0, 0));
    }

    proptest! {
        /// Against the obvious: a set of all numbers.
        #[test]
        fn missing_ones_are_those_never_seen(steps in prop::collection::vec((1u64..200, 0u64..90), 1..300)) {
            let mut numbers: Vec<u64> = vec![65_000];
            let mut highest = 65_000;
            for (ahead, back) in steps {
                if ahead % 3 == 0 && highest > 65_000 + back { numbers.push(highest - back) } else {
                    highest += ahead % 7 + ahead / 190 * 150;
                    numbers.push(highest);
                }
            }
            let seen = of(&numbers.iter().map(|&number| number as u16).collect::<Vec<_>>());
            let all: BTreeSet<u64> = numbers.iter().copied().collect();
            let expected = highest - 65_000 + 1;
            prop_assert_eq!(seen.expected(), expected);
            prop_assert_eq!(seen.losses.packets, expected - all.len() as u64);
            prop_assert_eq!(seen.copies, (numbers.len() - all.len()) as u64);
            let losses = &seen.losses;
            prop_assert_eq!(losses.in_bursts + losses.in_gaps, losses.packets);
        }
    }
}

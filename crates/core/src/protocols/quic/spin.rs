//! Round trips from the spin bit: the client turns it once for each, the server sends it back (RFC 9000 §17.4, RFC 9312 §3.8).

use crate::protocols::tcp::Role;

/// So many changes in a row must have come from the other end for the bit to be one that spins. One that an end sets at random
/// changes without that.
const LEAST_CHANGES: u32 = 4;
/// The share of changes that may be out of turn: packets may be reordered around one.
const MOST_ODD_SHARE: u32 = 10;

/// The last value of one end, and since when.
#[derive(Debug, Clone, Copy)]
struct Value {
    spin: bool,
    since_ns: i64,
}

/// The spin bit of a connection.
#[derive(Debug, Default)]
pub(super) struct Spin {
    ends: [Option<Value>; 2],
    /// Changes by which an end followed the other.
    pub(super) changes: u32,
    odd: u32,
    /// Least time from a change of one end to the answer of the other, by who answered.
    legs_ns: [Option<i64>; 2],
    /// Least time between two changes of the same end.
    round_trip_ns: Option<i64>,
}

impl Spin {
    /// Takes the bit of a packet.
    #[inline]
    pub(super) fn packet(&mut self, sender: Role, spin: bool, time_ns: i64) {
        let me = &mut self.ends[sender as usize];
        match me {
            Some(value) if value.spin == spin => {}
            None => *me = Some(Value { spin, since_ns: time_ns }),
            Some(_) => self.change(sender, spin, time_ns),
        }
    }

    fn change(&mut self, sender: Role, spin: bool, time_ns: i64) {
        let before = self.ends[sender as usize].replace(Value { spin, since_ns: time_ns });
        let Some(peer) = self.ends[sender.other() as usize] else { return };
        // The server shows what the client last showed, the client the opposite of what the server last showed.
        if (peer.spin == spin) != (sender == Role::Server) {
            self.odd += 1;
            return;
        }
        self.changes += 1;
        lower(&mut self.legs_ns[sender as usize], time_ns - peer.since_ns);
        if let Some(before) = before.filter(|_| self.changes > 2) {
            lower(&mut self.round_trip_ns, time_ns - before.since_ns);
        }
    }

    /// Whether the bit spins.
    fn spins(&self) -> bool {
        self.changes >= LEAST_CHANGES && self.odd * MOST_ODD_SHARE <= self.changes
    }

    /// The least round trip, if the bit spins.
    pub(super) fn round_trip_ns(&self) -> Option<i64> {
        self.round_trip_ns.filter(|_| self.spins())
    }

    /// The least round trip between the capture point and an end, if the bit spins.
    pub(super) fn leg_ns(&self, end: Role) -> Option<i64> {
        self.legs_ns[end as usize].filter(|_| self.spins())
    }
}

fn lower(least_ns: &mut Option<i64>, ns: i64) {
    *least_ns = Some(least_ns.map_or(ns, |least| least.min(ns)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_that_spins_tells_both_legs() {
        let mut spin = Spin::default();
        let (mut now_ns, mut value) = (0, false);
        for _ in 0..6 {
            spin.packet(Role::Client, value, now_ns);
            spin.packet(Role::Client, value, now_ns + 1);
            now_ns += 30;
            spin.packet(Role::Server, value, now_ns);
            now_ns += 10;
            value = !value;
        }
        assert_eq!(spin.round_trip_ns(), Some(40));
        assert_eq!((spin.leg_ns(Role::Server), spin.leg_ns(Role::Client)), (Some(30), Some(10)));
    }

    #[test]
    fn one_that_does_not_spin_tells_nothing() {
        let mut still = Spin::default();
        let mut random = Spin::default();
        let mut state = 1_u64;
        for now_ns in 0..1000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let sender = if now_ns % 2 == 0 { Role::Client } else { Role::Server };
            still.packet(sender, false, now_ns);
            random.packet(sender, state >> 40 & 1 == 1, now_ns);
        }
        assert_eq!((still.round_trip_ns(), still.leg_ns(Role::Server)), (None, None));
        assert_eq!((random.round_trip_ns(), random.leg_ns(Role::Client)), (None, None));
    }
}

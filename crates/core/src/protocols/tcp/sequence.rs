//! Comparing sequence numbers (RFC 9293 §3.4). At a distance of exactly 2^31 both "before" and "after" are true.

const HALF: u32 = 1 << 31;

/// Whether `a` comes before `b`.
#[inline]
pub(super) fn before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) >= HALF
}

/// Whether `a` comes after `b`.
#[inline]
pub(super) fn after(a: u32, b: u32) -> bool {
    b.wrapping_sub(a) >= HALF
}

/// The sequence number in unbounded space that is `seq` modulo 2^32 and nearest to `near`.
#[inline]
pub(super) fn unwrap(seq: u32, near: u64) -> u64 {
    let ahead = seq.wrapping_sub(near as u32) as i32;
    near.wrapping_add_signed(i64::from(ahead))
}

/// Where unbounded sequence numbers begin, so that there is room below the first one seen.
pub(super) const ORIGIN: u64 = 1 << 40;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unwrapping_keeps_the_low_bits_and_stays_near(seq: u32, near in ORIGIN..ORIGIN * 2) {
            let unwrapped = unwrap(seq, near);
            prop_assert_eq!(unwrapped as u32, seq);
            prop_assert!(unwrapped.abs_diff(near) <= u64::from(HALF));
        }

        #[test]
        fn a_walk_unwraps_to_itself(steps in prop::collection::vec(0u32..1 << 30, 1..40), start: u32) {
            let (mut near, mut plain) = (unwrap(start, ORIGIN), u64::from(start));
            for step in steps {
                plain += u64::from(step);
                let next = unwrap(plain as u32, near);
                prop_assert_eq!(next - near, u64::from(step));
                near = next;
            }
        }
    }
}

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

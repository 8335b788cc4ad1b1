//! TCP options (RFC 9293 §3.2): bytes → struct, no memory.

use arrayvec::ArrayVec;

/// The options of one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Maximum segment size in bytes.
    pub mss: Option<u16>,
    /// Window scale shift, as sent (RFC 7323 §2.2).
    pub window_scale: Option<u8>,
    /// Whether selective acknowledgements are permitted (RFC 2018).
    pub sack_permitted: bool,
    /// Left and right edges of the selective acknowledgements.
    pub sack: ArrayVec<(u32, u32), 4>,
    /// Time stamp value and echo reply (RFC 7323 §3.2).
    pub timestamps: Option<(u32, u32)>,
    /// Whether a fast open cookie is there, not only asked for (RFC 7413 §4.1.1).
    pub fast_open_cookie: bool,
    /// One bit for each subtype of MPTCP option (RFC 8684 §3).
    pub mptcp_subtypes: u16,
}

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
/// ExID of fast open in the experimental options 253 and 254 (RFC 7413 §2, RFC 6994).
const FAST_OPEN_EXID: [u8; 2] = [0xf9, 0x89];
/// The usual option list on an established connection: two no-operations and timestamps (RFC 7323 Appendix A).
const ALIGNED_TIMESTAMPS: [u8; 4] = [1, 1, 8, 10];

impl Options {
    /// Reads options up to their end or the first one that is cut or contradicts itself.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut options = Self::default();
        options.read(bytes);
        options
    }

    /// Reads options into a fresh struct where it stands: to move what was just written would stall the processor.
    #[inline]
    pub(super) fn read(&mut self, bytes: &[u8]) {
        if let Some(&[a, b, c, d, v0, v1, v2, v3, e0, e1, e2, e3]) = bytes.first_chunk()
            && [a, b, c, d] == ALIGNED_TIMESTAMPS
        {
            self.timestamps = Some((u32::from_be_bytes([v0, v1, v2, v3]), u32::from_be_bytes([e0, e1, e2, e3])));
            self.parse_each(&bytes[12..]);
        } else {
            self.parse_each(bytes);
        }
    }

    fn parse_each(&mut self, mut bytes: &[u8]) {
        while let [kind, rest @ ..] = bytes {
            match (*kind, rest) {
                (END, _) => return,
                (NO_OPERATION, _) => bytes = rest,
                (kind, [length, ..]) if *length >= 2 && usize::from(*length) <= bytes.len() => {
                    let (option, further) = bytes.split_at(usize::from(*length));
                    self.take(kind, &option[2..]);
                    bytes = further;
                }
                _ => return,
            }
        }
    }

    fn take(&mut self, kind: u8, value: &[u8]) {
        match (kind, value) {
            (2, &[a, b]) => self.mss = Some(u16::from_be_bytes([a, b])),
            (3, &[shift]) => self.window_scale = Some(shift),
            (4, []) => self.sack_permitted = true,
            (5, blocks) => {
                for block in blocks.chunks_exact(8) {
                    let left = u32::from_be_bytes([block[0], block[1], block[2], block[3]]);
                    let right = u32::from_be_bytes([block[4], block[5], block[6], block[7]]);
                    let _ = self.sack.try_push((left, right));
                }
            }
            (8, &[v0, v1, v2, v3, e0, e1, e2, e3]) => {
                self.timestamps = Some((u32::from_be_bytes([v0, v1, v2, v3]), u32::from_be_bytes([e0, e1, e2, e3])));
            }
            (30, &[subtype, ..]) => self.mptcp_subtypes |= 1 << (subtype >> 4),
            (34, cookie) => self.fast_open_cookie = !cookie.is_empty(),
            (253 | 254, [exid @ .., cookie]) if exid.len() >= 2 && exid[..2] == FAST_OPEN_EXID => {
                let _ = cookie;
                self.fast_open_cookie = true;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_options_of_a_usual_syn() {
        let bytes = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7];
        let options = Options::parse(&bytes);
        assert_eq!((options.mss, options.window_scale, options.sack_permitted), (Some(1460), Some(7), true));
        assert_eq!(options.timestamps, Some((1, 2)));
    }

    #[test]
    fn the_quick_way_reads_what_follows_the_timestamps() {
        let bytes = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5, 10, 0, 0, 0, 5, 0, 0, 0, 9];
        assert_eq!(Options::parse(&bytes).sack.as_slice(), [(5, 9)]);
    }

    #[test]
    fn a_fast_open_request_is_no_cookie() {
        assert!(!Options::parse(&[34, 2]).fast_open_cookie);
        assert!(Options::parse(&[34, 6, 1, 2, 3, 4]).fast_open_cookie);
        assert!(!Options::parse(&[254, 4, 0xf9, 0x89]).fast_open_cookie);
        assert!(Options::parse(&[254, 8, 0xf9, 0x89, 1, 2, 3, 4]).fast_open_cookie);
    }

    #[test]
    fn an_option_that_is_cut_ends_the_list() {
        assert_eq!(Options::parse(&[3, 3, 7, 2, 4, 5]), Options { window_scale: Some(7), ..Options::default() });
        assert_eq!(Options::parse(&[2, 0, 3, 3, 7]), Options::default());
    }

    proptest! {
        #[test]
        fn takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..48)) {
            Options::parse(&bytes);
        }
    }
}

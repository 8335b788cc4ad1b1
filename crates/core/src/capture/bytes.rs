//! Integers out of bytes, in the byte order of the file.

/// The byte order of a file or section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endian {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

impl Endian {
    /// The 16-bit integer at `at`; 0 beyond the end.
    #[inline]
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let two = chunk(bytes, at);
        if self == Self::Big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
    }

    /// The 32-bit integer at `at`; 0 beyond the end.
    #[inline]
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let four = chunk(bytes, at);
        if self == Self::Big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }

    /// The 64-bit integer at `at`; 0 beyond the end.
    #[inline]
    pub(super) fn u64(self, bytes: &[u8], at: usize) -> u64 {
        let eight = chunk(bytes, at);
        if self == Self::Big { u64::from_be_bytes(eight) } else { u64::from_le_bytes(eight) }
    }
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

/// Text of a fixed-size or counted field: up to the first NUL, at most 400 characters, nothing when empty.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let text: String = String::from_utf8_lossy(&bytes[..end.min(1600)]).chars().take(400).collect();
    (!text.is_empty()).then_some(text)
}

//! A slice of a frame that knows how long it was on the wire.

/// What is left of a frame from some layer on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'a> {
    /// What was captured of it.
    pub bytes: &'a [u8],
    /// How long it was on the wire, in bytes, as far as the layers around it tell. At least `bytes.len()`, unless the
    /// frame contradicts itself.
    pub wire_bytes: usize,
}

impl<'a> View<'a> {
    /// A view of a whole frame.
    pub fn new(bytes: &'a [u8], wire_bytes: usize) -> Self {
        Self { bytes, wire_bytes }
    }

    /// The view without its first `count` bytes; `None` when fewer were captured.
    #[inline]
    pub fn skip(self, count: usize) -> Option<Self> {
        Some(Self { bytes: self.bytes.get(count..)?, wire_bytes: self.wire_bytes.saturating_sub(count) })
    }

    /// The view cut to `count` bytes on the wire, so that padding and trailers fall away.
    #[inline]
    #[must_use]
    pub fn limit(self, count: usize) -> Self {
        Self { bytes: self.bytes.get(..count).unwrap_or(self.bytes), wire_bytes: self.wire_bytes.min(count) }
    }

    /// The first `N` bytes, if they were captured.
    #[inline]
    pub fn head<const N: usize>(self) -> Option<&'a [u8; N]> {
        self.bytes.first_chunk()
    }

    /// One byte.
    #[inline]
    pub fn u8(self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Two bytes in network order.
    #[inline]
    pub fn u16(self, at: usize) -> Option<u16> {
        self.bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    /// Four bytes in network order.
    #[inline]
    pub fn u32(self, at: usize) -> Option<u32> {
        self.bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
    }
}

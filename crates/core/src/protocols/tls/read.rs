//! Reading numbers and length-prefixed vectors off bytes (RFC 8446 §3).

/// What is left to be read. Every read gives `None`, and takes nothing, where the bytes end too early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'a>(pub(crate) &'a [u8]);

impl<'a> Read<'a> {
    /// So many bytes.
    #[inline]
    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of `count` bytes, at most 8, in network order.
    #[inline]
    pub(crate) fn number(&mut self, count: usize) -> Option<u64> {
        let bytes = self.bytes(count)?;
        Some(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// One byte.
    #[inline]
    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.number(1).map(|number| number as u8)
    }

    /// Two bytes.
    #[inline]
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.number(2).map(|number| number as u16)
    }

    /// Three bytes, the length of a message.
    pub(crate) fn u24(&mut self) -> Option<usize> {
        self.number(3).map(|number| number as usize)
    }

    /// A vector behind its length of `width` bytes.
    pub(crate) fn vector(&mut self, width: usize) -> Option<&'a [u8]> {
        let mut after = *self;
        let length = after.number(width)?;
        let vector = after.bytes(usize::try_from(length).ok()?)?;
        *self = after;
        Some(vector)
    }

    /// A vector behind its length of `width` bytes, or what there is of it.
    pub(crate) fn vector_so_far(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number(width)?).ok()?;
        self.bytes(length.min(self.0.len()))
    }
}

/// Bytes that should be text: what is no character, and what would steer a terminal, is replaced.
pub(crate) fn text(bytes: &[u8], most_chars: usize) -> String {
    let chars = |char: char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
    String::from_utf8_lossy(bytes).chars().take(most_chars).map(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_short_is_not_taken() {
        let mut read = Read(&[0, 3, b'a', b'b']);
        assert_eq!(read.vector(2), None);
        assert_eq!(read.0.len(), 4);
        assert_eq!(read.vector_so_far(2), Some(&b"ab"[..]));
        assert_eq!(read.u8(), None);
    }

    #[test]
    fn numbers_are_in_network_order() {
        assert_eq!(Read(&[1, 2, 3]).u24(), Some(0x01_02_03));
        assert_eq!(Read(&[1, 2, 3]).u16(), Some(0x01_02));
    }
}

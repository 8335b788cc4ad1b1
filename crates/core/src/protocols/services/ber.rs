//! Lengths and whole numbers of BER (ITU-T X.690), as far as LDAP and Kerberos need them.

/// An element: its tag, where its contents begin, and how many bytes they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) tag: u8,
    pub(super) begin: usize,
    pub(super) length: usize,
}

impl Element {
    /// Its contents, as far as they are there.
    pub(super) fn contents<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let rest = bytes.get(self.begin..).unwrap_or_default();
        rest.get(..self.length).unwrap_or(rest)
    }

    /// Where the next element begins.
    pub(super) fn end(&self) -> usize {
        self.begin.saturating_add(self.length)
    }
}

/// The element at the beginning; `Ok(None)` when its head is not whole, `Err` when it has no definite length.
pub(super) fn element(bytes: &[u8]) -> Result<Option<Element>, ()> {
    let [tag, first, rest @ ..] = bytes else { return Ok(None) };
    if *first < 0x80 {
        return Ok(Some(Element { tag: *tag, begin: 2, length: usize::from(*first) }));
    }
    let count = usize::from(*first & 0x7f);
    if count == 0 || count > 4 {
        return Err(());
    }
    let Some(octets) = rest.get(..count) else { return Ok(None) };
    let length = octets.iter().fold(0, |length, &octet| length << 8 | usize::from(octet));
    Ok(Some(Element { tag: *tag, begin: 2 + count, length }))
}

/// The element at the beginning of bytes that are whole.
pub(super) fn whole(bytes: &[u8]) -> Option<Element> {
    element(bytes).ok().flatten()
}

/// A whole number from 0 on of at most four bytes.
pub(super) fn number(contents: &[u8]) -> Option<u32> {
    if contents.is_empty() || contents.len() > 5 || contents.first().is_some_and(|&first| first >= 0x80) {
        return None;
    }
    let number = contents.iter().fold(0_u64, |number, &octet| number << 8 | u64::from(octet));
    u32::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_both_forms() {
        assert_eq!(element(&[0x30, 3, 1]), Ok(Some(Element { tag: 0x30, begin: 2, length: 3 })));
        assert_eq!(element(&[0x30, 0x82, 1, 0]), Ok(Some(Element { tag: 0x30, begin: 4, length: 256 })));
        assert_eq!(element(&[0x30, 0x82, 1]), Ok(None));
        assert_eq!(element(&[0x30, 0x80, 1]), Err(()));
        assert_eq!(number(&[0, 0xff]), Some(255));
        assert_eq!(number(&[0xff]), None);
    }
}

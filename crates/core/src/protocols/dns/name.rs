//! Names in messages (RFC 1035 §3.1, §4.1.4), and their text.

use std::fmt::Write as _;

/// Bytes of the longest name, its lengths included (RFC 1035 §2.3.4).
const MOST_BYTES: usize = 255;
/// Bytes of an encoded NetBIOS name (RFC 1001 §14.1).
const NETBIOS_BYTES: usize = 32;

/// A name at its place in a message.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Name<'a> {
    /// The name at an offset, and the offset behind it. `None` when it is cut or contradicts itself.
    pub fn parse(message: &'a [u8], at: usize) -> Option<(Self, usize)> {
        let name = Self { message, at };
        let mut labels = name.labels();
        while !labels.next()?.is_empty() {}
        Some((name, labels.behind.unwrap_or(labels.at + 1)))
    }

    /// Writes the text after what is in `text`: labels with dots between them, "." for the root. What is not printable,
    /// and dots in labels, are escaped as in RFC 1035 §5.1.
    pub fn write(&self, text: &mut String) {
        let start = text.len();
        let mut labels = self.labels();
        while let Some(label @ [_, ..]) = labels.next() {
            if text.len() > start {
                text.push('.');
            }
            write_label(label, text);
        }
        if text.len() == start {
            text.push('.');
        }
    }

    /// The same for a NetBIOS name (RFC 1001 §14): the name itself, what it names in hexadecimal, and its scope.
    pub fn write_netbios(&self, text: &mut String) {
        let mut labels = self.labels();
        let Some(name) = labels.next().and_then(netbios) else { return self.write(text) };
        let [name @ .., suffix] = &name;
        write_label(name.trim_ascii_end(), text);
        let _ = write!(text, "<{suffix:02x}>");
        while let Some(label @ [_, ..]) = labels.next() {
            text.push('.');
            write_label(label, text);
        }
    }

    /// Whether it has labels, and all are of letters, digits, hyphens and underscores, as names of hosts and services are.
    pub fn is_host_like(&self) -> bool {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let mut labels = self.labels();
        let mut any = false;
        while let Some(label @ [_, ..]) = labels.next() {
            if !label.iter().all(plain) {
                return false;
            }
            any = true;
        }
        any
    }

    fn labels(&self) -> Labels<'a> {
        Labels { message: self.message, at: self.at, left: MOST_BYTES, behind: None }
    }
}

/// Walks the labels of a name.
struct Labels<'a> {
    message: &'a [u8],
    at: usize,
    /// Bytes that the name may still have.
    left: usize,
    /// Where the name ends in the message, once a pointer was followed.
    behind: Option<usize>,
}

impl<'a> Labels<'a> {
    /// The next label, which is empty at the end of the name.
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let length = *self.message.get(self.at)?;
            match length {
                0 => return Some(&[]),
                1..=63 => {
                    let start = self.at + 1;
                    self.at = start + usize::from(length);
                    self.left = self.left.checked_sub(1 + usize::from(length))?;
                    return self.message.get(start..self.at);
                }
                0xc0.. => {
                    let to = usize::from(length & 0x3f) << 8 | usize::from(*self.message.get(self.at + 1)?);
                    // Only back, so that there is an end to it.
                    if to >= self.at {
                        return None;
                    }
                    self.behind.get_or_insert(self.at + 2);
                    self.at = to;
                }
                _ => return None,
            }
        }
    }
}

/// Decodes a NetBIOS name: each byte is two letters from A on.
fn netbios(label: &[u8]) -> Option<[u8; NETBIOS_BYTES / 2]> {
    let letters: &[u8; NETBIOS_BYTES] = label.try_into().ok()?;
    if !letters.iter().all(|letter| (b'A'..=b'P').contains(letter)) {
        return None;
    }
    let mut name = [0; NETBIOS_BYTES / 2];
    for (byte, pair) in name.iter_mut().zip(letters.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |byte, letter| byte << 4 | (letter - b'A'));
    }
    Some(name)
}

fn write_label(label: &[u8], text: &mut String) {
    let usual = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'.' | b'\\');
    if let Ok(label) = std::str::from_utf8(label)
        && label.as_bytes().iter().all(usual)
    {
        return text.push_str(label);
    }
    for chunk in label.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '.' | '\\' => text.extend(['\\', character]),
                _ if is_plain(character) => text.push(character),
                _ => character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| escape(byte, text)),
            }
        }
        chunk.invalid().iter().for_each(|&byte| escape(byte, text));
    }
}

fn escape(byte: u8, text: &mut String) {
    let _ = write!(text, "\\{byte:03}");
}

/// Whether a character shows as itself: it controls nothing, nor does it change the direction or join of others.
fn is_plain(character: char) -> bool {
    let hidden = matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !character.is_control() && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &[u8], at: usize) -> Option<(String, usize)> {
        let (name, end) = Name::parse(message, at)?;
        let mut text = String::new();
        name.write(&mut text);
        Some((text, end))
    }

    #[test]
    fn labels_and_pointers() {
        let message = b"\x03www\x02ab\x00\x01x\xc0\x04\xc0\x08";
        assert_eq!(text(message, 0), Some(("www.ab".into(), 8)));
        assert_eq!(text(message, 8), Some(("x.ab".into(), 12)));
        assert_eq!(text(message, 12), Some(("x.ab".into(), 14)));
        assert_eq!(text(b"\x00", 0), Some((".".into(), 1)));
    }

    #[test]
    fn what_has_no_end_or_is_cut_is_no_name() {
        for message in [&b"\x03ww"[..], b"", b"\xc0\x00", b"\x01a\xc0\x02", b"\x01a\xc0", b"\x40", b"\x80a\x00"] {
            assert_eq!(text(message, 0), None, "{message:?}");
        }
        assert_eq!(text(&[b"\x3f".as_slice(), &[b'a'; 63]].concat().repeat(4), 0), None);
    }

    #[test]
    fn what_is_not_plain_is_escaped() {
        assert_eq!(text(b"\x05a.\\\n\xff\x00", 0), Some(("a\\.\\\\\\010\\255".into(), 7)));
        assert_eq!(text("\x09Bob\u{2019}sé\x00".as_bytes(), 0), Some(("Bob\u{2019}sé".into(), 11)));
        assert_eq!(text("\x04a\u{202e}\x00".as_bytes(), 0), Some(("a\\226\\128\\174".into(), 6)));
    }

    #[test]
    fn netbios_names() {
        let mut message = vec![32];
        for byte in b"WPAD           \x1c" {
            message.extend([b'A' + (byte >> 4), b'A' + (byte & 15)]);
        }
        let write = |message: &[u8]| {
            let mut text = String::new();
            Name::parse(message, 0).expect("a name").0.write_netbios(&mut text);
            text
        };
        assert_eq!(write(&[&message[..], b"\x00"].concat()), "WPAD<1c>");
        assert_eq!(write(&[&message[..], b"\x05scope\x00"].concat()), "WPAD<1c>.scope");
        assert_eq!(write(b"\x04WPAD\x00"), "WPAD");
    }
}

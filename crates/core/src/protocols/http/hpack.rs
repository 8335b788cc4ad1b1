//! Header fields of HTTP/2 (HPACK, RFC 7541), as far as a transaction needs them. Of all other fields only the lengths are
//! kept, which the dynamic table is counted by.

use std::collections::VecDeque;

use super::huffman;

/// Size of the dynamic table until its owner says otherwise (RFC 9113 §6.5.2).
const DEFAULT_TABLE_BYTES: usize = 4096;
/// Tables beyond this are of no honest peer.
const MOST_TABLE_BYTES: usize = 1 << 20;
/// What an entry counts besides its strings (RFC 7541 §4.1).
const ENTRY_BYTES: usize = 32;
const MOST_STRING_BYTES: usize = 32 << 10;
const MOST_FIELDS: usize = 1024;

/// A field that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Authority,
    Method,
    Path,
    Status,
    Other,
}

/// The static table (RFC 7541 appendix A) up to the last field that matters: name and value.
const STATIC: [(Name, &[u8], &[u8]); 14] = [
    (Name::Authority, b":authority", b""),
    (Name::Method, b":method", b"GET"),
    (Name::Method, b":method", b"POST"),
    (Name::Path, b":path", b"/"),
    (Name::Path, b":path", b"/index.html"),
    (Name::Other, b":scheme", b"http"),
    (Name::Other, b":scheme", b"https"),
    (Name::Status, b":status", b"200"),
    (Name::Status, b":status", b"204"),
    (Name::Status, b":status", b"206"),
    (Name::Status, b":status", b"304"),
    (Name::Status, b":status", b"400"),
    (Name::Status, b":status", b"404"),
    (Name::Status, b":status", b"500"),
];
/// Lengths of the names in the rest of it, from accept-charset to www-authenticate.
const OTHER_NAMES: [u8; 47] = [
    14, 15, 15, 13, 6, 27, 3, 5, 13, 13, 19, 16, 16, 14, 16, 13, 12, 6, 4, 4, 6, 7, 4, 4, 8, 17, 13, 8, 19, 13, 4, 8,
    12, 18, 19, 5, 7, 7, 11, 6, 10, 25, 17, 10, 4, 3, 16,
];

/// An entry: its name, the lengths of both strings, and the value where it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: Name,
    name_bytes: usize,
    value_bytes: usize,
    value: Box<[u8]>,
}

impl Field {
    fn size(&self) -> usize {
        self.name_bytes + self.value_bytes + ENTRY_BYTES
    }
}

/// The fields of a header block that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// `:method`.
    pub method: Option<Box<[u8]>>,
    /// `:path`.
    pub path: Option<Box<[u8]>>,
    /// `:authority`.
    pub authority: Option<Box<[u8]>>,
    /// `:status`.
    pub status: Option<u16>,
}

impl Fields {
    fn take(&mut self, field: Field) {
        match field.name {
            Name::Method => self.method = Some(field.value),
            Name::Path => self.path = Some(field.value),
            Name::Authority => self.authority = Some(field.value),
            Name::Status => self.status = std::str::from_utf8(&field.value).ok().and_then(|text| text.parse().ok()),
            Name::Other => {}
        }
    }
}

/// One direction's memory of fields.
#[derive(Debug)]
pub struct Decoder {
    dynamic: VecDeque<Field>,
    bytes: usize,
    most_bytes: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { dynamic: VecDeque::new(), bytes: 0, most_bytes: DEFAULT_TABLE_BYTES }
    }
}

impl Decoder {
    /// Reads a header block; `None` when it is none, after which nothing further can be read.
    pub fn decode(&mut self, mut block: &[u8]) -> Option<Fields> {
        let mut fields = Fields::default();
        for _ in 0..MOST_FIELDS {
            let Some(&first) = block.first() else { return Some(fields) };
            let field = if first & 0x80 != 0 {
                let index = integer(&mut block, 7)?;
                self.indexed(index)?
            } else if first & 0xe0 == 0x20 {
                let most_bytes = integer(&mut block, 5)?;
                self.resize(most_bytes)?;
                continue;
            } else {
                self.literal(&mut block, first & 0x40 != 0)?
            };
            fields.take(field);
        }
        None
    }

    /// Memory beyond the struct itself, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.dynamic.capacity() * size_of::<Field>() + self.bytes
    }

    fn literal(&mut self, block: &mut &[u8], remember: bool) -> Option<Field> {
        let index = integer(block, if remember { 6 } else { 4 })?;
        let (name, name_bytes) = if index == 0 {
            let name = string(block)?;
            (named(&name), name.len())
        } else {
            let field = self.indexed(index)?;
            (field.name, field.name_bytes)
        };
        let value = string(block)?;
        let value_bytes = value.len();
        let value = if name == Name::Other { Box::default() } else { value.into_boxed_slice() };
        let field = Field { name, name_bytes, value_bytes, value };
        if remember {
            self.bytes += field.size();
            self.dynamic.push_front(field.clone());
            self.evict();
        }
        Some(field)
    }

    fn indexed(&self, index: usize) -> Option<Field> {
        let index = index.checked_sub(1)?;
        if let Some(&(name, text, value)) = STATIC.get(index) {
            return Some(Field { name, name_bytes: text.len(), value_bytes: value.len(), value: value.into() });
        }
        let index = index - STATIC.len();
        if let Some(&name_bytes) = OTHER_NAMES.get(index) {
            let value = Box::default();
            return Some(Field { name: Name::Other, name_bytes: name_bytes.into(), value_bytes: 0, value });
        }
        self.dynamic.get(index - OTHER_NAMES.len()).cloned()
    }

    fn resize(&mut self, most_bytes: usize) -> Option<()> {
        (most_bytes <= MOST_TABLE_BYTES).then_some(())?;
        self.most_bytes = most_bytes;
        self.evict();
        Some(())
    }

    fn evict(&mut self) {
        while self.bytes > self.most_bytes {
            let Some(oldest) = self.dynamic.pop_back() else { return };
            self.bytes -= oldest.size();
        }
    }
}

fn named(name: &[u8]) -> Name {
    match name {
        b":authority" => Name::Authority,
        b":method" => Name::Method,
        b":path" => Name::Path,
        b":status" => Name::Status,
        _ => Name::Other,
    }
}

/// A whole number whose first byte has `prefix` bits of it (RFC 7541 §5.1).
fn integer(block: &mut &[u8], prefix: u8) -> Option<usize> {
    let (&first, mut rest) = block.split_first()?;
    let most = (1_usize << prefix) - 1;
    let mut number = usize::from(first) & most;
    if number == most {
        for shift in (0..=21).step_by(7) {
            let (&next, after) = rest.split_first()?;
            rest = after;
            number += usize::from(next & 0x7f) << shift;
            if next < 0x80 {
                *block = rest;
                return Some(number);
            }
        }
        return None;
    }
    *block = rest;
    Some(number)
}

/// A string, as it is or in Huffman's code (RFC 7541 §5.2).
fn string(block: &mut &[u8]) -> Option<Vec<u8>> {
    let coded = block.first()? & 0x80 != 0;
    let length = integer(block, 7)?;
    let (text, rest) = block.split_at_checked(length)?;
    *block = rest;
    if coded { huffman::decode(text, MOST_STRING_BYTES) } else { (length <= MOST_STRING_BYTES).then(|| text.to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: Option<&[u8]>) -> Option<&str> {
        value.and_then(|value| std::str::from_utf8(value).ok())
    }

    #[test]
    fn three_requests_of_the_standard() {
        // RFC 7541 C.4: each refers to what those before it left in the table.
        let blocks: [&[u8]; 3] = [
            b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff",
            b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf",
            b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf",
        ];
        let mut decoder = Decoder::default();
        for (block, path, bytes) in [(blocks[0], "/", 57), (blocks[1], "/", 110), (blocks[2], "/index.html", 164)] {
            let fields = decoder.decode(block).expect("a header block");
            assert_eq!(text(fields.method.as_deref()), Some("GET"));
            assert_eq!(text(fields.path.as_deref()), Some(path));
            assert_eq!(text(fields.authority.as_deref()), Some("www.example.com"));
            assert_eq!(decoder.bytes, bytes, "the size of the table");
        }
    }

    #[test]
    fn a_response_and_an_eviction() {
        // RFC 7541 C.5.1 with a table of 256 bytes: the fourth entry drives none out, the next status does.
        let mut decoder = Decoder { most_bytes: 256, ..Decoder::default() };
        let first = b"\x48\x03302\x58\x07private\x61\x1dMon, 21 Oct 2013 20:13:21 GMT\x6e\x17https://www.example.com";
        assert_eq!(decoder.decode(first).and_then(|fields| fields.status), Some(302));
        assert_eq!(decoder.bytes, 222);
        assert_eq!(decoder.decode(b"\x48\x03307\xc1\xc0\xbf").and_then(|fields| fields.status), Some(307));
        assert_eq!((decoder.bytes, decoder.dynamic.len()), (222, 4));
    }

    #[test]
    fn hostile_blocks_are_refused() {
        let refused = |block: &[u8]| Decoder::default().decode(block).is_none();
        assert!(refused(b"\x80"), "index 0");
        assert!(refused(b"\xbe"), "nothing in the table");
        assert!(refused(b"\x7f\xff\xff\xff\xff\xff"), "a number without end");
        assert!(refused(b"\x40\x7f"), "a string that is cut");
        assert!(refused(b"\x3f\xff\xff\xff\x7f"), "a table beyond all measure");
    }
}

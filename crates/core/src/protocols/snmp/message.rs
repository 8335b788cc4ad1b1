//! A message of SNMP (RFC 1157, RFC 1901, RFC 3412): bytes → struct, no memory. Of who asks (the community, the user) and
//! of values nothing is kept.

use std::fmt::Write as _;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// Numbers of an object that are shown.
const MOST_NUMBERS: usize = 32;

/// What a message wants or says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The values of variables.
    Get,
    /// The values of what follows on variables.
    GetNext,
    /// An answer.
    Response,
    /// Variables are to be set.
    Set,
    /// A notification of version 1.
    TrapV1,
    /// The values of much that follows on variables.
    GetBulk,
    /// A notification that is to be acknowledged.
    Inform,
    /// A notification.
    Trap,
    /// An answer of the message layer.
    Report,
}

impl Operation {
    /// By the tag of the data unit.
    fn of(tag: u8) -> Option<Self> {
        Some(match tag {
            0xa0 => Self::Get,
            0xa1 => Self::GetNext,
            0xa2 => Self::Response,
            0xa3 => Self::Set,
            0xa4 => Self::TrapV1,
            0xa5 => Self::GetBulk,
            0xa6 => Self::Inform,
            0xa7 => Self::Trap,
            0xa8 => Self::Report,
            _ => return None,
        })
    }

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::GetNext => "get_next",
            Self::Response => "response",
            Self::Set => "set",
            Self::TrapV1 | Self::Trap => "trap",
            Self::GetBulk => "get_bulk",
            Self::Inform => "inform",
            Self::Report => "report",
        }
    }

    /// Whether it answers another message.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Response | Self::Report)
    }
}

/// A data unit.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// What it wants or says.
    pub operation: Operation,
    /// Number of the request; none in a trap of version 1.
    pub request: Option<i64>,
    /// What went wrong, in an answer.
    pub error_status: i64,
    /// Which variable it went wrong with, from 1; 0 for none.
    pub error_index: i64,
    /// How many variables it names, as far as was captured.
    pub variables: u32,
    /// The first variable.
    object: &'a [u8],
}

impl<'a> Unit<'a> {
    fn parse(operation: Operation, mut content: &'a [u8]) -> Option<Self> {
        let mut unit = Self { operation, request: None, error_status: 0, error_index: 0, variables: 0, object: &[] };
        if operation == Operation::TrapV1 {
            return Some(unit);
        }
        unit.request = Some(integer(&mut content)?);
        let (status, index) = (integer(&mut content)?, integer(&mut content)?);
        if operation != Operation::GetBulk {
            // Where a bulk request says how much it wants.
            (unit.error_status, unit.error_index) = (status, index);
        }
        let mut variables = take(&mut content, SEQUENCE).unwrap_or_default();
        while let Some(mut variable) = take(&mut variables, SEQUENCE) {
            let object = take(&mut variable, OBJECT).unwrap_or_default();
            if unit.variables == 0 {
                unit.object = object;
            }
            unit.variables += 1;
        }
        Some(unit)
    }

    /// The first variable in dotted numbers.
    pub fn object_text(&self) -> Option<String> {
        let mut text = String::new();
        let mut number = 0_u64;
        let mut numbers = 0;
        for byte in self.object {
            number = number << 7 & (u64::MAX >> 8) | u64::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if numbers == 0 {
                // Two in one (X.690 §8.19.4).
                let first = (number / 40).min(2);
                let _ = write!(text, "{first}.{}", number - 40 * first);
            } else {
                let _ = write!(text, ".{number}");
            }
            (number, numbers) = (0, numbers + 1);
            if numbers == MOST_NUMBERS {
                break;
            }
        }
        (numbers > 0).then_some(text)
    }
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Version as people write it: 1, 2c, 3.
    pub version: &'static str,
    /// Number of the message, in version 3.
    pub number: Option<i64>,
    /// What it carries; `None` when that is encrypted or cut.
    pub unit: Option<Unit<'a>>,
}

impl<'a> Message<'a> {
    /// The message in `bytes`, which may be cut behind its beginning.
    pub fn parse(mut bytes: &'a [u8]) -> Option<Self> {
        let mut content = take(&mut bytes, SEQUENCE)?;
        match integer(&mut content)? {
            0 => Self::with_community("1", content),
            1 => Self::with_community("2c", content),
            3 => Self::with_user(content),
            _ => None,
        }
    }

    fn with_community(version: &'static str, mut content: &'a [u8]) -> Option<Self> {
        take(&mut content, OCTETS)?;
        let unit = unit(content);
        unit.is_some().then_some(Self { version, number: None, unit })
    }

    /// RFC 3412 §6.
    fn with_user(mut content: &'a [u8]) -> Option<Self> {
        let mut header = take(&mut content, SEQUENCE)?;
        let number = integer(&mut header)?;
        take(&mut content, OCTETS)?;
        let unit = take(&mut content, SEQUENCE).and_then(|mut scoped| {
            take(&mut scoped, OCTETS)?;
            take(&mut scoped, OCTETS)?;
            unit(scoped)
        });
        Some(Self { version: "3", number: Some(number), unit })
    }

    /// What the answer to it has in common with it.
    pub fn id(&self) -> Option<i64> {
        self.number.or_else(|| self.unit?.request)
    }
}

fn unit(mut content: &[u8]) -> Option<Unit<'_>> {
    let (tag, content) = element(&mut content)?;
    Unit::parse(Operation::of(tag)?, content)
}

/// A whole number of at most eight bytes.
fn integer(bytes: &mut &[u8]) -> Option<i64> {
    let content = take(bytes, INTEGER)?;
    let (first, _) = content.split_first()?;
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    (content.len() <= 8).then(|| content.iter().fold(sign, |number, &byte| number << 8 | i64::from(byte)))
}

/// The content of the next element if it has this tag.
fn take<'a>(bytes: &mut &'a [u8], wanted: u8) -> Option<&'a [u8]> {
    let mut rest = *bytes;
    let (tag, content) = element(&mut rest)?;
    (tag == wanted).then(|| {
        *bytes = rest;
        content
    })
}

/// The next element: its tag, and what was captured of its content (X.690 §8.1).
fn element<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, length], mut rest) = bytes.split_first_chunk()?;
    let mut length = usize::from(length);
    if length > 0x80 {
        let digits;
        (digits, rest) = rest.split_at_checked(length & 0x7f)?;
        if digits.len() > 4 {
            return None;
        }
        length = digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit));
    }
    let content;
    (content, *bytes) = rest.split_at(length.min(rest.len()));
    Some((tag, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element_of(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        [&[tag, content.len() as u8], &content[..]].concat()
    }

    fn pdu(tag: u8, request: &[u8], error: u8) -> Vec<u8> {
        let object = element_of(OBJECT, &[&[0x2b, 6, 1, 2, 1, 0x81, 0x00]]);
        let variable = element_of(SEQUENCE, &[&object, &[5, 0]]);
        element_of(
            tag,
            &[
                &element_of(INTEGER, &[request]),
                &[2, 1, error],
                &[2, 1, 0],
                &element_of(SEQUENCE, &[&variable, &variable]),
            ],
        )
    }

    #[test]
    fn versions_with_a_community() {
        let bytes = element_of(SEQUENCE, &[&[2, 1, 1], &[4, 6], b"public", &pdu(0xa2, &[0xff, 0x01], 2)]);
        let message = Message::parse(&bytes).expect("a message");
        let unit = message.unit.expect("a unit");
        assert_eq!((message.version, message.id(), unit.operation), ("2c", Some(-255), Operation::Response));
        assert_eq!((unit.error_status, unit.variables), (2, 2));
        assert_eq!(unit.object_text().as_deref(), Some("1.3.6.1.2.1.128"));
    }

    #[test]
    fn version_3_in_clear_text_and_encrypted() {
        let header = element_of(SEQUENCE, &[&[2, 1, 77, 2, 1, 100, 4, 1, 0, 2, 1, 3]]);
        let scoped = element_of(SEQUENCE, &[&[4, 0, 4, 0], &pdu(0xa8, &[9], 0)]);
        let clear = element_of(SEQUENCE, &[&[2, 1, 3], &header, &[4, 0], &scoped]);
        let message = Message::parse(&clear).expect("a message");
        assert_eq!((message.id(), message.unit.map(|unit| unit.operation)), (Some(77), Some(Operation::Report)));
        let encrypted = element_of(SEQUENCE, &[&[2, 1, 3], &header, &[4, 0], &element_of(OCTETS, &[&[1; 20]])]);
        let message = Message::parse(&encrypted).expect("a message");
        assert_eq!((message.id(), message.unit.is_none()), (Some(77), true));
    }

    #[test]
    fn what_is_none() {
        for bytes in [
            &b""[..],
            b"\x30",
            b"\x30\x85\x01\x01\x01\x01\x01\x02\x01\x00",
            b"\x30\x03\x02\x01\x02",
            b"\x30\x05\x02\x01\x00\x05\x00",
        ] {
            assert!(Message::parse(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn a_long_object_is_cut() {
        let unit = Unit { object: &[1; 500], ..Unit::parse(Operation::TrapV1, &[]).expect("a trap") };
        assert_eq!(unit.object_text().map(|text| text.split('.').count()), Some(MOST_NUMBERS + 1));
        let endless = Unit { object: &[0xff; 500], ..unit };
        assert_eq!(endless.object_text(), None);
    }
}

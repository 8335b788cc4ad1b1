//! What a certificate tells people: names, issuer and dates (X.509 in DER, RFC 5280 §4.1).
//!
//! A walk of our own: four fields are wanted, of bytes that anybody may have sent, and nothing is to be verified.

use super::read::{Read, text};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BMP_STRING: u8 = 0x1e;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];

/// So many alternative names are kept.
const MOST_NAMES: usize = 20;
/// Characters kept of a name.
const MOST_CHARS: usize = 256;
/// Years that nanoseconds since 1970 can tell.
const YEARS: std::ops::Range<i64> = 1678..2262;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Common name, or else the organisation.
    pub subject: Option<String>,
    /// Names of hosts and addresses, joined by commas.
    pub names: Option<String>,
    /// The issuer's common name, or else its organisation.
    pub issuer: Option<String>,
    /// From when it is valid, since 1970 UTC.
    pub not_before_ns: Option<i64>,
    /// Until when, since 1970 UTC.
    pub not_after_ns: Option<i64>,
}

impl Certificate {
    /// Reads a certificate; `None` if the bytes are none.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let mut whole = Read(expect(&mut Read(der), SEQUENCE)?);
        let mut read = Read(expect(&mut whole, SEQUENCE)?);
        let (mut tag, _) = element(&mut read)?; // the version, which is left out for version 1, or the serial number
        if tag == 0xa0 {
            (tag, _) = element(&mut read)?;
        }
        (tag == 0x02).then_some(())?;
        expect(&mut read, SEQUENCE)?; // signature algorithm
        let issuer = name(expect(&mut read, SEQUENCE)?);
        let mut validity = Read(expect(&mut read, SEQUENCE)?);
        let (not_before_ns, not_after_ns) = (time_ns(&mut validity), time_ns(&mut validity));
        let subject = name(expect(&mut read, SEQUENCE)?);
        Some(Self { subject, names: alternative_names(&mut read), issuer, not_before_ns, not_after_ns })
    }

    /// Memory in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        let texts = [&self.subject, &self.names, &self.issuer];
        size_of::<Self>() + texts.into_iter().flatten().map(String::capacity).sum::<usize>()
    }
}

/// The next element: its tag and its contents.
fn element<'a>(read: &mut Read<'a>) -> Option<(u8, &'a [u8])> {
    let tag = read.u8()?;
    let length = match read.u8()? {
        short @ ..=0x7f => usize::from(short),
        long @ 0x81..=0x84 => usize::try_from(read.number(usize::from(long & 0x7f))?).ok()?,
        _ => return None,
    };
    Some((tag, read.bytes(length)?))
}

fn expect<'a>(read: &mut Read<'a>, wanted: u8) -> Option<&'a [u8]> {
    element(read).filter(|(tag, _)| *tag == wanted).map(|(_, contents)| contents)
}

fn elements(contents: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut read = Read(contents);
    std::iter::from_fn(move || element(&mut read))
}

/// The common name of a distinguished name, or else its organisation.
fn name(contents: &[u8]) -> Option<String> {
    let attributes = elements(contents).filter(|(tag, _)| *tag == SET).flat_map(|(_, set)| elements(set));
    let (mut common, mut organization) = (None, None);
    for (_, attribute) in attributes {
        let mut read = Read(attribute);
        let Some(kind) = expect(&mut read, OBJECT_IDENTIFIER) else { continue };
        let Some((tag, value)) = element(&mut read) else { continue };
        match kind {
            COMMON_NAME => common = Some(string(tag, value)),
            ORGANIZATION => organization = Some(string(tag, value)),
            _ => {}
        }
    }
    common.or(organization)
}

fn string(tag: u8, value: &[u8]) -> String {
    if tag != BMP_STRING {
        return text(value, MOST_CHARS);
    }
    let units = value.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte)));
    let decoded: String = char::decode_utf16(units).map(|char| char.unwrap_or('\u{fffd}')).collect();
    text(decoded.as_bytes(), MOST_CHARS)
}

fn alternative_names(rest: &mut Read<'_>) -> Option<String> {
    let extensions = elements(rest.0).find(|(tag, _)| *tag == EXTENSIONS)?.1;
    let list = expect(&mut Read(extensions), SEQUENCE)?;
    let names = elements(list).find_map(|(_, extension)| {
        let mut read = Read(extension);
        let kind = expect(&mut read, OBJECT_IDENTIFIER)?;
        let contents = elements(read.0).find(|(tag, _)| *tag == OCTET_STRING)?.1;
        (kind == SUBJECT_ALT_NAME).then_some(contents)
    })?;
    let names = elements(expect(&mut Read(names), SEQUENCE)?).filter_map(|(tag, value)| alternative_name(tag, value));
    let names: Vec<String> = names.take(MOST_NAMES).collect();
    (!names.is_empty()).then(|| names.join(","))
}

fn alternative_name(tag: u8, value: &[u8]) -> Option<String> {
    match tag {
        DNS_NAME => Some(text(value, MOST_CHARS)),
        IP_ADDRESS => match value.len() {
            4 => value.first_chunk::<4>().map(|&bytes| std::net::Ipv4Addr::from(bytes).to_string()),
            16 => value.first_chunk::<16>().map(|&bytes| std::net::Ipv6Addr::from(bytes).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The next time, since 1970 UTC (RFC 5280 §4.1.2.5).
fn time_ns(read: &mut Read<'_>) -> Option<i64> {
    let (tag, value) = element(read)?;
    let digits = value.strip_suffix(b"Z")?;
    let mut pairs = digits.chunks_exact(2).map(|pair| match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    });
    let mut next = || pairs.next().flatten();
    let year = match tag {
        UTC_TIME => next().map(|year| if year < 50 { 2000 + year } else { 1900 + year })?,
        GENERALIZED_TIME => next()? * 100 + next()?,
        _ => return None,
    };
    let (month, day, hour, minute) = (next()?, next()?, next()?, next()?);
    let second = next().unwrap_or(0);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if !YEARS.contains(&year) {
        return Some(if year < YEARS.start { i64::MIN } else { i64::MAX }); // such as 9999: without an end
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(seconds * 1_000_000_000)
}

/// Days since 1970 of a date of the Gregorian calendar. Years begin in March, so that a leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2026, 11, 24), 20_781);
    }

    #[test]
    fn times_are_of_two_kinds() {
        let time = |tag: u8, text: &[u8]| time_ns(&mut Read(&[&[tag, text.len() as u8], text].concat()));
        assert_eq!(time(UTC_TIME, b"700101000001Z"), Some(1_000_000_000));
        assert_eq!(time(GENERALIZED_TIME, b"20260101000000Z"), Some(1_767_225_600_000_000_000));
        assert_eq!(time(GENERALIZED_TIME, b"99991231235959Z"), Some(i64::MAX));
        assert_eq!(time(UTC_TIME, b"700101000001+0100"), None);
        assert_eq!(time(UTC_TIME, b"701301000001Z"), None);
    }

    #[test]
    fn names_of_wide_characters_are_read() {
        assert_eq!(string(BMP_STRING, &[0, b'a', 0x30, 0x42]), "a\u{3042}");
    }
}

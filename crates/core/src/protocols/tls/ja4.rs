//! JA4, a fingerprint of TLS clients (FoxIO, technical details of JA4; this one is under the BSD 3-clause licence).
//!
//! ```text
//! t13d1516h2_8daaf6152771_e5627efa2ab1
//! |          |            extensions, sorted, and signature algorithms: the first half of 6 bytes of their SHA-256
//! |          cipher suites, sorted, in the same way
//! transport, version, d(omain) or i(p), counts of ciphers and extensions, ends of the first protocol
//! ```

use sha2::{Digest, Sha256};

use super::message::ClientHello;

/// What carries a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// TLS over TCP.
    Tcp,
    /// DTLS.
    Dtls,
    /// QUIC.
    Quic,
}

impl Carrier {
    fn letter(self) -> char {
        match self {
            Self::Tcp => 't',
            Self::Dtls => 'd',
            Self::Quic => 'q',
        }
    }
}

const SERVER_NAME: u16 = 0x0000;
const ALPN: u16 = 0x0010;
/// The hash of nothing.
const NONE: &str = "000000000000";

/// The fingerprint of a whole hello.
pub(crate) fn ja4(hello: &ClientHello<'_>, carrier: Carrier) -> String {
    let mut ciphers: Vec<u16> = hello.ciphers().collect();
    let mut extensions: Vec<u16> = hello.extensions().collect();
    let mut text = format!(
        "{}{}{}{:02}{:02}{}_",
        carrier.letter(),
        version(hello.version()),
        if hello.has_server_name() { 'd' } else { 'i' },
        ciphers.len().min(99),
        extensions.len().min(99),
        protocol(hello.protocols().next().unwrap_or_default()),
    );
    ciphers.sort_unstable();
    text.push_str(&hash(&list(ciphers)));
    text.push('_');
    extensions.retain(|&kind| kind != SERVER_NAME && kind != ALPN);
    extensions.sort_unstable();
    let mut told = list(extensions);
    let algorithms = list(hello.signature_algorithms());
    if !told.is_empty() && !algorithms.is_empty() {
        told.push('_');
        told.push_str(&algorithms);
    }
    text.push_str(&hash(&told));
    text
}

fn version(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    }
}

/// The first and the last character of a name; of its digits where these are no letters.
fn protocol(name: &[u8]) -> String {
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else { return "00".to_owned() };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(first), char::from(last)].iter().collect();
    }
    format!("{:x}{:x}", first >> 4, last & 0xf)
}

fn list(numbers: impl IntoIterator<Item = u16>) -> String {
    let mut text = String::with_capacity(256);
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        push_hex(&mut text, &number.to_be_bytes());
    }
    text
}

fn hash(text: &str) -> String {
    if text.is_empty() {
        return NONE.to_owned();
    }
    let mut digits = String::with_capacity(NONE.len());
    push_hex(&mut digits, &Sha256::digest(text)[..NONE.len() / 2]);
    digits
}

/// Adds two digits for each byte. A hello has hundreds, and `format!` would cost more than the hash.
fn push_hex(text: &mut String, bytes: &[u8]) {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    text.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_specification() {
        let ciphers = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9";
        assert_eq!(hash(ciphers), "8daaf6152771");
        let extensions = "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01";
        let algorithms = "0403,0804,0401,0503,0805,0501,0806,0601";
        assert_eq!(hash(&format!("{extensions}_{algorithms}")), "e5627efa2ab1");
        assert_eq!(hash(""), NONE);
    }

    #[test]
    fn protocols_are_told_by_their_ends() {
        assert_eq!(protocol(b"h2"), "h2");
        assert_eq!(protocol(b"http/1.1"), "h1");
        assert_eq!(protocol(&[0xab, 0xcd]), "ad");
        assert_eq!(protocol(b""), "00");
    }
}

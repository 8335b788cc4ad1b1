//! Text → filter, in the words of pcap-filter(7).

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::expression::{End, Expression};
use crate::decode::Protocol;

/// Parentheses and negations within each other; deeper ones are refused, so that no text can exhaust the stack.
const MOST_DEEP: usize = 50;
const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;

/// Why a text is no filter. Its text is one line: what is wrong, where, and what would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError(String);

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FilterError {}

type Parsed = Result<Expression, FilterError>;

/// What a bare value after `and` or `or` is one more of: `port 80 or 443`.
#[derive(Debug, Clone, Copy)]
struct Kind {
    end: End,
    what: What,
    protocol: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Host,
    Net,
    Port,
    PortRange,
}

struct Parser<'a> {
    words: Vec<&'a str>,
    at: usize,
    deep: usize,
    last: Option<Kind>,
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser { words: words(text), at: 0, deep: 0, last: None };
    if parser.words.is_empty() {
        return Err(FilterError("the filter is empty: give one such as `host 192.0.2.1 and tcp port 443`".to_owned()));
    }
    let expression = parser.any()?;
    match parser.next() {
        None => Ok(expression),
        Some(word) => {
            Err(FilterError(format!("`{word}` does not belong there in the filter: put `and` or `or` before it")))
        }
    }
}

/// Words, and the signs `( ) ! && ||` wherever they stand.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let sign = ["(", ")", "!", "&&", "||"].into_iter().find(|sign| rest.starts_with(sign));
        let length = sign.map_or_else(
            || rest.find(|c: char| c.is_whitespace() || "()!&|".contains(c)).unwrap_or(rest.len()).max(1),
            str::len,
        );
        let length = (length..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.at += usize::from(word.is_some());
        word
    }

    fn take(&mut self, choices: &[&str]) -> bool {
        let found = self.peek().is_some_and(|word| choices.contains(&word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Parsed {
        let mut parts = vec![self.all()?];
        while self.take(&["or", "||"]) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn all(&mut self) -> Parsed {
        let mut parts = vec![self.one()?];
        while self.take(&["and", "&&"]) {
            parts.push(self.one()?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn one(&mut self) -> Parsed {
        self.deep += 1;
        if self.deep > MOST_DEEP {
            return Err(FilterError(format!("the filter is nested more than {MOST_DEEP} deep: make it simpler")));
        }
        let result = if self.take(&["not", "!"]) {
            Ok(Expression::Not(Box::new(self.one()?)))
        } else if self.take(&["("]) {
            let inner = self.any()?;
            if self.take(&[")"]) { Ok(inner) } else { Err(FilterError("a `(` of the filter is not closed".to_owned())) }
        } else {
            self.primitive()
        };
        self.deep -= 1;
        result
    }

    fn primitive(&mut self) -> Parsed {
        let protocol = match self.peek() {
            Some("tcp") => Some(TCP),
            Some("udp") => Some(UDP),
            Some("sctp") => Some(SCTP),
            _ => None,
        };
        if let Some(layer) = self.peek().and_then(layer) {
            self.at += 1;
            let goes_on = matches!(self.peek(), Some("src" | "dst" | "port" | "portrange" | "host" | "net"));
            if !goes_on {
                return Ok(Expression::Layer(layer));
            }
            let rest = self.qualified(protocol)?;
            return Ok(if protocol.is_some() && matches!(rest, Expression::Port(..)) {
                rest
            } else {
                Expression::And(vec![Expression::Layer(layer), rest])
            });
        }
        if self.take(&["vlan"]) {
            let number = self.peek().and_then(|word| word.parse().ok());
            self.at += usize::from(number.is_some());
            return Ok(Expression::Vlan(number));
        }
        if self.take(&["proto"]) {
            let word = self.next().unwrap_or("");
            let number =
                word.parse().map_err(|_| FilterError(format!("`{word}` is no IP protocol number (0 to 255)")))?;
            return Ok(Expression::IpProtocol(number));
        }
        self.qualified(None)
    }

    /// `[src|dst] [host|net|port|portrange] VALUE`, or one more value of the kind before.
    fn qualified(&mut self, protocol: Option<u8>) -> Parsed {
        let end = match self.peek() {
            Some("src") => Some(End::Source),
            Some("dst") => Some(End::Destination),
            _ => None,
        };
        self.at += usize::from(end.is_some());
        let what = match self.peek() {
            Some("host") => Some(What::Host),
            Some("net") => Some(What::Net),
            Some("port") => Some(What::Port),
            Some("portrange") => Some(What::PortRange),
            _ => None,
        };
        self.at += usize::from(what.is_some());
        let kind = match (end, what, self.last) {
            (None, None, Some(last)) => last,
            _ => Kind { end: end.unwrap_or(End::Either), what: what.unwrap_or(What::Host), protocol },
        };
        self.last = Some(kind);
        let Some(value) = self.next() else {
            return Err(FilterError("the filter ends too early: an address or port is missing".to_owned()));
        };
        read_value(kind, value)
    }
}

fn one_or(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.swap_remove(0) } else { join(parts) }
}

fn layer(word: &str) -> Option<Protocol> {
    Some(match word {
        "ip" => Protocol::Ipv4,
        "ip6" => Protocol::Ipv6,
        "arp" => Protocol::Arp,
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        "icmp" => Protocol::Icmp,
        "icmp6" => Protocol::Icmpv6,
        _ => return None,
    })
}

fn read_value(kind: Kind, value: &str) -> Parsed {
    let Kind { end, what, protocol } = kind;
    Ok(match what {
        What::Host => {
            let address = address(value)?;
            Expression::Net(end, address, bits(address))
        }
        What::Net => {
            let (text, length) = value.split_once('/').unwrap_or((value, ""));
            let address = address(text)?;
            let length = if length.is_empty() { Ok(bits(address)) } else { length.parse() };
            match length {
                Ok(length) if length <= bits(address) => Expression::Net(end, address, length),
                _ => return Err(FilterError(format!("`{value}` is no network: write it as 192.0.2.0/24"))),
            }
        }
        What::Port => {
            let port = port(value)?;
            Expression::Port(end, port..=port, protocol)
        }
        What::PortRange => Expression::Port(end, port_range(value)?, protocol),
    })
}

fn address(text: &str) -> Result<IpAddr, FilterError> {
    text.trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| {
        FilterError(format!("`{text}` is no address or word of a filter; names are not looked up, so give the address"))
    })
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn port(text: &str) -> Result<u16, FilterError> {
    text.parse().map_err(|_| FilterError(format!("`{text}` is no port: give a number from 0 to 65535")))
}

fn port_range(text: &str) -> Result<RangeInclusive<u16>, FilterError> {
    let Some((first, last)) = text.split_once('-') else {
        return Err(FilterError(format!("`{text}` is no range of ports: write it as 8000-8100")));
    };
    Ok(port(first)?..=port(last)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(filter: &str) -> String {
        match parse(filter) {
            Ok(expression) => format!("{expression:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn words_and_signs_come_apart() {
        assert_eq!(words("!(tcp&&port 80)||udp"), ["!", "(", "tcp", "&&", "port", "80", ")", "||", "udp"]);
        assert_eq!(words("é&x"), ["é", "&", "x"]);
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert_eq!(text("arp or tcp and udp"), text("arp or (tcp and udp)"));
        assert_ne!(text("arp or tcp and udp"), text("(arp or tcp) and udp"));
    }

    #[test]
    fn a_protocol_before_a_port_narrows_it() {
        assert_eq!(text("tcp port 80"), "Port(Either, 80..=80, Some(6))");
        assert_eq!(text("udp src portrange 1-9"), "Port(Source, 1..=9, Some(17))");
        assert_eq!(text("ip host 192.0.2.1"), text("ip and host 192.0.2.1"));
    }

    #[test]
    fn a_bare_value_is_one_more_of_the_same() {
        assert_eq!(text("dst port 80 or 443"), text("dst port 80 or dst port 443"));
        assert_eq!(text("192.0.2.1"), text("host 192.0.2.1"));
    }

    #[test]
    fn a_network_has_a_length_that_fits() {
        assert_eq!(text("net 192.0.2.0/24"), "Net(Either, 192.0.2.0, 24)");
        assert_eq!(text("net 192.0.2.0/33"), "`192.0.2.0/33` is no network: write it as 192.0.2.0/24");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (filter, part) in [
            ("", "is empty"),
            ("host", "ends too early"),
            ("host example.org", "names are not looked up"),
            ("port http", "is no port"),
            ("portrange 5", "is no range"),
            ("tcp udp", "put `and` or `or` before it"),
            ("(tcp", "is not closed"),
            ("proto 300", "is no IP protocol number"),
        ] {
            assert!(text(filter).contains(part), "{filter}: {}", text(filter));
        }
        assert!(text(&"(".repeat(100_000)).contains("nested"));
        assert!(text(&"not ".repeat(100_000)).contains("nested"));
    }
}

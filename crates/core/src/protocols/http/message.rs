//! The head of a message of HTTP/1.x: start line and the fields that tell where the message ends (RFC 9112).
//!
//! Lenient like the programs that talk: a line may end without CR (§2.2), and a field that makes no sense is passed over.

use super::text;

/// Requests whose line is not whole yet are taken for HTTP when they begin with one of these methods (RFC 9110 §9.3).
const COMMON_METHODS: [&str; 9] = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
const MOST_METHOD_BYTES: usize = 24;
/// So many bytes of a line are awaited where its beginning is not one of the usual ones.
const MOST_UNKNOWN_BYTES: usize = 4096;
/// A start line may be so long; longer ones are of no server (RFC 9112 §3 recommends 8000 bytes).
const MOST_LINE_BYTES: usize = 32 << 10;

/// Whether bytes begin a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// They do not.
    No,
    /// More bytes will tell.
    More,
    /// They do.
    Yes,
}

/// The start line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// A request line (RFC 9112 §3).
    Request {
        /// Method.
        method: &'a str,
        /// Request target as sent.
        target: &'a [u8],
    },
    /// A status line (RFC 9112 §4).
    Response {
        /// Status code.
        status: u16,
    },
}

/// A head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// Start line.
    pub start: Start<'a>,
    /// Version as in `1.1`; `None` where the line is cut.
    pub version: Option<&'a str>,
    /// Length of the head, the empty line included.
    pub bytes: usize,
    /// The field Host.
    pub host: Option<&'a [u8]>,
    /// The field Content-Length, where it is a number.
    pub content_length: Option<u64>,
    /// Whether the last transfer coding is chunked.
    pub chunked: bool,
    /// Whether the field Connection says close.
    pub close: bool,
    /// Whether the field Connection says keep-alive.
    pub keep_alive: bool,
    /// The field Upgrade.
    pub upgrade: Option<&'a [u8]>,
}

/// How long a message is behind its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// So many bytes, perhaps none.
    Length(u64),
    /// Chunks (RFC 9112 §7.1).
    Chunked,
    /// All that comes until the sender closes.
    UntilClose,
    /// Nobody knows: frames are cut within the head.
    Cut,
    /// Nobody knows: the rest of the head is missing.
    Lost,
}

/// A line in the body of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// More bytes are needed.
    More,
    /// So many bytes to pass over, the line, the data and the end of line behind it, and so many of them are data.
    Data(u64, u64),
    /// The last chunk with its trailer has so many bytes.
    Last(usize),
    /// No chunk.
    Broken,
}

/// Whether `bytes` begin a request or a response, as far as can be told.
pub fn begins(bytes: &[u8]) -> Begins {
    const RESPONSE: &[u8] = b"HTTP/";
    let shared = bytes.iter().zip(RESPONSE).take_while(|(byte, wanted)| byte == wanted).count();
    if shared == bytes.len() {
        return Begins::More;
    }
    if shared == RESPONSE.len() {
        return match bytes.get(shared..) {
            Some([major, b'.', minor, b' ', ..]) if major.is_ascii_digit() && minor.is_ascii_digit() => Begins::Yes,
            Some(rest) if rest.len() < 4 => Begins::More,
            _ => Begins::No,
        };
    }
    request_begins(bytes)
}

fn request_begins(bytes: &[u8]) -> Begins {
    let method = bytes.iter().take(MOST_METHOD_BYTES + 1).take_while(|byte| is_method(**byte)).count();
    let rest = bytes.get(method..).unwrap_or_default();
    match rest.first() {
        None if method <= MOST_METHOD_BYTES => return Begins::More,
        Some(b' ') if method > 0 && method <= MOST_METHOD_BYTES => {}
        _ => return Begins::No,
    }
    if let Some(line) = line(bytes) {
        return if request_line(line.0).is_some() { Begins::Yes } else { Begins::No };
    }
    let target = rest.get(1..).unwrap_or_default();
    let common = common_method(bytes.get(..method).unwrap_or_default()).is_some();
    match (common, target) {
        (_, []) => Begins::More,
        (true, [b'/', ..]) => Begins::Yes,
        _ if bytes.len() > MOST_UNKNOWN_BYTES => Begins::No,
        _ => Begins::More,
    }
}

/// One of the usual methods.
pub(super) fn common_method(method: &[u8]) -> Option<&'static str> {
    COMMON_METHODS.into_iter().find(|common| common.as_bytes() == method)
}

fn is_method(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'-' || byte == b'_'
}

/// How many bytes of empty lines stand before a message: a server ignores them (RFC 9112 §2.2).
pub fn empty_lines(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Where the head at the beginning of `bytes` ends, its empty line included; `searched` bytes are known not to hold the end.
pub fn head_bytes(bytes: &[u8], searched: usize) -> Option<usize> {
    let mut at = searched;
    loop {
        let found = bytes.get(at..)?.iter().position(|&byte| byte == b'\n')?;
        at += found + 1;
        match bytes.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

impl<'a> Head<'a> {
    /// Reads a head. What is cut gives the fields that there are; `None` where the start line is not one.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (first, rest) = line(bytes)?;
        let (start, version) = status_line(first).or_else(|| request_line(first))?;
        let mut head = Self { version: Some(version), ..Self::empty(start, bytes.len()) };
        head.fields(rest);
        Some(head)
    }

    /// Reads what there is of a head that is cut. A request line that is cut within its target counts.
    pub fn parse_cut(bytes: &'a [u8]) -> Option<Self> {
        if line(bytes).is_some() {
            return Self::parse(bytes);
        }
        let space = bytes.iter().take(MOST_METHOD_BYTES).position(|&byte| byte == b' ')?;
        let (method, target) = bytes.split_at(space);
        let target = target.get(1..).filter(|target| target.starts_with(b"/"))?;
        let method = common_method(method)?;
        Some(Self::empty(Start::Request { method, target }, bytes.len()))
    }

    fn empty(start: Start<'a>, bytes: usize) -> Self {
        Self {
            start,
            version: None,
            bytes,
            host: None,
            content_length: None,
            chunked: false,
            close: false,
            keep_alive: false,
            upgrade: None,
        }
    }

    fn fields(&mut self, mut rest: &'a [u8]) {
        while let Some((field, after)) = line(rest) {
            if field.is_empty() {
                break;
            }
            rest = after;
            if let Some(colon) = field.iter().take(32).position(|&byte| byte == b':') {
                let (name, value) = field.split_at(colon);
                self.field(name.trim_ascii_end(), value.get(1..).unwrap_or_default().trim_ascii());
            }
        }
    }

    fn field(&mut self, name: &[u8], value: &'a [u8]) {
        // Few fields matter; their lengths tell most others apart.
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.host = Some(value),
            7 if name.eq_ignore_ascii_case(b"upgrade") => self.upgrade = Some(value),
            10 if name.eq_ignore_ascii_case(b"connection") => {
                self.close |= has(value, b"close");
                self.keep_alive |= has(value, b"keep-alive");
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                self.content_length = text::number(value.split(|&byte| byte == b',').next().unwrap_or_default());
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                let last = value.rsplit(|&byte| byte == b',').next().unwrap_or_default().trim_ascii();
                self.chunked = last.eq_ignore_ascii_case(b"chunked");
            }
            _ => {}
        }
    }

    /// How long the message is (RFC 9112 §6.3); `method` is that of the request that a response answers.
    pub fn body(&self, method: Option<&str>) -> Body {
        let is_response = match self.start {
            // The bodies of RPC over HTTP are channels, not messages ([MS-RPCH] 2.1.2.1).
            Start::Request { method: "RPC_IN_DATA" | "RPC_OUT_DATA", .. }
            | Start::Response { status: 100..=199 | 204 | 304 } => return Body::Length(0),
            Start::Request { .. } => false,
            Start::Response { .. } if method == Some("HEAD") => return Body::Length(0),
            Start::Response { .. } => true,
        };
        match (self.chunked, self.content_length) {
            (true, _) => Body::Chunked,
            (false, Some(length)) => Body::Length(length),
            (false, None) if is_response => Body::UntilClose,
            (false, None) => Body::Length(0),
        }
    }

    /// Whether the sender says that it goes on after this message (RFC 9112 §9.3).
    pub fn persists(&self) -> bool {
        !self.close && (self.keep_alive || self.version != Some("1.0"))
    }
}

/// Reads the line of the chunk at the beginning of `bytes`.
pub fn chunk(bytes: &[u8]) -> Chunk {
    const MOST_CHUNK_LINE_BYTES: usize = 4096;
    let Some((size_line, rest)) = line(bytes) else {
        return if bytes.len() > MOST_CHUNK_LINE_BYTES { Chunk::Broken } else { Chunk::More };
    };
    let digits = size_line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let size = size_line.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok());
    let Some(size) = size.and_then(|size| u64::from_str_radix(size, 16).ok()) else { return Chunk::Broken };
    let line_bytes = bytes.len() - rest.len();
    if size > 0 {
        return Chunk::Data((line_bytes as u64).saturating_add(size).saturating_add(2), size);
    }
    match rest {
        [b'\n', ..] => Chunk::Last(line_bytes + 1),
        [b'\r', b'\n', ..] => Chunk::Last(line_bytes + 2),
        _ => head_bytes(rest, 0).map_or(Chunk::More, |trailer| Chunk::Last(line_bytes + trailer)),
    }
}

/// The first line without its end, and what is behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(MOST_LINE_BYTES).position(|&byte| byte == b'\n')?;
    let (line, rest) = bytes.split_at(end);
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default()))
}

fn version(bytes: &[u8]) -> Option<&str> {
    let version = bytes.strip_prefix(b"HTTP/")?;
    match version {
        [major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => std::str::from_utf8(version).ok(),
        _ => None,
    }
}

fn request_line(line: &[u8]) -> Option<(Start<'_>, &str)> {
    let line = line.trim_ascii_end();
    let first = line.iter().position(|&byte| byte == b' ')?;
    let last = line.iter().rposition(|&byte| byte == b' ').filter(|&last| last > first)?;
    let version = version(line.get(last + 1..)?)?;
    let method = line.get(..first).filter(|method| !method.is_empty() && method.len() <= MOST_METHOD_BYTES)?;
    let method = std::str::from_utf8(method).ok().filter(|method| method.bytes().all(is_method))?;
    let target = line.get(first + 1..last)?.trim_ascii();
    (!target.is_empty()).then_some((Start::Request { method, target }, version))
}

fn status_line(line: &[u8]) -> Option<(Start<'_>, &str)> {
    let version = version(line.get(..8)?)?;
    let rest = line.get(8..)?.strip_prefix(b" ")?.trim_ascii_start();
    let [a, b, c, after @ ..] = rest else { return None };
    if !(after.is_empty() || after.starts_with(b" ")) || ![a, b, c].iter().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |byte: &u8| u16::from(byte - b'0');
    let status = digit(a) * 100 + digit(b) * 10 + digit(c);
    (status >= 100).then_some((Start::Response { status }, version))
}

/// Whether a list of words separated by commas has `word`.
fn has(list: &[u8], word: &[u8]) -> bool {
    list.split(|&byte| byte == b',').any(|one| one.trim_ascii().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_start_line() {
        for (bytes, expected) in [
            (&b"GET / HTTP/1.1\r\n"[..], Begins::Yes),
            (b"GET /a-long-target", Begins::Yes),
            (b"M-SEARCH * HTTP/1.1\r\n", Begins::Yes),
            (b"BREW /pot HTTP/1.0\n", Begins::Yes),
            (b"HTTP/1.1 200 OK", Begins::Yes),
            (b"HTT", Begins::More),
            (b"HTTP/1.1", Begins::More),
            (b"GET", Begins::More),
            (b"OPTIONS * RTSP/1.0\r\n", Begins::No),
            (b"INVITE sip:a@b SIP/2.0\r\n", Begins::No),
            (b"HTTP/one two", Begins::No),
            (b"EHLO host\r\n", Begins::No),
            (b" GET", Begins::No),
            (b"\x16\x03\x01", Begins::No),
        ] {
            assert_eq!(begins(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn fields_that_frame_a_message_are_read() {
        let bytes = b"POST /a HTTP/1.1\r\nHOST: example.org \r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n";
        let head = Head::parse(bytes).expect("a request");
        assert_eq!(head.start, Start::Request { method: "POST", target: b"/a" });
        assert_eq!((head.host, head.content_length), (Some(&b"example.org"[..]), Some(12)));
        assert!(head.persists() && !head.chunked);
        assert_eq!(head_bytes(bytes, 0), Some(bytes.len()));
        assert_eq!(head.body(None), Body::Length(12));
    }

    #[test]
    fn a_body_ends_as_the_standard_says() {
        let body = |head: &[u8], method| Head::parse(head).expect("a head").body(method);
        assert_eq!(body(b"HTTP/1.1 200 OK\r\n\r\n", Some("GET")), Body::UntilClose);
        assert_eq!(body(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", Some("HEAD")), Body::Length(0));
        assert_eq!(body(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", Some("GET")), Body::Length(0));
        let chunked = b"HTTP/1.1 200 OK\nContent-Length: 7\nTransfer-Encoding: gzip, chunked\n\n";
        assert_eq!(body(chunked, None), Body::Chunked, "chunks go before a length");
        assert_eq!(body(b"GET / HTTP/1.1\r\n\r\n", None), Body::Length(0));
    }

    #[test]
    fn chunks_are_counted_with_their_ends() {
        assert_eq!(chunk(b"5;name=value\r\nhello\r\n"), Chunk::Data(14 + 5 + 2, 5));
        assert_eq!(chunk(b"0\r\n\r\nHTTP"), Chunk::Last(5));
        assert_eq!(chunk(b"0\r\nX: y\r\n\r\n"), Chunk::Last(11));
        assert_eq!(chunk(b"0\r\n"), Chunk::More);
        assert_eq!(chunk(b"xyz\r\n"), Chunk::Broken);
        assert_eq!(chunk(b"ffffffffffffffff\r\n"), Chunk::Data(u64::MAX, u64::MAX));
    }

    #[test]
    fn persistence_depends_on_version_and_field() {
        let persists = |head: &[u8]| Head::parse(head).expect("a head").persists();
        assert!(persists(b"GET / HTTP/1.1\r\n\r\n"));
        assert!(!persists(b"GET / HTTP/1.0\r\n\r\n"));
        assert!(persists(b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
        assert!(!persists(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
    }
}

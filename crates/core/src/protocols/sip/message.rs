//! A message of SIP: its first line, and the few header fields that tell what it belongs to.

/// Methods that are told apart: those of RFC 3261 and its extensions.
const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "REGISTER",
    "OPTIONS",
    "SUBSCRIBE",
    "NOTIFY",
    "MESSAGE",
    "INFO",
    "PRACK",
    "UPDATE",
    "REFER",
    "PUBLISH",
];
const VERSION: &[u8] = b"SIP/2.0";

/// What the first line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A request.
    Request,
    /// A response, with its status.
    Response(u16),
}

/// A message of SIP. Nothing of it but these fields is kept: no user, no password, no contents but SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) start: Start,
    /// Method of the request; of a response, of what it answers.
    pub(super) method: &'static str,
    pub(super) sequence: u32,
    pub(super) call_id: &'a [u8],
    /// What tells a transaction from all others (RFC 3261 §17.1.3); empty from very old senders.
    pub(super) branch: &'a [u8],
    pub(super) from_host: &'a [u8],
    pub(super) to_host: &'a [u8],
    /// Whether it is within a call that exists already.
    pub(super) to_has_tag: bool,
    pub(super) has_sdp: bool,
    pub(super) content_bytes: Option<usize>,
    /// What stands behind the header, as far as it is there.
    pub(super) body: &'a [u8],
}

/// Whether bytes begin as a message does; `None` when more are needed to say so.
pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
    let words = METHODS.iter().map(|method| method.as_bytes()).chain([VERSION]);
    let mut undecided = bytes.is_empty();
    for word in words.filter(|word| word.first() == bytes.first()) {
        match begins_with(bytes, word) {
            Some(true) => return first_line(bytes),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(false) }
}

/// Whether bytes begin with this word and a space; `None` when they are too few to say so.
fn begins_with(bytes: &[u8], word: &[u8]) -> Option<bool> {
    match bytes.strip_prefix(word) {
        Some([next, ..]) => Some(*next == b' '),
        Some([]) => None,
        None => (!word.starts_with(bytes)).then_some(false),
    }
}

/// Whether the first line, which begins well, goes on so: other protocols have methods of the same names.
fn first_line(bytes: &[u8]) -> Option<bool> {
    if bytes.starts_with(VERSION) {
        return Some(true);
    }
    let at = bytes.iter().position(|&byte| byte == b' ')? + 1;
    let uri = bytes.get(at..)?;
    let schemes: [&[u8]; 3] = [b"sip:", b"sips:", b"tel:"];
    if schemes.iter().any(|scheme| uri.len() >= scheme.len() && uri[..scheme.len()].eq_ignore_ascii_case(scheme)) {
        return Some(true);
    }
    if uri.len() < 5 { None } else { Some(false) }
}

impl<'a> Message<'a> {
    /// Reads a message whose header is there, or the beginning of one.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, body) = split_header(bytes).unwrap_or((bytes, &[]));
        let mut lines = header.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let start = start(lines.next()?)?;
        let mut message = Self {
            start,
            method: "other",
            sequence: 0,
            call_id: &[],
            branch: &[],
            from_host: &[],
            to_host: &[],
            to_has_tag: false,
            has_sdp: false,
            content_bytes: None,
            body,
        };
        for line in lines {
            if let Some((name, value)) = field(line) {
                message.take(name, value);
            }
        }
        Some(message).filter(|message| !message.call_id.is_empty())
    }

    fn take(&mut self, name: &[u8], value: &'a [u8]) {
        let is = |long: &str, short: u8| {
            name.eq_ignore_ascii_case(long.as_bytes()) || matches!(name, [one] if one.eq_ignore_ascii_case(&short))
        };
        if is("Call-ID", b'i') {
            self.call_id = value;
        } else if is("CSeq", 0) {
            let mut parts = value.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty());
            self.sequence = parts.next().and_then(number).unwrap_or(0);
            self.method = parts.next().map_or("other", method);
        } else if is("Via", b'v') && self.branch.is_empty() {
            self.branch = parameter(value, b"branch").unwrap_or_default();
        } else if is("From", b'f') {
            self.from_host = host(value);
        } else if is("To", b't') {
            self.to_host = host(value);
            self.to_has_tag = parameter(value, b"tag").is_some();
        } else if is("Content-Type", b'c') {
            self.has_sdp = value.len() >= 15 && value[..15].eq_ignore_ascii_case(b"application/sdp");
        } else if is("Content-Length", b'l') {
            self.content_bytes = number(value).map(|bytes| bytes as usize);
        }
    }
}

/// The header with its last line, and what stands behind the empty line.
pub(super) fn split_header(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(bytes.split_at(at + 4))
}

fn start(line: &[u8]) -> Option<Start> {
    if let Some(rest) = line.strip_prefix(VERSION) {
        let status = rest.trim_ascii_start().get(..3).and_then(number)?;
        return (100..700).contains(&status).then_some(Start::Response(status as u16));
    }
    line.trim_ascii_end().ends_with(VERSION).then_some(Start::Request)
}

fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = line.split_at(at);
    Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn method(name: &[u8]) -> &'static str {
    METHODS.iter().copied().find(|method| method.as_bytes() == name).unwrap_or("other")
}

/// The value of a parameter behind the first address or host of a field.
fn parameter<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    // Parameters within <…> are those of the address, not of the field.
    let behind = value.iter().position(|&byte| byte == b'>').map_or(0, |at| at + 1);
    let first = value.get(behind..)?.split(|&byte| byte == b',').next()?;
    first.split(|&byte| byte == b';').skip(1).find_map(|part| {
        let at = part.iter().position(|&byte| byte == b'=')?;
        let (key, value) = part.split_at(at);
        key.trim_ascii().eq_ignore_ascii_case(name).then(|| value[1..].trim_ascii())
    })
}

/// The host in the address of a field, without its user; empty where there is none, as for telephone numbers.
fn host(value: &[u8]) -> &[u8] {
    let Some(scheme) = value.windows(4).position(|four| four.eq_ignore_ascii_case(b"sip:")) else {
        let sips = value.windows(5).position(|five| five.eq_ignore_ascii_case(b"sips:"));
        return sips.and_then(|at| value.get(at + 5..)).map_or(&[], host_of);
    };
    value.get(scheme + 4..).map_or(&[], host_of)
}

fn host_of(address: &[u8]) -> &[u8] {
    let end = address.iter().position(|byte| matches!(byte, b'>' | b';' | b'?' | b' ')).unwrap_or(address.len());
    let address = address.get(..end).unwrap_or_default();
    let host = address.iter().rposition(|&byte| byte == b'@').map_or(address, |at| &address[at + 1..]);
    let end = match host {
        [b'[', ..] => host.iter().position(|&byte| byte == b']').map_or(host.len(), |at| at + 1),
        _ => host.iter().position(|&byte| byte == b':').unwrap_or(host.len()),
    };
    &host[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"INVITE sip:bob@biloxi.example SIP/2.0\r\n\
        Via: SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKa;rport, SIP/2.0/UDP p;branch=z9hG4bKb\r\n\
        Via: SIP/2.0/UDP other;branch=z9hG4bKc\r\n\
        f: \"Alice\" <sip:alice:secret@[2001:db8::1]:5061;tag=no>;tag=1928\r\nTo: <sips:bob@biloxi.example:5061>\r\n\
        Call-ID:  a84b4c76e66710 \r\nCSeq: 314159 INVITE\r\nContent-Type: application/SDP\r\nl: 4\r\n\r\nv=0\n";

    #[test]
    fn fields_are_found_in_long_and_short_form() {
        let message = Message::read(INVITE).expect("a message");
        assert_eq!((message.start, message.method, message.sequence), (Start::Request, "INVITE", 314_159));
        assert_eq!((message.call_id, message.branch), (&b"a84b4c76e66710"[..], &b"z9hG4bKa"[..]));
        assert_eq!((message.from_host, message.to_host), (&b"[2001:db8::1]"[..], &b"biloxi.example"[..]));
        assert!(!message.to_has_tag && message.has_sdp);
        assert_eq!((message.content_bytes, message.body), (Some(4), &b"v=0\n"[..]));
    }

    #[test]
    fn a_response_tells_what_it_answers() {
        let bytes = b"SIP/2.0 180 Ringing\r\nTo: <sip:bob@b>;tag=8\r\nCall-ID: x\r\nCSeq: 7 BYE\r\n\r\n";
        let message = Message::read(bytes).expect("a message");
        assert_eq!((message.start, message.method, message.to_has_tag), (Start::Response(180), "BYE", true));
        assert_eq!(Message::read(b"SIP/2.0 999 No\r\nCall-ID: x\r\n\r\n"), None);
        assert_eq!(Message::read(b"HTTP/1.1 200 OK\r\nCall-ID: x\r\n\r\n"), None);
    }

    #[test]
    fn an_opening_is_known_as_soon_as_it_can_be() {
        for end in 1..INVITE.len() {
            let expected = if end < 11 { None } else { Some(true) };
            assert_eq!(begins(&INVITE[..end]), expected, "{end}");
        }
        assert_eq!(begins(b"SIP/2.0 200 OK"), Some(true));
        assert_eq!(begins(b"OPTIONS / HTTP/1.1\r\n"), Some(false));
        assert_eq!(begins(b"MESSAGE"), None);
        assert_eq!(begins(b"GET / HTTP"), Some(false));
    }
}

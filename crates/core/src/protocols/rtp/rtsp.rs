//! RTSP (RFC 2326, RFC 7826), as far as it announces streams: ports in answers to SETUP, payload types in descriptions.

use std::sync::Arc;

use super::media::{Announced, Formats, Signalling};
use super::sdp;
use crate::protocols::follow::{At, Bytes, Context, Opening, Recognised, Step, StreamTracker};
use crate::protocols::tcp::Role;

const VERSION: &[u8] = b"RTSP/";
/// The first line of a request names its method before this.
const SCHEME: &[u8] = b" rtsp://";
/// Longest name of a method that is waited for.
const MOST_METHOD_BYTES: usize = 16;
/// Length of the frame of data between messages (RFC 2326 §10.12): `$`, channel, two bytes of length.
const INTERLEAVED: u8 = b'$';

/// A connection that begins as a message does.
pub(crate) fn recognise(opening: &Opening<'_>, _: &Context<'_>) -> Recognised {
    let bytes = opening.bytes;
    let Some(method) = bytes.iter().position(|byte| !byte.is_ascii_uppercase() && *byte != b'_') else {
        return if bytes.len() <= MOST_METHOD_BYTES { Recognised::More } else { Recognised::No };
    };
    let begins = |wanted: &[u8], rest: &[u8]| rest.iter().zip(wanted).all(|(byte, wanted)| byte == wanted);
    let (wanted, rest) = if begins(VERSION, bytes) { (VERSION, bytes) } else { (SCHEME, &bytes[method..]) };
    match begins(wanted, rest) {
        true if rest.len() < wanted.len() => Recognised::More,
        true if method > 0 => Recognised::Yes(Box::<Tracker>::default()),
        _ => Recognised::No,
    }
}

/// One connection.
#[derive(Debug, Default)]
struct Tracker {
    formats: Arc<Formats>,
}

impl StreamTracker for Tracker {
    fn parse(&mut self, _: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        if let [INTERLEAVED, rest @ ..] = all {
            let [_, high, low, ..] = rest else { return Step::More };
            return Step::Skip(4 + u64::from(u16::from_be_bytes([*high, *low])));
        }
        let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else { return Step::More };
        let (header, body) = all.split_at(end + 4);
        let length = field(header, b"content-length").and_then(number).unwrap_or(0);
        let Some(description) = body.get(..length) else { return Step::More };
        if header.starts_with(VERSION) {
            self.answer(header, description, context);
        }
        Step::Take(header.len() + length)
    }

    fn gap(&mut self, _: Role, _: u64, _: At, _: &mut Context<'_>) -> bool {
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + size_of::<Formats>()
    }
}

impl Tracker {
    fn answer(&mut self, header: &[u8], description: &[u8], context: &mut Context<'_>) {
        if field(header, b"content-type").is_some_and(|kind| kind.starts_with(b"application/sdp")) {
            self.formats = Arc::new(sdp::formats(description));
        }
        let Some(transport) = field(header, b"transport") else { return };
        for (name, end) in [(&b"client_port="[..], context.ends.client), (b"server_port=", context.ends.server)] {
            let port = transport.split(|&byte| byte == b';').find_map(|part| part.trim_ascii().strip_prefix(name));
            let port = port.and_then(|ports| ports.split(|&byte| byte == b'-').next()).and_then(number);
            if let Some(port) = port.and_then(|port| u16::try_from(port).ok()) {
                let announced = Announced { by: Signalling::Rtsp, formats: Arc::clone(&self.formats) };
                context.shared.rtp.media.announce(end.address, port, announced);
            }
        }
    }
}

/// The value of a header field, whose name is given in small letters.
fn field<'a>(header: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    header.split(|&byte| byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at(line.iter().position(|&byte| byte == b':')?);
        name.trim_ascii().eq_ignore_ascii_case(wanted).then(|| value[1..].trim_ascii())
    })
}

fn number(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

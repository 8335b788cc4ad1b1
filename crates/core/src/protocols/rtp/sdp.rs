//! Session descriptions (RFC 8866): where streams will go, and what they will hold.

use std::net::IpAddr;

use super::codec::Codec;
use super::media::{Formats, MOST_FORMATS};

/// Streams that one description may announce.
const MOST_STREAMS: usize = 16;

/// A stream that the sender of the description will receive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) formats: Formats,
}

/// The streams of RTP in a description.
pub(crate) fn streams(description: &[u8]) -> Vec<Stream> {
    let mut session = None;
    let mut streams: Vec<(Option<IpAddr>, u16, Formats)> = Vec::new();
    let mut other_media = false;
    for line in description.split(|&byte| byte == b'\n') {
        let Some((kind, value)) = line.trim_ascii().split_at_checked(2) else { continue };
        match (kind, streams.last_mut()) {
            (b"m=", _) => match media(value) {
                Some(port) if streams.len() < MOST_STREAMS => {
                    other_media = false;
                    streams.push((None, port, Formats::new()));
                }
                _ => other_media = true,
            },
            _ if other_media => {}
            (b"c=", None) => session = connection(value),
            (b"c=", Some((address, ..))) => *address = connection(value),
            (b"a=", Some((_, _, formats))) => {
                if let Some(format) = format(value) {
                    let _ = formats.try_push(format);
                }
            }
            _ => {}
        }
    }
    let placed = |(address, port, formats): (Option<IpAddr>, u16, Formats)| {
        Some(Stream { address: address.or(session)?, port, formats })
    };
    streams.into_iter().filter_map(placed).collect()
}

/// All payload types that a description defines, whatever their streams: RTSP tells the ports apart from it (RFC 2326 §C.1).
pub(super) fn formats(description: &[u8]) -> Formats {
    let lines = description.split(|&byte| byte == b'\n').filter_map(|line| line.trim_ascii().strip_prefix(b"a="));
    lines.filter_map(format).take(MOST_FORMATS).collect()
}

/// The port in `audio 49170 RTP/AVP 0 8`; 0 says that the stream is refused (RFC 3264 §6).
fn media(value: &[u8]) -> Option<u16> {
    let mut parts = value.split(|&byte| byte == b' ').skip(1);
    let port = number(parts.next()?.split(|&byte| byte == b'/').next()?)?;
    let carried = parts.next()?;
    let is_rtp = carried.windows(4).any(|four| four == b"RTP/");
    u16::try_from(port).ok().filter(|&port| port != 0 && is_rtp)
}

/// The address in `IN IP4 192.0.2.1`.
fn connection(value: &[u8]) -> Option<IpAddr> {
    let address = value.split(|&byte| byte == b' ').nth(2)?.split(|&byte| byte == b'/').next()?;
    std::str::from_utf8(address).ok()?.trim().parse().ok()
}

/// Payload type and codec in `rtpmap:101 telephone-event/8000`.
fn format(value: &[u8]) -> Option<(u8, Codec)> {
    let (payload_type, codec) = std::str::from_utf8(value.strip_prefix(b"rtpmap:")?).ok()?.split_once(' ')?;
    let mut parts = codec.trim().split('/');
    let (name, clock_hz) = (parts.next()?, parts.next()?);
    Some((payload_type.parse().ok()?, Codec::named(name, clock_hz.parse().ok()?)))
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_have_an_address_a_port_and_formats() {
        let description = b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
            m=audio 49170 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:x\r\n\
            m=image 5000 udptl t38\r\nc=IN IP4 192.0.2.7\r\nm=video 0 RTP/AVP 97\r\n\
            m=video 51372/2 RTP/SAVPF 97\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:97 H264/90000\r\n";
        let seen = streams(description);
        let ends: Vec<_> = seen.iter().map(|stream| (stream.address.to_string(), stream.port)).collect();
        assert_eq!(ends, [("192.0.2.1".to_owned(), 49_170), ("2001:db8::1".to_owned(), 51_372)]);
        assert_eq!(seen[0].formats.as_slice(), [(96, Codec::named("opus", 48_000))]);
        assert_eq!(seen[1].formats.as_slice(), [(97, Codec::named("h264", 90_000))]);
        assert!(streams(b"m=audio 49170 RTP/AVP 0\r\n").is_empty(), "it says nowhere where to");
    }
}

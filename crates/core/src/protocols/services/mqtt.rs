//! MQTT 3.1, 3.1.1 and 5 (OASIS): each packet that is confirmed, with its confirmation.

use super::wire::{Begins, Code, Look, Part, Status, Wire, be16};
use crate::protocols::tcp::Role;

/// Packet types (MQTT 5 §2.1.2).
const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBREL: u8 = 6;
const PUBCOMP: u8 = 7;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
const PINGREQ: u8 = 12;
const PINGRESP: u8 = 13;
/// Kinds of exchange that are numbered apart from each other.
const RELEASE: u64 = 1 << 16;
const CONNECTION: u64 = 2 << 16;
const PING: u64 = 3 << 16;
/// What of a packet must be there.
const MOST_HEAD_BYTES: usize = 512;

/// MQTT remembers nothing.
#[derive(Debug, Default)]
pub(super) struct Mqtt;

/// Length of the head, and of what follows it.
fn lengths(bytes: &[u8]) -> Result<Option<(usize, usize)>, ()> {
    let mut length = 0;
    for index in 0..4 {
        let Some(&byte) = bytes.get(1 + index) else { return Ok(None) };
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Ok(Some((2 + index, length)));
        }
    }
    Err(())
}

/// Whether a connection is of MQTT: it begins with CONNECT and the name of the protocol.
pub(super) fn begins(_sender: Role, bytes: &[u8]) -> Begins {
    if bytes.first() != Some(&(CONNECT << 4)) {
        return Begins::No;
    }
    let Ok(lengths) = lengths(bytes) else { return Begins::No };
    let Some(name) = lengths.and_then(|(head, _)| bytes.get(head..)) else { return Begins::More };
    let is = |wanted: &[u8]| name.starts_with(wanted) || wanted.starts_with(name);
    match (is(b"\0\x04MQTT"), is(b"\0\x06MQIsdp")) {
        (false, false) => Begins::No,
        _ if name.len() < 8 => Begins::More,
        _ => Begins::Yes,
    }
}

fn part(kind: u8, flags: u8, body: &[u8]) -> Option<Part> {
    let id = || be16(body, 0).map(u64::from);
    let request = |id, command| Some(Part::Request { id, command, whole: true });
    // Reason codes from 0x80 on are errors (MQTT 5 §2.4); before MQTT 5 only CONNACK and SUBACK have one.
    let response = |id, code: Option<&u8>, least_error: u8| {
        let code = code.copied().unwrap_or(0);
        let shown = if code == 0 { Code::None } else { Code::Number(code.into()) };
        Some(Part::Response { id, status: Some(Status { error: code >= least_error, code: shown }), last: true })
    };
    match kind {
        CONNECT => request(CONNECTION, "connect"),
        CONNACK => response(CONNECTION, body.get(1), 1),
        PUBLISH if flags & 6 != 0 => {
            let topic = usize::from(be16(body, 0)?);
            request(be16(body, 2 + topic)?.into(), "publish")
        }
        PUBACK | PUBREC => response(id()?, body.get(2), 0x80),
        PUBREL => request(RELEASE | id()?, "release"),
        PUBCOMP => response(RELEASE | id()?, body.get(2), 0x80),
        SUBSCRIBE => request(id()?, "subscribe"),
        SUBACK => response(id()?, body.last(), 0x80),
        UNSUBSCRIBE => request(id()?, "unsubscribe"),
        UNSUBACK => response(id()?, None, 0x80),
        PINGREQ => request(PING, "ping"),
        PINGRESP => response(PING, None, 0x80),
        _ => None,
    }
}

impl Wire for Mqtt {
    fn service(&self) -> &'static str {
        "mqtt"
    }

    fn look(&mut self, _sender: Role, bytes: &[u8]) -> Look {
        let (head, length) = match lengths(bytes) {
            Ok(None) => return Look::More,
            Ok(Some(lengths)) => lengths,
            Err(()) => return Look::No,
        };
        let Some(&first) = bytes.first() else { return Look::More };
        let (kind, flags) = (first >> 4, first & 15);
        let sound = match kind {
            0 => false,
            PUBLISH => flags & 6 != 6,
            PUBREL | SUBSCRIBE | UNSUBSCRIBE => flags == 2,
            _ => flags == 0,
        };
        if !sound {
            return Look::No;
        }
        let rest = bytes.get(head..).unwrap_or_default();
        if rest.len() < length.min(MOST_HEAD_BYTES) {
            return Look::More;
        }
        let total = (head + length) as u64;
        match part(kind, flags, rest.get(..length).unwrap_or(rest)) {
            Some(part) => Look::one(total, part),
            None => Look::other(total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_that_are_confirmed_are_requests() {
        let connect = b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04name";
        assert_eq!(begins(Role::Client, connect), Begins::Yes);
        let expected = Part::Request { id: CONNECTION, command: "connect", whole: true };
        assert_eq!(Mqtt.look(Role::Client, connect), Look::one(18, expected));
        let publish = b"\x32\x07\0\x01t\0\x09hi";
        let expected = Part::Request { id: 9, command: "publish", whole: true };
        assert_eq!(Mqtt.look(Role::Client, publish), Look::one(9, expected));
        assert_eq!(Mqtt.look(Role::Client, b"\x30\x05\0\x01thi"), Look::other(7), "nobody confirms it");
        let status = Some(Status::error(Code::Number(5)));
        let expected = Part::Response { id: CONNECTION, status, last: true };
        assert_eq!(Mqtt.look(Role::Server, b"\x20\x02\0\x05"), Look::one(4, expected));
        assert_eq!(Mqtt.look(Role::Server, b"\x10\xff\xff\xff\xff"), Look::No);
    }
}

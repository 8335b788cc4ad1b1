//! SMB 2 and 3 over direct TCP or NetBIOS sessions ([MS-SMB2] 2.1, 2.2.1). What is encrypted is passed over.

use super::wire::{Begins, Code, Look, Part, Parts, Status, Wire, le16, le32, le64};
use crate::protocols::tcp::Role;

const SESSION_BYTES: usize = 4;
const HEADER_BYTES: usize = 64;
const RESPONSE: u32 = 1;
const STATUS_PENDING: u32 = 0x103;
const CANCEL: u16 = 12;
const NO_MESSAGE: u64 = u64::MAX;

const COMMANDS: [&str; 19] = [
    "negotiate",
    "session_setup",
    "logoff",
    "tree_connect",
    "tree_disconnect",
    "create",
    "close",
    "flush",
    "read",
    "write",
    "lock",
    "ioctl",
    "cancel",
    "echo",
    "query_directory",
    "change_notify",
    "query_info",
    "set_info",
    "oplock_break",
];

/// SMB 2 remembers nothing: each header says what it is.
#[derive(Debug, Default)]
pub(super) struct Smb2;

fn length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [_, high, middle, low, ..] => Some(usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low)),
        _ => None,
    }
}

/// Whether a connection is of SMB: a session message with one of its signatures. An older client begins with SMB 1.
pub(super) fn begins(_sender: Role, bytes: &[u8]) -> Begins {
    match bytes {
        // A session message, or the session request of NetBIOS (RFC 1002 §4.3.2).
        [0, _, _, _, 0xfd..=0xff, b'S', b'M', b'B', ..] | [0x81, 0, 0, 68, b' ', ..] => Begins::Yes,
        [0x81, 0, 0, 68] | [0, ..] | [0x81] | [0x81, 0] | [0x81, 0, 0] if bytes.len() < 8 => Begins::More,
        _ => Begins::No,
    }
}

/// The request or response that a header begins.
fn part(header: &[u8]) -> Option<Part> {
    let (status, command) = (le32(header, 8)?, le16(header, 12)?);
    let (flags, id) = (le32(header, 16)?, le64(header, 24)?);
    if id == NO_MESSAGE {
        return None; // the server breaks an oplock
    }
    if flags & RESPONSE == 0 {
        let name = COMMANDS.get(usize::from(command)).copied().unwrap_or("other");
        return (command != CANCEL).then_some(Part::Request { id, command: name, whole: true });
    }
    let severity = status >> 30;
    let code = if status == 0 { Code::None } else { Code::Hexadecimal(status) };
    let last = status != STATUS_PENDING;
    Some(Part::Response { id, status: last.then_some(Status { error: severity == 3, code }), last })
}

impl Wire for Smb2 {
    fn service(&self) -> &'static str {
        "smb2"
    }

    fn look(&mut self, _sender: Role, bytes: &[u8]) -> Look {
        let Some(length) = length(bytes) else { return Look::More };
        let total = (SESSION_BYTES + length) as u64;
        match bytes {
            [0, _, _, _, 0xfe, b'S', b'M', b'B', ..] => {}
            [0, _, _, _, 0xff | 0xfd | 0xfc, b'S', b'M', b'B', ..] | [0x81..=0x85, 0, ..] => return Look::other(total),
            [0, ..] if length == 0 => return Look::other(total),
            [0, ..] if bytes.len() < 8 => return Look::More,
            _ => return Look::No,
        }
        let mut parts = Parts::new();
        let mut at = SESSION_BYTES;
        loop {
            let Some(header) = bytes.get(at..at + HEADER_BYTES) else {
                return if at + HEADER_BYTES <= SESSION_BYTES + length {
                    Look::More
                } else {
                    Look::Message { bytes: total, parts }
                };
            };
            if !header.starts_with(b"\xfeSMB") {
                return Look::Message { bytes: total, parts };
            }
            if let Some(part) = part(header).filter(|_| !parts.is_full()) {
                parts.push(part);
            }
            match le32(header, 20) {
                Some(next) if next as usize >= HEADER_BYTES && (next as usize) < length => at += next as usize,
                _ => return Look::Message { bytes: total, parts },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(command: u16, status: u32, flags: u32, next: u32, id: u64) -> Vec<u8> {
        let mut bytes = b"\xfeSMB\x40\0\0\0".to_vec();
        bytes.extend(status.to_le_bytes());
        bytes.extend(command.to_le_bytes());
        bytes.extend([1, 0]);
        bytes.extend(flags.to_le_bytes());
        bytes.extend(next.to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.resize(HEADER_BYTES, 0);
        bytes
    }

    fn session(body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
        bytes.extend(body);
        bytes
    }

    #[test]
    fn a_compound_holds_several_requests() {
        let message = session(&[header(5, 0, 0, 64, 7), header(6, 0, 0, 0, 8)].concat());
        assert_eq!(begins(Role::Client, &message), Begins::Yes);
        let Look::Message { bytes, parts } = Smb2.look(Role::Client, &message) else { panic!("a message") };
        assert_eq!(bytes, 132);
        assert_eq!(parts[0], Part::Request { id: 7, command: "create", whole: true });
        assert_eq!(parts[1], Part::Request { id: 8, command: "close", whole: true });
        assert_eq!(Smb2.look(Role::Client, &message[..80]), Look::More);
    }

    #[test]
    fn a_pending_response_is_not_the_last() {
        let look = |status| Smb2.look(Role::Server, &session(&header(15, status, 3, 0, 9)));
        assert_eq!(look(STATUS_PENDING), Look::one(68, Part::Response { id: 9, status: None, last: false }));
        let status = Some(Status::error(Code::Hexadecimal(0xc000_0034)));
        assert_eq!(look(0xc000_0034), Look::one(68, Part::Response { id: 9, status, last: true }));
    }

    #[test]
    fn a_chain_that_turns_in_circles_ends() {
        let message = session(&[header(5, 0, 0, 1, 7), header(6, 0, 0, u32::MAX, 8)].concat());
        assert!(matches!(Smb2.look(Role::Client, &message), Look::Message { .. }));
    }
}

//! LDAP version 3 (RFC 4511). Messages that are sealed after a bind are not read.

use super::ber;
use super::wire::{Begins, Code, Look, Part, Status, Wire};
use crate::protocols::tcp::Role;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 2;
const ENUMERATED: u8 = 10;
const EXTENDED_REQUEST: u8 = 0x77;
const EXTENDED_RESPONSE: u8 = 0x78;
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";
/// What of a message must be there to know what it is.
const HEAD_BYTES: usize = 48;

/// What of a connection is remembered.
#[derive(Debug, Default)]
pub(super) struct Ldap {
    /// Number of the request for encryption.
    start_tls: Option<u32>,
}

fn request(tag: u8) -> Option<&'static str> {
    Some(match tag {
        0x60 => "bind",
        0x63 => "search",
        0x66 => "modify",
        0x68 => "add",
        0x4a => "delete",
        0x6c => "modify_dn",
        0x6e => "compare",
        EXTENDED_REQUEST => "extended",
        _ => return None,
    })
}

/// A message as far as its head tells.
struct Head<'a> {
    bytes: usize,
    id: u32,
    operation: u8,
    contents: &'a [u8],
}

/// The head of the message at the beginning; `Ok(None)` when more bytes are needed.
fn head(bytes: &[u8]) -> Result<Option<Head<'_>>, ()> {
    if bytes.first().is_some_and(|&tag| tag != SEQUENCE) {
        return Err(());
    }
    let Some(message) = ber::element(bytes)? else { return Ok(None) };
    let inner = message.contents(bytes);
    if inner.len() < message.length.min(HEAD_BYTES) {
        return Ok(None);
    }
    let number = ber::whole(inner).filter(|number| number.tag == INTEGER && number.length <= 5).ok_or(())?;
    let id = ber::number(number.contents(inner)).ok_or(())?;
    let rest = inner.get(number.end()..).ok_or(())?;
    let operation = ber::whole(rest).ok_or(())?;
    Ok(Some(Head { bytes: message.end(), id, operation: operation.tag, contents: operation.contents(rest) }))
}

/// Whether a connection is of LDAP: a request with its number.
pub(super) fn begins(sender: Role, bytes: &[u8]) -> Begins {
    if sender == Role::Server {
        return Begins::No;
    }
    match head(bytes) {
        Ok(None) => Begins::More,
        Ok(Some(head)) if head.id > 0 && request(head.operation).is_some() && head.is_plausible() => Begins::Yes,
        _ => Begins::No,
    }
}

impl Head<'_> {
    /// Whether the contents begin as those of the operation do: a version, a name, an object identifier.
    fn is_plausible(&self) -> bool {
        let first = ber::whole(self.contents).map(|element| element.tag);
        match self.operation {
            0x4a => true,
            0x60 => first == Some(INTEGER),
            EXTENDED_REQUEST => first == Some(0x80),
            _ => matches!(first, Some(4) | None),
        }
    }

    /// The result code, with which the answers that have one begin.
    fn status(&self) -> Option<Status> {
        let code = ber::whole(self.contents).filter(|code| code.tag == ENUMERATED)?;
        let code = ber::number(code.contents(self.contents))?;
        // What else is no error: compareFalse, compareTrue, referral, saslBindInProgress.
        let error = !matches!(code, 0 | 5 | 6 | 10 | 14);
        Some(Status { error, code: if code == 0 { Code::None } else { Code::Number(code) } })
    }
}

impl Wire for Ldap {
    fn service(&self) -> &'static str {
        "ldap"
    }

    fn look(&mut self, sender: Role, bytes: &[u8]) -> Look {
        let head = match head(bytes) {
            Ok(None) => return Look::More,
            Ok(Some(head)) => head,
            Err(()) => return Look::No,
        };
        let total = head.bytes as u64;
        if let Some(command) = request(head.operation).filter(|_| sender == Role::Client) {
            let asks_tls = head.operation == EXTENDED_REQUEST
                && head.contents.windows(START_TLS.len()).any(|part| part == START_TLS);
            if asks_tls {
                self.start_tls = Some(head.id);
            }
            let command = if asks_tls { "start_tls" } else { command };
            return Look::one(total, Part::Request { id: head.id.into(), command, whole: true });
        }
        let last = matches!(head.operation, 0x61 | 0x65 | 0x67 | 0x69 | 0x6b | 0x6d | 0x6f | EXTENDED_RESPONSE);
        if sender == Role::Client || !(last || matches!(head.operation, 0x64 | 0x73 | 0x79)) {
            return Look::other(total);
        }
        let status = head.status().filter(|_| last);
        if last && self.start_tls.take_if(|id| *id == head.id).is_some() && status.is_some_and(|status| !status.error) {
            return Look::Renew(head.bytes);
        }
        Look::one(total, Part::Response { id: head.id.into(), status, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ends_with_its_result() {
        let bind = [0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0];
        assert_eq!(begins(Role::Client, &bind), Begins::Yes);
        let mut wire = Ldap::default();
        let expected = Part::Request { id: 1, command: "bind", whole: true };
        assert_eq!(wire.look(Role::Client, &bind), Look::one(14, expected));
        let done = [0x30, 12, 2, 1, 2, 0x65, 7, 10, 1, 32, 4, 0, 4, 0];
        let status = Some(Status::error(Code::Number(32)));
        assert_eq!(wire.look(Role::Server, &done), Look::one(14, Part::Response { id: 2, status, last: true }));
        let entry = [0x30, 9, 2, 1, 2, 0x64, 4, 4, 0, 0x30, 0];
        let expected = Part::Response { id: 2, status: None, last: false };
        assert_eq!(wire.look(Role::Server, &entry), Look::one(11, expected));
    }

    #[test]
    fn other_bytes_are_not_taken() {
        assert_eq!(begins(Role::Client, &[0x30, 0x80, 2, 1, 1]), Begins::No);
        assert_eq!(begins(Role::Client, &[0x30, 3, 4, 1, 1]), Begins::No);
        assert_eq!(begins(Role::Client, b"0 hello"), Begins::More, "a length of 32 may follow");
        assert_eq!(begins(Role::Client, b"0 hello, this is not a message at all"), Begins::No);
    }
}

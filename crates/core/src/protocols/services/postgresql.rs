//! PostgreSQL, protocol 3 (PostgreSQL documentation, chapter "Frontend/Backend Protocol").
//!
//! A request is a simple query, or all that the client sends up to Sync; its response ends with ReadyForQuery.

use super::sql;
use super::wire::{Begins, Code, Look, Part, Status, Wire, be32};
use crate::protocols::tcp::Role;

const PROTOCOL_3: u32 = 0x0003_0000;
const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;
const MOST_STARTUP_BYTES: u32 = 10_000;
/// What is read of a statement to know its kind.
const MOST_STATEMENT_BYTES: usize = 512;

/// What of a connection is remembered.
#[derive(Debug, Default)]
pub(super) struct Postgresql {
    /// Whether the client asked for encryption and the server has not said whether it will.
    asked_encryption: bool,
    /// Kind of the request that goes on until Sync.
    open: Option<&'static str>,
}

fn is_startup(bytes: &[u8]) -> bool {
    let Some((length, code)) = be32(bytes, 0).zip(be32(bytes, 4)) else { return false };
    match code {
        SSL | GSS => length == 8,
        CANCEL => length == 16,
        PROTOCOL_3 => (9..MOST_STARTUP_BYTES).contains(&length) && bytes.get(8).is_some_and(u8::is_ascii_lowercase),
        _ => false,
    }
}

/// Whether a connection is of PostgreSQL: it begins with a start message, or was joined at a simple query.
pub(super) fn begins(sender: Role, bytes: &[u8]) -> Begins {
    if sender == Role::Server {
        return Begins::No;
    }
    let startup = bytes.first() == Some(&0) && bytes.get(1).is_none_or(|&byte| byte == 0);
    if bytes.len() < 9 && (startup || bytes.first() == Some(&b'Q')) {
        return if is_startup(bytes) { Begins::Yes } else { Begins::More };
    }
    if is_startup(bytes) || is_query(bytes) { Begins::Yes } else { Begins::No }
}

/// A simple query that is all of its segment, a statement with its zero byte.
fn is_query(bytes: &[u8]) -> bool {
    let [b'Q', ..] = bytes else { return false };
    let Some(statement) = bytes.get(5..) else { return false };
    let whole = be32(bytes, 1).is_some_and(|length| length as usize + 1 == bytes.len());
    whole && statement.last() == Some(&0) && sql::kind(statement) != "other"
}

impl Postgresql {
    fn client(&mut self, bytes: &[u8]) -> Look {
        if bytes.first() == Some(&0) {
            return self.startup(bytes);
        }
        let Some(length) = be32(bytes, 1) else { return Look::More };
        let kind = bytes[0];
        if length < 4 || !b"QPBEDSCHFXcdfp".contains(&kind) {
            return Look::No;
        }
        let total = u64::from(length) + 1;
        let needed = (length as usize + 1).min(MOST_STATEMENT_BYTES);
        if matches!(kind, b'Q' | b'P') && bytes.len() < needed {
            return Look::More;
        }
        let body = bytes.get(5..needed.max(5)).unwrap_or_default();
        let (command, whole) = match kind {
            b'Q' => (sql::kind(body), true),
            b'F' => ("function", true),
            b'P' => {
                let name = body.iter().position(|&byte| byte == 0).map_or(body.len(), |end| end + 1);
                (self.open.unwrap_or_else(|| sql::kind(body.get(name..).unwrap_or_default())), false)
            }
            b'B' | b'E' => (self.open.unwrap_or("execute"), false),
            b'D' => (self.open.unwrap_or("describe"), false),
            b'C' => (self.open.unwrap_or("close"), false),
            b'S' => (self.open.unwrap_or("sync"), true),
            _ => return Look::other(total),
        };
        self.open = (!whole).then_some(command);
        Look::one(total, Part::Request { id: 0, command, whole })
    }

    fn startup(&mut self, bytes: &[u8]) -> Look {
        let Some((length, code)) = be32(bytes, 0).zip(be32(bytes, 4)) else { return Look::More };
        let command = match code {
            SSL | GSS => {
                self.asked_encryption = true;
                "encryption"
            }
            PROTOCOL_3 => "startup",
            CANCEL => return Look::other(u64::from(length)),
            _ => return Look::No,
        };
        if length < 8 {
            return Look::No;
        }
        Look::one(u64::from(length), Part::Request { id: 0, command, whole: true })
    }

    fn server(&mut self, bytes: &[u8]) -> Look {
        let kind = bytes[0];
        if std::mem::take(&mut self.asked_encryption) && matches!(kind, b'S' | b'N' | b'G') {
            if kind != b'N' {
                return Look::Renew(1);
            }
            return Look::one(1, Part::Response { id: 0, status: Some(Status::OK), last: true });
        }
        let Some(length) = be32(bytes, 1) else { return Look::More };
        if length < 4 || !b"RKSZTDCENAIt1235nsGHWcdvV".contains(&kind) {
            return Look::No;
        }
        let total = u64::from(length) + 1;
        let status = match kind {
            b'E' if (bytes.len() as u64) < total.min(MOST_STATEMENT_BYTES as u64) => return Look::More,
            b'E' => Some(Status::error(sqlstate(bytes.get(5..).unwrap_or_default()))),
            b'Z' => Some(Status::OK),
            b'A' | b'N' | b'S' => return Look::other(total), // may come at any time
            _ => None,
        };
        Look::one(total, Part::Response { id: 0, status, last: kind == b'Z' })
    }
}

/// The field C of an error: five letters or digits.
fn sqlstate(fields: &[u8]) -> Code {
    fields
        .split(|&byte| byte == 0)
        .take(16)
        .find_map(|field| field.strip_prefix(b"C").filter(|code| code.len() == 5))
        .map_or(Code::None, Code::word)
}

impl Wire for Postgresql {
    fn service(&self) -> &'static str {
        "postgresql"
    }

    fn look(&mut self, sender: Role, bytes: &[u8]) -> Look {
        match (sender, bytes) {
            (_, []) => Look::More,
            (Role::Client, _) => self.client(bytes),
            (Role::Server, _) => self.server(bytes),
        }
    }

    fn missed(&mut self, sender: Role) {
        if sender == Role::Client {
            self.open = None;
        }
        self.asked_encryption = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend((body.len() as u32 + 4).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    fn request(command: &'static str, whole: bool) -> Part {
        Part::Request { id: 0, command, whole }
    }

    #[test]
    fn statements_are_named_by_their_kind() {
        let mut wire = Postgresql::default();
        let query = message(b'Q', b"SELECT secret FROM t\0");
        assert_eq!(begins(Role::Client, &query), Begins::Yes);
        assert_eq!(wire.look(Role::Client, &query), Look::one(query.len() as u64, request("select", true)));
        let parse = message(b'P', b"name\0update t set a = $1\0\0\0");
        assert_eq!(wire.look(Role::Client, &parse), Look::one(parse.len() as u64, request("update", false)));
        let sync = message(b'S', b"");
        assert_eq!(wire.look(Role::Client, &sync), Look::one(5, request("update", true)));
    }

    #[test]
    fn an_error_gives_its_code_only() {
        let mut wire = Postgresql::default();
        let error = message(b'E', b"SERROR\0C42P01\0Mrelation \"secret\" does not exist\0\0");
        let status = Some(Status::error(Code::word(b"42P01")));
        let expected = Part::Response { id: 0, status, last: false };
        assert_eq!(wire.look(Role::Server, &error), Look::one(error.len() as u64, expected));
    }

    #[test]
    fn encryption_hands_over() {
        let mut wire = Postgresql::default();
        let ssl = [0, 0, 0, 8, 4, 210, 22, 47];
        assert_eq!(begins(Role::Client, &ssl), Begins::Yes);
        wire.look(Role::Client, &ssl);
        assert_eq!(wire.look(Role::Server, b"S"), Look::Renew(1));
    }

    #[test]
    fn other_bytes_are_not_taken() {
        assert_eq!(begins(Role::Client, b"Qxxxxxxxxxxxxxxxxxxxxxxxx"), Begins::No);
        assert_eq!(begins(Role::Client, &[0, 0, 0, 200, 0, 0, 0, 1, 0, 0]), Begins::No);
        assert_eq!(begins(Role::Server, &message(b'Z', b"I")), Begins::No);
    }
}

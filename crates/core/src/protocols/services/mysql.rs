//! MySQL and MariaDB (MySQL documentation, chapter "Client/Server Protocol").
//!
//! The client numbers the first packet of a command 0. Where a response ends depends on what was negotiated, so the next
//! command ends it.

use super::sql;
use super::wire::{Begins, Code, Look, Part, Status, Wire, le16, le32};
use crate::protocols::tcp::Role;

const HEADER_BYTES: usize = 4;
const CLIENT_COMPRESS: u32 = 1 << 5;
const CLIENT_SSL: u32 = 1 << 11;
const SSL_REQUEST_BYTES: usize = 32;
const MOST_STATEMENT_BYTES: usize = 512;

#[derive(Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The server greets.
    #[default]
    Greeting,
    /// The client answers the greeting.
    Login,
    /// Who it is is found out.
    Authentication,
    /// Commands and their responses.
    Commands,
}

/// What of a connection is remembered.
#[derive(Debug, Default)]
pub(super) struct Mysql {
    phase: Phase,
    /// Whether the next packet of the server is the first of a response.
    awaited: bool,
}

fn length(bytes: &[u8]) -> Option<usize> {
    le32(bytes, 0).map(|header| (header & 0x00ff_ffff) as usize)
}

/// Whether a connection is of MySQL: the server begins with a greeting of protocol 10.
pub(super) fn begins(sender: Role, bytes: &[u8]) -> Begins {
    match (sender, bytes) {
        (Role::Server, [_, 0..=3, 0, 0, 10, major, ..]) if major.is_ascii_digit() => {
            let version = bytes.get(5..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_graphic());
            let whole = length(bytes).is_some_and(|length| (40..1024).contains(&length));
            if whole && version.count() >= 3 { Begins::Yes } else { Begins::No }
        }
        (Role::Server, [_, 0..=3] | [_, 0..=3, 0] | [_, 0..=3, 0, 0] | [_, 0..=3, 0, 0, 10] | [_]) => Begins::More,
        _ => Begins::No,
    }
}

fn command(code: u8, body: &[u8]) -> Option<&'static str> {
    Some(match code {
        2 => "init_db",
        3 => sql::kind(body),
        4 => "field_list",
        9 => "statistics",
        10 => "process_info",
        13 => "debug",
        14 => "ping",
        17 => "change_user",
        22 => "prepare",
        23 => "execute",
        26 => "stmt_reset",
        27 => "set_option",
        28 => "fetch",
        31 => "reset_connection",
        _ => return None,
    })
}

impl Mysql {
    fn client(&mut self, bytes: &[u8], length: usize) -> Look {
        let total = (length + HEADER_BYTES) as u64;
        let body = bytes.get(HEADER_BYTES..).unwrap_or_default();
        if self.phase == Phase::Login {
            let Some(capabilities) = le32(body, 0) else { return Look::More };
            if length == SSL_REQUEST_BYTES && capabilities & CLIENT_SSL != 0 {
                return Look::Renew(length + HEADER_BYTES);
            }
            if capabilities & CLIENT_COMPRESS != 0 {
                return Look::No; // what follows is compressed, at least when it is long
            }
            (self.phase, self.awaited) = (Phase::Authentication, true);
            return Look::one(total, Part::Request { id: 0, command: "connect", whole: true });
        }
        let first = bytes.get(3) == Some(&0);
        if self.phase != Phase::Commands || !first {
            return Look::other(total);
        }
        if body.len() < length.min(MOST_STATEMENT_BYTES) {
            return Look::More;
        }
        let Some((&code, rest)) = body.split_first() else { return Look::other(total) };
        let statement = rest.get(..length.saturating_sub(1)).unwrap_or(rest);
        let Some(command) = command(code, statement) else { return Look::other(total) };
        self.awaited = true;
        Look::one(total, Part::Request { id: 0, command, whole: true })
    }

    fn server(&mut self, bytes: &[u8], length: usize) -> Look {
        let total = (length + HEADER_BYTES) as u64;
        let Some(&kind) = bytes.get(HEADER_BYTES) else {
            return if length == 0 { Look::other(total) } else { Look::More };
        };
        if self.phase == Phase::Greeting {
            self.phase = Phase::Login;
            return Look::other(total);
        }
        let error = || le16(bytes, HEADER_BYTES + 1).map(|code| Status::error(Code::Number(code.into())));
        let status = match (kind, self.awaited) {
            (0xff, _) if bytes.len() < HEADER_BYTES + 3 => return Look::More,
            (0xff, _) => error(),
            (_, true) => Some(Status::OK),
            _ => None,
        };
        if self.phase == Phase::Authentication {
            let over = matches!(kind, 0 | 0xff);
            if over {
                self.phase = Phase::Commands;
            }
            return Look::one(total, Part::Response { id: 0, status: status.filter(|_| over), last: over });
        }
        self.awaited = false;
        Look::one(total, Part::Response { id: 0, status, last: false })
    }
}

impl Wire for Mysql {
    fn service(&self) -> &'static str {
        "mysql"
    }

    fn look(&mut self, sender: Role, bytes: &[u8]) -> Look {
        let Some(length) = length(bytes) else { return Look::More };
        match sender {
            Role::Client => self.client(bytes, length),
            Role::Server => self.server(bytes, length),
        }
    }

    fn next_request_ends(&self) -> bool {
        true
    }

    fn missed(&mut self, _sender: Role) {
        self.phase = Phase::Commands;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
        bytes[3] = number;
        bytes.extend(body);
        bytes
    }

    #[test]
    fn a_command_is_named_and_its_error_numbered() {
        let mut greeting = b"\x0a8.0.36\0".to_vec();
        greeting.resize(70, 1);
        let greeting = packet(0, &greeting);
        assert_eq!(begins(Role::Server, &greeting), Begins::Yes);
        let mut wire = Mysql::default();
        wire.look(Role::Server, &greeting);
        let connect = Look::one(44, Part::Request { id: 0, command: "connect", whole: true });
        assert_eq!(wire.look(Role::Client, &packet(1, &[0; 40])), connect);
        wire.look(Role::Server, &packet(2, &[0; 7]));
        let query = packet(0, b"\x03DELETE FROM t WHERE name = 'secret'");
        let expected = Part::Request { id: 0, command: "delete", whole: true };
        assert_eq!(wire.look(Role::Client, &query), Look::one(query.len() as u64, expected));
        let error = packet(1, b"\xff\x28\x04#42000You have an error near 'secret'");
        let status = Some(Status::error(Code::Number(1064)));
        let expected = Part::Response { id: 0, status, last: false };
        assert_eq!(wire.look(Role::Server, &error), Look::one(error.len() as u64, expected));
    }

    #[test]
    fn encryption_hands_over() {
        let mut wire = Mysql { phase: Phase::Login, ..Mysql::default() };
        let mut body = CLIENT_SSL.to_le_bytes().to_vec();
        body.resize(32, 0);
        assert_eq!(wire.look(Role::Client, &packet(1, &body)), Look::Renew(36));
    }
}

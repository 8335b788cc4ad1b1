//! Redis (RESP versions 2 and 3): values one after another, answers in the order of commands.

use super::wire::{Begins, Code, Look, Part, Status, Wire};
use crate::protocols::tcp::Role;

/// A line with a length, or a short answer.
const MOST_LINE_BYTES: usize = 64 << 10;
/// A command is known by its name, which stands in the first value.
const MOST_NAME_BYTES: usize = 24;
/// What one value may hold; an honest one holds less.
const MOST_VALUES: u64 = 1 << 32;

const COMMANDS: [&str; 60] = [
    "get",
    "set",
    "mget",
    "mset",
    "del",
    "exists",
    "expire",
    "ttl",
    "pttl",
    "incr",
    "incrby",
    "decr",
    "append",
    "getset",
    "setex",
    "setnx",
    "hget",
    "hset",
    "hmget",
    "hmset",
    "hgetall",
    "hdel",
    "hincrby",
    "lpush",
    "rpush",
    "lpop",
    "rpop",
    "lrange",
    "llen",
    "blpop",
    "brpop",
    "sadd",
    "srem",
    "smembers",
    "sismember",
    "zadd",
    "zrange",
    "zrangebyscore",
    "zrem",
    "zscore",
    "xadd",
    "xread",
    "xreadgroup",
    "xack",
    "publish",
    "eval",
    "evalsha",
    "multi",
    "exec",
    "watch",
    "scan",
    "keys",
    "info",
    "ping",
    "auth",
    "hello",
    "select",
    "client",
    "config",
    "cluster",
];
/// After these the server speaks without being asked.
const STREAMING: [&[u8]; 5] = [b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"MONITOR", b"PSYNC"];

/// What of a connection is remembered.
#[derive(Debug, Default)]
pub(super) struct Redis {
    /// Values that are still to come of what each end is saying.
    open: [u64; 2],
    /// The command that the client is sending, once its name is known.
    command: Option<&'static str>,
    streaming: bool,
    /// How the answer that the server is sending went.
    status: Option<Status>,
}

/// Whether a connection is of Redis: a client begins with an array of strings.
pub(super) fn begins(sender: Role, bytes: &[u8]) -> Begins {
    if sender == Role::Server || bytes.first() != Some(&b'*') {
        return Begins::No;
    }
    let Some((count, rest)) = line(bytes) else {
        return if bytes.len() < 8 { Begins::More } else { Begins::No };
    };
    let Some((length, _)) = line(rest) else {
        return if rest.len() < 8 { Begins::More } else { Begins::No };
    };
    let is_string = length.first() == Some(&b'$') && number(length).is_some_and(|length| (1..64).contains(&length));
    if number(count).is_some_and(|count| count > 0) && is_string { Begins::Yes } else { Begins::No }
}

/// The first line without its end, and what is behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(MOST_LINE_BYTES).position(|&byte| byte == b'\n')?;
    let (line, rest) = bytes.split_at(end);
    Some((line.strip_suffix(b"\r")?, rest.get(1..)?))
}

/// The number behind the first byte of a line.
fn number(line: &[u8]) -> Option<i64> {
    std::str::from_utf8(line.get(1..)?).ok()?.parse().ok()
}

/// A value: its length, and how many values it announces.
enum Value {
    More,
    Simple(u64),
    Several(u64, u64),
    Broken,
}

fn value(bytes: &[u8]) -> Value {
    let Some((head, rest)) = line(bytes) else {
        return if bytes.len() < MOST_LINE_BYTES { Value::More } else { Value::Broken };
    };
    let line_bytes = (bytes.len() - rest.len()) as u64;
    let count = number(head);
    match (head.first(), count) {
        (Some(b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'('), _)
        | (Some(b'$' | b'!' | b'=' | b'*' | b'~' | b'%' | b'>'), Some(-1)) => Value::Simple(line_bytes),
        (Some(b'$' | b'!' | b'='), Some(length @ 0..)) => {
            Value::Simple(line_bytes.saturating_add(length as u64).saturating_add(2))
        }
        (Some(b'*' | b'~' | b'>'), Some(count @ 0..)) => Value::Several(line_bytes, count as u64),
        (Some(b'%' | b'|'), Some(count @ 0..)) => Value::Several(line_bytes, (count as u64).saturating_mul(2)),
        _ => Value::Broken,
    }
}

impl Redis {
    fn client(&mut self, bytes: &[u8], length: u64, rest: &[u8]) -> Look {
        let named = self.command.is_some();
        if !named {
            let word = rest.get(..rest.len().min(MOST_NAME_BYTES)).unwrap_or_default();
            if bytes.len() as u64 >= length || rest.len() >= MOST_NAME_BYTES {
                let end = word.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(word.len());
                let word = word.get(..end).unwrap_or_default();
                self.streaming |= STREAMING.iter().any(|name| word.eq_ignore_ascii_case(name));
                let known = COMMANDS.into_iter().find(|name| word.eq_ignore_ascii_case(name.as_bytes()));
                self.command = Some(known.unwrap_or("other"));
            } else {
                return Look::More;
            }
        }
        let command = self.command.unwrap_or("other");
        let whole = self.close(Role::Client, 0);
        if whole {
            self.command = None;
        }
        Look::one(length, Part::Request { id: 0, command, whole })
    }

    fn server(&mut self, bytes: &[u8], length: u64) -> Look {
        let first = self.open[Role::Server as usize] == 0;
        if first {
            let error = bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix(b"!"));
            self.status = Some(error.map_or(Status::OK, |text| Status::error(Code::word(text))));
        }
        let last = self.close(Role::Server, 0);
        Look::one(length, Part::Response { id: 0, status: self.status, last })
    }

    /// One value is done, and announced so many others; returns whether that is all of what `sender` says.
    fn close(&mut self, sender: Role, announced: u64) -> bool {
        let open = &mut self.open[sender as usize];
        *open = open.saturating_sub(1).saturating_add(announced).min(MOST_VALUES);
        *open == 0
    }
}

impl Wire for Redis {
    fn service(&self) -> &'static str {
        "redis"
    }

    fn look(&mut self, sender: Role, bytes: &[u8]) -> Look {
        if self.streaming {
            return Look::No;
        }
        match (value(bytes), sender) {
            (Value::More, _) => Look::More,
            (Value::Broken, _) => Look::No,
            (Value::Simple(length), Role::Client) => {
                let rest = line(bytes).map(|(_, rest)| rest).unwrap_or_default();
                self.client(bytes, length, rest)
            }
            (Value::Simple(length) | Value::Several(length, 0), Role::Server) => self.server(bytes, length),
            (Value::Several(length, count), Role::Server) => {
                if self.open[Role::Server as usize] == 0 {
                    self.status = Some(Status::OK);
                    self.open[Role::Server as usize] = 1;
                }
                self.close(Role::Server, count);
                Look::one(length, Part::Response { id: 0, status: self.status, last: false })
            }
            (Value::Several(length, count), Role::Client) => {
                let open = &mut self.open[Role::Client as usize];
                *open = (*open).max(1);
                self.close(Role::Client, count);
                Look::one(length, Part::Request { id: 0, command: "other", whole: false })
            }
        }
    }

    fn missed(&mut self, sender: Role) {
        self.open[sender as usize] = 0;
        if sender == Role::Client {
            self.command = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command, or the code of the answer, of each value that ends something.
    fn said(wire: &mut Redis, sender: Role, mut bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let Look::Message { bytes: length, parts } = wire.look(sender, bytes) else { break };
            match parts[..] {
                [Part::Request { command, whole: true, .. }] => all.push(command.to_owned()),
                [Part::Response { status: Some(status), last: true, .. }] => {
                    all.push(status.code.text().unwrap_or_else(|| "ok".to_owned()));
                }
                _ => {}
            }
            bytes = bytes.get(length as usize..).unwrap_or_default();
        }
        all
    }

    #[test]
    fn commands_and_answers_are_counted() {
        let mut wire = Redis::default();
        let commands =
            b"*2\r\n$3\r\nGET\r\n$6\r\nsecret\r\n*1\r\n$4\r\nping\r\n*3\r\n$7\r\nNOSUCHX\r\n$1\r\na\r\n$1\r\nb\r\n";
        assert_eq!(begins(Role::Client, commands), Begins::Yes);
        assert_eq!(said(&mut wire, Role::Client, commands), ["get", "ping", "other"]);
        let answers = b"$5\r\nhello\r\n+PONG\r\n-WRONGTYPE secret\r\n*2\r\n*1\r\n:1\r\n$-1\r\n*0\r\n%1\r\n+a\r\n:2\r\n";
        assert_eq!(said(&mut wire, Role::Server, answers), ["ok", "ok", "WRONGTYPE", "ok", "ok", "ok"]);
    }

    #[test]
    fn a_subscription_ends_what_is_followed() {
        let mut wire = Redis::default();
        said(&mut wire, Role::Client, b"*2\r\n$9\r\nsubscribe\r\n$1\r\na\r\n");
        assert_eq!(wire.look(Role::Server, b"*3\r\n"), Look::No);
    }

    #[test]
    fn other_bytes_are_not_taken() {
        assert_eq!(begins(Role::Client, b"*\x00\x01\x02\x03\x04\x05\x06\x07"), Begins::No);
        assert_eq!(begins(Role::Client, b"*2\r\nabc\r\n"), Begins::No);
        assert_eq!(begins(Role::Client, b"*2\r"), Begins::More);
    }
}

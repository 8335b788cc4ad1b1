//! Kerberos version 5 over TCP (RFC 4120 §7.2.2): a length, then one message.

use super::ber;
use super::wire::{Begins, Code, Look, Part, Status, Wire, be32};
use crate::protocols::tcp::Role;

const LENGTH_BYTES: usize = 4;
const MOST_BYTES: u32 = 1 << 20;
const AS_REQUEST: u8 = 0x6a;
const AS_RESPONSE: u8 = 0x6b;
const TGS_REQUEST: u8 = 0x6c;
const TGS_RESPONSE: u8 = 0x6d;
const ERROR: u8 = 0x7e;
const SEQUENCE: u8 = 0x30;
/// The field error-code of an error (RFC 4120 §5.9.1).
const ERROR_CODE: u8 = 0xa6;

/// Kerberos remembers nothing.
#[derive(Debug, Default)]
pub(super) struct Kerberos;

/// Whether a connection is of Kerberos: a request whose length is that of its element.
pub(super) fn begins(sender: Role, bytes: &[u8]) -> Begins {
    if sender == Role::Server || bytes.first().is_some_and(|&first| first != 0) {
        return Begins::No;
    }
    let (Some(length), Some(message)) = (be32(bytes, 0), bytes.get(LENGTH_BYTES..).filter(|rest| rest.len() >= 8))
    else {
        return Begins::More;
    };
    let Some(element) = ber::whole(message) else { return Begins::No };
    let whole = element.end() == length as usize && length < MOST_BYTES;
    let inner = element.contents(message).first() == Some(&SEQUENCE);
    if whole && inner && matches!(element.tag, AS_REQUEST | TGS_REQUEST) { Begins::Yes } else { Begins::No }
}

/// The code of an error message: behind time and names of the service.
fn error_code(message: &[u8]) -> Option<u32> {
    let sequence = ber::whole(ber::whole(message)?.contents(message))?;
    let outer = ber::whole(message)?.contents(message);
    let mut fields = sequence.contents(outer);
    for _ in 0..12 {
        let field = ber::whole(fields)?;
        if field.tag == ERROR_CODE {
            let contents = field.contents(fields);
            return ber::number(ber::whole(contents)?.contents(contents));
        }
        fields = fields.get(field.end()..)?;
    }
    None
}

impl Wire for Kerberos {
    fn service(&self) -> &'static str {
        "kerberos"
    }

    fn look(&mut self, _sender: Role, bytes: &[u8]) -> Look {
        let Some(length) = be32(bytes, 0) else { return Look::More };
        if length == 0 || length > MOST_BYTES {
            return Look::No;
        }
        let Some(&tag) = bytes.get(LENGTH_BYTES) else { return Look::More };
        let total = u64::from(length) + LENGTH_BYTES as u64;
        let part = match tag {
            AS_REQUEST => Part::Request { id: 0, command: "as_req", whole: true },
            TGS_REQUEST => Part::Request { id: 0, command: "tgs_req", whole: true },
            AS_RESPONSE | TGS_RESPONSE => Part::Response { id: 0, status: Some(Status::OK), last: true },
            ERROR if (bytes.len() as u64) < total => return Look::More,
            ERROR => {
                let code = error_code(bytes.get(LENGTH_BYTES..).unwrap_or_default());
                let status = Status::error(code.map_or(Code::None, Code::Number));
                Part::Response { id: 0, status: Some(status), last: true }
            }
            _ => return Look::No,
        };
        Look::one(total, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_gives_its_code() {
        let request = [0, 0, 0, 8, AS_REQUEST, 6, SEQUENCE, 4, 0xa1, 2, 0, 0];
        assert_eq!(begins(Role::Client, &request), Begins::Yes);
        let error = [0, 0, 0, 14, ERROR, 12, SEQUENCE, 10, 0xa0, 3, 2, 1, 5, ERROR_CODE, 3, 2, 1, 25];
        let mut error = error.to_vec();
        error[3] = 14;
        let status = Some(Status::error(Code::Number(25)));
        assert_eq!(Kerberos.look(Role::Server, &error), Look::one(18, Part::Response { id: 0, status, last: true }));
    }
}

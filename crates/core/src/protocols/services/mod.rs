//! Services whose bytes tell a request from its response: one file for each wire format, one tracker for all.

mod ber;
mod kerberos;
mod ldap;
mod mqtt;
mod mysql;
mod postgresql;
mod redis;
mod smb2;
mod sql;
mod table;
mod tracker;
pub mod wire;

pub use table::ServiceTransactionRow;

use crate::protocols::follow::{Context, Opening, Recognised};
use crate::protocols::tcp::Role;
use wire::{Begins, Wire};

/// What tells whether a connection is of a wire format by what one end says first.
type Begin = fn(Role, &[u8]) -> Begins;

/// What makes the reader of a wire format.
type Make = fn() -> Box<dyn Wire>;

/// Every wire format, with what tells whether a connection is of it.
const WIRES: &[(Begin, Make)] = &[
    (postgresql::begins, || Box::<postgresql::Postgresql>::default()),
    (mysql::begins, || Box::<mysql::Mysql>::default()),
    (redis::begins, || Box::<redis::Redis>::default()),
    (smb2::begins, || Box::<smb2::Smb2>::default()),
    (ldap::begins, || Box::<ldap::Ldap>::default()),
    (kerberos::begins, || Box::<kerberos::Kerberos>::default()),
    (mqtt::begins, || Box::<mqtt::Mqtt>::default()),
];

/// Whether a connection is of one of the services: by its bytes, never by its port alone.
pub(super) fn recognise(opening: &Opening<'_>, context: &Context<'_>) -> Recognised {
    let mut undecided = false;
    for (begins, make) in WIRES {
        match begins(opening.sender, opening.bytes) {
            Begins::Yes => return Recognised::Yes(Box::new(tracker::Tracker::new(make(), context.ends.texts()))),
            Begins::More => undecided = true,
            Begins::No => {}
        }
    }
    if undecided { Recognised::More } else { Recognised::No }
}

/// Reads `bytes` as what both ends of a connection of each service sent, for the fuzz target.
pub fn look_at_all(bytes: &[u8]) {
    for (begins, make) in WIRES {
        let mut wire = make();
        for sender in [Role::Client, Role::Server] {
            let _ = begins(sender, bytes);
            let mut rest = bytes;
            while let wire::Look::Message { bytes, .. } = wire.look(sender, rest) {
                let Some(after) = usize::try_from(bytes).ok().and_then(|bytes| rest.get(bytes.max(1)..)) else { break };
                rest = after;
            }
        }
    }
}

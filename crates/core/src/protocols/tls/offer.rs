//! What is kept of a ClientHello.

use super::ja4::{Carrier, ja4};
use super::message::ClientHello;
use super::read::text;

/// Characters kept of a name.
const MOST_CHARS: usize = 255;
/// Protocols kept of those that are offered.
const MOST_PROTOCOLS: usize = 16;

/// What is kept of a ClientHello.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// The highest version.
    pub(crate) version: u16,
    /// The server's name.
    pub(crate) server_name: Option<String>,
    /// Protocols, joined by commas.
    pub(crate) protocols: Option<String>,
    /// The fingerprint, of a hello that is whole.
    pub(crate) ja4: Option<String>,
    /// Whether data may come before the answer.
    pub(crate) early_data: bool,
}

impl Offer {
    /// What `hello` says; `whole` tells whether all of it was captured.
    pub(crate) fn new(hello: &ClientHello<'_>, carrier: Carrier, whole: bool) -> Self {
        let protocols = hello.protocols().take(MOST_PROTOCOLS);
        let protocols: Vec<String> = protocols.map(|name| text(name, MOST_CHARS)).collect();
        Self {
            version: hello.version(),
            server_name: hello.server_name().map(|name| text(name, MOST_CHARS)),
            protocols: (!protocols.is_empty()).then(|| protocols.join(",")),
            ja4: whole.then(|| ja4(hello, carrier)),
            early_data: hello.offers_early_data(),
        }
    }

    /// Memory beyond the struct itself, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        [&self.server_name, &self.protocols, &self.ja4].into_iter().flatten().map(String::capacity).sum()
    }
}

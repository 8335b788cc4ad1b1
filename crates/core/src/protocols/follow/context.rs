//! What a tracker may see and use besides its own state.

use crate::flows::{AddressText, Endpoint, endpoint_text};
use crate::issue::Issues;
use crate::protocols::Shared;
use crate::protocols::tcp::{Connection, Role};
use crate::tables::Sink;

/// The flow that a message belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    /// Number of the flow.
    pub(crate) flow: u64,
    /// Index among the flows of TCP, or of UDP.
    pub(crate) stream: u32,
    /// Its client.
    pub(crate) client: Endpoint,
    /// Its server.
    pub(crate) server: Endpoint,
}

/// The ends as tables show them, made once for all rows of a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts {
    /// Its client.
    pub(crate) client: AddressText,
    /// Its server.
    pub(crate) server: AddressText,
}

impl Ends {
    /// Client and server as address:port, as in the table `flows`.
    pub(crate) fn texts(&self) -> Texts {
        Texts { client: endpoint_text(self.client), server: endpoint_text(self.server) }
    }

    /// Whether one of the ends has this port.
    pub(crate) fn has_port(&self, port: u16) -> bool {
        self.client.port == port || self.server.port == port
    }
}

/// What a tracker may see and use besides its own state.
pub(crate) struct Context<'a> {
    /// The flow.
    pub(crate) ends: Ends,
    /// What TCP knows of it, as long as that is kept.
    pub(crate) connection: Option<&'a Connection>,
    /// What protocols share between flows.
    pub(crate) shared: &'a mut Shared,
    /// Where oddities are noted.
    pub(crate) issues: &'a mut Issues,
    /// Where rows go.
    pub(crate) sink: &'a mut dyn Sink,
}

impl Context<'_> {
    /// The recent least time from the capture point to an end of the connection and back, where known.
    pub(crate) fn leg_ns(&self, to: Role) -> Option<i64> {
        self.connection.and_then(|connection| connection.leg_ns(to))
    }

    /// The time from the capture point to an end of the connection and back that is in what was asked at `asked_ns`, where that
    /// was seen, and is answered by the segment at hand; `None` where nothing tells.
    pub(crate) fn path_ns(&self, to: Role, asked_ns: Option<i64>) -> Option<i64> {
        match asked_ns {
            Some(asked_ns) => self.connection.and_then(|connection| connection.path_ns(to, asked_ns)),
            None => self.leg_ns(to),
        }
    }
}

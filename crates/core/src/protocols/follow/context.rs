//! What a tracker may see and use besides its own state.

use crate::flows::Endpoint;
use crate::issue::Issues;
use crate::protocols::Shared;
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

impl Ends {
    /// Whether one of the ends has this port.
    pub(crate) fn has_port(&self, port: u16) -> bool {
        self.client.port == port || self.server.port == port
    }
}

/// What a tracker may see and use besides its own state.
pub(crate) struct Context<'a> {
    /// The flow.
    pub(crate) ends: Ends,
    /// What protocols share between flows.
    pub(crate) shared: &'a mut Shared,
    /// Where oddities are noted.
    pub(crate) issues: &'a mut Issues,
    /// Where rows go.
    pub(crate) sink: &'a mut dyn Sink,
}

//! What a span of a connection's time is charged to: a category and a side (`tcp.md` D.5).

use crate::flows::Half;

/// Who is to blame, or better: on whose side the time passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The client host or its application.
    Client,
    /// The server host or its application.
    Server,
    /// The path between them.
    Network,
    /// The capture itself.
    Capture,
    /// Nobody: the time is inherent in the protocol, or nothing followed.
    None,
}

impl Side {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Network => "network",
            Self::Capture => "capture",
            Self::None => "none",
        }
    }
}

macro_rules! labels {
    ($($label:ident $category:literal $side:ident;)+) => {
        /// A category with its side.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Label { $(#[doc = $category] $label,)+ }

        impl Label {
            /// How many there are.
            pub const COUNT: usize = [$(Self::$label,)+].len();
            /// All, so that `ALL[label as usize] == label`.
            pub const ALL: [Label; Self::COUNT] = [$(Self::$label,)+];

            /// Name of the category.
            pub fn category(self) -> &'static str { match self { $(Self::$label => $category,)+ } }

            /// The side.
            pub fn side(self) -> Side { match self { $(Self::$label => Side::$side,)+ } }
        }
    };
}

labels! {
    Handshake "handshake" Network;
    HandshakeLoss "handshake_loss" Network;
    TlsNetwork "tls" Network;
    TlsClient "tls" Client;
    TlsServer "tls" Server;
    ThinkClient "think" Client;
    ThinkServer "think" Server;
    ApplicationClient "application" Client;
    ApplicationServer "application" Server;
    NetworkRtt "network_rtt" Network;
    ReceiverWindowClient "receiver_window" Client;
    ReceiverWindowServer "receiver_window" Server;
    ZeroWindowClient "zero_window" Client;
    ZeroWindowServer "zero_window" Server;
    CongestionWindow "congestion_window" Network;
    SenderBufferClient "sender_buffer" Client;
    SenderBufferServer "sender_buffer" Server;
    Bandwidth "bandwidth" Network;
    Queue "queue" Network;
    SlowStart "slow_start" None;
    LossFast "loss_fast" Network;
    LossTlp "loss_tlp" Network;
    LossRto "loss_rto" Network;
    NagleClient "nagle_delayed_ack" Client;
    NagleServer "nagle_delayed_ack" Server;
    Pmtu "pmtu" Network;
    IdleClient "idle" Client;
    IdleServer "idle" Server;
    IdleEnd "idle" None;
    Teardown "teardown" None;
    CaptureGap "capture_gap" Capture;
}

/// Which end of the connection a half is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The client.
    Client,
    /// The server.
    Server,
}

impl Role {
    /// The role of `half` where `client` is the client's half.
    #[inline]
    pub fn of(half: Half, client: Half) -> Self {
        if half == client { Self::Client } else { Self::Server }
    }

    /// The other end.
    #[must_use]
    #[inline]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    fn pick(self, client: Label, server: Label) -> Label {
        match self {
            Self::Client => client,
            Self::Server => server,
        }
    }
}

impl Label {
    /// The application of `role` thinks before it answers or asks.
    pub fn think(role: Role) -> Self {
        role.pick(Self::ThinkClient, Self::ThinkServer)
    }

    /// The application of `role` pauses in the middle of what it sends.
    pub fn application(role: Role) -> Self {
        role.pick(Self::ApplicationClient, Self::ApplicationServer)
    }

    /// The receive window of `role` limits its peer.
    pub fn receiver_window(role: Role) -> Self {
        role.pick(Self::ReceiverWindowClient, Self::ReceiverWindowServer)
    }

    /// The receive window of `role` is closed.
    pub fn zero_window(role: Role) -> Self {
        role.pick(Self::ZeroWindowClient, Self::ZeroWindowServer)
    }

    /// The send buffer of `role` keeps too little in flight.
    pub fn sender_buffer(role: Role) -> Self {
        role.pick(Self::SenderBufferClient, Self::SenderBufferServer)
    }

    /// `role` holds a small segment back until a delayed acknowledgement comes.
    pub fn nagle(role: Role) -> Self {
        role.pick(Self::NagleClient, Self::NagleServer)
    }

    /// `role` does nothing until it closes.
    pub fn idle(role: Role) -> Self {
        role.pick(Self::IdleClient, Self::IdleServer)
    }

    /// The same span during a TLS handshake.
    #[must_use]
    pub fn in_tls(self) -> Self {
        match self.side() {
            Side::Client => Self::TlsClient,
            Side::Server => Self::TlsServer,
            _ => Self::TlsNetwork,
        }
    }

    /// What overrides what: a label of higher rank is not changed by one of lower or equal rank.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Handshake | Self::HandshakeLoss | Self::Teardown | Self::CaptureGap => 9,
            Self::Pmtu => 8,
            Self::LossRto => 7,
            Self::LossTlp => 6,
            Self::LossFast => 5,
            Self::ZeroWindowClient | Self::ZeroWindowServer => 4,
            _ => 0,
        }
    }
}

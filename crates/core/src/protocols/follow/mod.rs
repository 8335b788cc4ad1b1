//! Following a protocol through the packets of a flow: bytes of TCP in order, and datagrams.
//!
//! ```text
//! segments → Direction (order, gaps) → StreamTracker::parse → rows
//! datagrams ------------------------→ DatagramTracker::datagram → rows
//! ```

mod bytes;
mod context;
mod datagram;
mod direction;
mod stream;

pub(crate) use bytes::{At, Bytes};
pub(crate) use context::{Context, Ends, Texts};
pub(crate) use datagram::{Datagram, DatagramTracker, Datagrams, Recognise as RecogniseDatagram};
pub(crate) use stream::{
    Opening, Recognise as RecogniseStream, Recognised, Says, Segment, Step, Stream, StreamTracker,
};

/// What of a flow is followed.
#[derive(Debug, Default)]
pub(crate) enum Follower {
    /// Nothing.
    #[default]
    None,
    /// The bytes of a connection.
    Stream(Box<Stream>),
    /// The datagrams of a flow.
    Datagrams(Datagrams),
}

impl Follower {
    /// The follower of a flow over `protocol`.
    pub(crate) fn new(protocol: u8) -> Self {
        match protocol {
            6 => Self::Stream(Box::default()),
            17 => Self::Datagrams(Datagrams::default()),
            _ => Self::None,
        }
    }

    /// Takes a segment of TCP.
    #[inline]
    pub(crate) fn segment(&mut self, segment: &Segment<'_>, context: &mut Context<'_>) {
        if let Self::Stream(stream) = self {
            stream.segment(segment, context);
            if stream.is_over() {
                *self = Self::None;
            }
        }
    }

    /// Takes a datagram.
    #[inline]
    pub(crate) fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) {
        if let Self::Datagrams(datagrams) = self {
            datagrams.datagram(datagram, context);
            if datagrams.is_over() {
                *self = Self::None;
            }
        }
    }

    /// What is known of the connection.
    pub(crate) fn says(&self) -> Says {
        if let Self::Stream(stream) = self { stream.says() } else { Says::default() }
    }

    /// Ends with the flow.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) {
        match std::mem::take(self) {
            Self::None => {}
            Self::Stream(mut stream) => stream.finish(context),
            Self::Datagrams(mut datagrams) => datagrams.finish(context),
        }
    }

    /// Whether nothing is followed.
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Memory beyond the enum itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Stream(stream) => stream.memory_bytes(),
            Self::Datagrams(datagrams) => datagrams.memory_bytes(),
        }
    }
}

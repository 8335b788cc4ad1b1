//! TCP: one file for each question.
//!
//! Two layers look at every segment. `compat` gives Wireshark's answers exactly; `life` is our own account, in unbounded
//! sequence space and monotone time: what each segment is, and what each moment of the connection went into.

mod anomaly;
mod class;
mod classify;
mod compat;
mod counts;
mod echo;
mod event;
pub mod flag;
mod foreign;
mod handshake;
mod history;
mod label;
mod lag;
mod ledger_buckets;
mod life;
mod limit;
mod moments;
mod options;
mod outstanding;
mod owin;
mod packet;
mod round_trips;
mod rtt;
mod rtt_buckets;
mod segment;
mod sequence;
mod sizes;
mod state;
mod table;
mod timeline;
mod tls;
mod transfer;
mod vantage;
mod window;
mod zeek;

pub use class::Class;
pub use compat::Answer;
pub use flag::Flags;
pub(crate) use foreign::Effect;
pub use label::{Label, Role, Side};
pub use ledger_buckets::TcpLedgerBucketRow;
pub(crate) use life::Around;
pub use options::Options;
pub use rtt_buckets::TcpRttBucketRow;
pub use segment::{HeaderState, Segment};
pub(crate) use table::{Identity, Shared};
pub use table::{TcpEventRow, TcpFlowRow, TcpLedgerRow};

use life::Life;

use crate::decode::Tcp;
use crate::decode::flags::{ACK, SYN};
use crate::flows::Half;
use crate::tables::Sink;

/// Lives that are over, kept so that the next connection needs no new memory.
#[derive(Debug, Default)]
#[allow(clippy::vec_box)] // what is kept is the box: a life is not moved when its connection begins or ends
struct Spare(Vec<Box<Life>>);

impl Spare {
    /// So many are kept, and none that holds long lists.
    const MOST: usize = 2048;
    const MOST_BYTES: usize = 4096;

    fn put(&mut self, life: Box<Life>) {
        if self.0.len() < Self::MOST && life.bytes() <= Self::MOST_BYTES {
            self.0.push(life);
        }
    }

    fn take(&mut self, client: Half, time_ns: i64) -> Box<Life> {
        match self.0.pop() {
            Some(mut life) => {
                life.restart(client, time_ns);
                life
            }
            None => Box::new(Life::new(client, time_ns)),
        }
    }
}

/// Everything remembered of one connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    compat: compat::Stream,
    /// From the first segment on; a quoted one opens a stream without it.
    life: Option<Box<Life>>,
    /// Whether it was opened on ports that had another, until its first segment is seen.
    reused: bool,
    foreign: foreign::Foreign,
    /// Whether Wireshark takes what follows for another stream.
    superseded: bool,
    /// Whether its rows are written; Wireshark's answers go on.
    retired: bool,
}

impl Connection {
    /// The connection that follows another on the same ports.
    pub(crate) fn reusing() -> Self {
        Self { reused: true, ..Self::default() }
    }

    /// What goes on as another stream for no reason of its own: nothing more will be made of its data.
    pub(crate) fn superseding() -> Self {
        Self { foreign: foreign::Foreign::Over, ..Self::default() }
    }

    /// Whether what follows is another stream.
    #[inline]
    pub(crate) fn is_superseded(&self) -> bool {
        self.superseded
    }

    /// What payload does to the numbering of streams.
    #[inline]
    pub(crate) fn renumber(&mut self, sender: Half, ports: (u16, u16), payload: &[u8]) -> Effect {
        let effect = self.foreign.data(sender, ports, payload);
        self.superseded |= effect == Effect::NextIsAnother;
        effect
    }

    /// Whether `tcp` opens a connection of its own on the same ports.
    #[inline]
    pub(crate) fn reopened_by(&self, sender: Half, tcp: &Tcp<'_>) -> bool {
        tcp.flags & (SYN | ACK) == SYN && self.compat.reopened_by(sender, tcp.sequence)
    }

    /// Memory in bytes.
    pub(crate) fn bytes(&self) -> usize {
        // Beside each of the pieces of memory that a connection takes, the allocator takes some for itself.
        const PIECES_BYTES: usize = 20 * 16;
        let life = self.life.as_ref().map_or(0, |life| size_of::<Life>() + life.bytes() + PIECES_BYTES);
        size_of::<Self>() + self.compat.bytes() + life
    }

    /// Takes a header that an ICMP error quotes; `too_large` says that the error is about its size.
    pub(crate) fn quote(&mut self, sender: Half, tcp: &Tcp<'_>, time_ns: i64, too_large: bool) {
        self.reused = false; // the flag is shown on the first segment, and quoted ones are not shown
        self.compat.quote(sender, tcp.flags, time_ns);
        if too_large {
            self.path_too_large(sender);
        }
    }

    /// Takes note that the path found a packet of `sender` too large.
    pub(crate) fn path_too_large(&mut self, sender: Half) {
        if let Some(life) = &mut self.life {
            life.path_too_large(sender);
        }
    }

    /// Takes one segment, and says what it is. Wireshark's answer is left in `shared` where it is wanted.
    #[inline]
    pub(crate) fn segment(
        &mut self,
        tcp: &Tcp<'_>,
        ends: (Half, Half),
        at: (u32, i64),
        around: &Around<'_>,
        shared: &mut Shared,
    ) -> Class {
        let (sender, client) = ends;
        let (frame, time_ns) = at;
        let segment = Segment::new(tcp, sender, frame, time_ns);
        let mut options = Options::default();
        options.read(tcp.options);
        let reused = std::mem::take(&mut self.reused);
        let class = if self.retired || !shared.keeps_lives {
            Class::Bare
        } else {
            let life = self.life.get_or_insert_with(|| shared.spare.take(client, time_ns));
            let class = life.segment(&segment, &options, around, &mut shared.pending);
            let origin_ns = *shared.origin_ns.get_or_insert(time_ns);
            life.take_closed(&mut shared.buckets, origin_ns);
            if let Some(rtt_ns) = life.take_round_trip() {
                shared.round_trips.count(time_ns, rtt_ns);
            }
            class
        };
        if shared.answers {
            shared.answer = Some(self.compat.segment(&segment, &options, reused));
        } else {
            self.compat.pass(&segment, reused);
        }
        class
    }

    /// The recent least time from the capture point to an end and back; `None` before a sample, and once it is retired.
    #[inline]
    pub(crate) fn leg_ns(&self, to: Role) -> Option<i64> {
        self.life.as_ref().and_then(|life| life.leg_ns(to))
    }

    /// The time from the capture point to an end and back that was in what was asked at `asked_ns` and is answered by the newest
    /// segment; `None` where nothing tells.
    pub(crate) fn path_ns(&self, to: Role, asked_ns: i64) -> Option<i64> {
        self.life.as_ref().and_then(|life| life.path_ns(to, asked_ns))
    }

    /// Whether it is over, but its rows are not written.
    pub(crate) fn can_retire(&self) -> bool {
        self.life.as_ref().is_some_and(|life| life.is_closed())
    }

    /// Writes the connection's rows, and forgets all but what Wireshark's answers need.
    pub(crate) fn retire(&mut self, identity: &Identity, shared: &mut Shared, sink: &mut impl Sink) {
        if let Some(mut life) = self.life.take() {
            self.retired = true;
            shared.connection(&mut life, &self.compat, identity, sink);
            shared.spare.put(life);
            self.compat.shrink();
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::RecordBatch;

    use super::*;
    use crate::decode::flags::{FIN, PSH};
    use crate::flows::AddressText;
    use crate::tables::TableSpec;

    const NONE: Around<'static> = Around { ip_id: 0, ttl: 64, congestion_experienced: false, payload: &[] };

    /// A connection over which the server sends `segments` full ones, acknowledged two by two, and both close.
    fn transfer(segments: u32, shared: &mut Shared) -> Connection {
        let mut connection = Connection::default();
        let mut frame = 0;
        let mut send = |sender: Half, flags: u16, sequence: u32, acknowledgement: u32, payload_bytes: u32| {
            let tcp = Tcp {
                sequence,
                acknowledgement,
                flags,
                window: 60_000,
                header_bytes: 20,
                payload_bytes: Some(payload_bytes),
                options: &[],
                urgent_pointer: 0,
                captured_header_bytes: 20,
            };
            frame += 1;
            connection.segment(&tcp, (sender, Half::Low), (frame, i64::from(frame) * 1_000_000), &NONE, shared);
        };
        let (client, server) = (Half::Low, Half::High);
        send(client, SYN, 0, 0, 0);
        send(server, SYN | ACK, 0, 1, 0);
        send(client, ACK | PSH, 1, 1, 400);
        let mut next = 1;
        for segment in 1..=segments {
            send(server, ACK, next, 401, 1460);
            next += 1460;
            if segment % 2 == 0 {
                send(client, ACK, 401, next, 0);
            }
        }
        send(server, ACK | FIN, next, 401, 0);
        send(client, ACK | FIN, 401, next + 1, 0);
        connection
    }

    struct Nowhere;

    impl Sink for Nowhere {
        fn batch(&mut self, _: &'static TableSpec, _: RecordBatch) {}
    }

    #[test]
    fn a_connection_is_small_a_short_one_smaller_and_a_written_one_smallest() {
        let mut shared = Shared::new(true, true);
        let (mut short, long) = (transfer(4, &mut shared), transfer(2000, &mut shared));
        assert!(long.bytes() <= 8 << 10, "long: {}", long.bytes());
        assert!(short.bytes() <= 9 << 9, "short: {}", short.bytes());
        let text = AddressText::new();
        let identity =
            Identity { flow: 0, stream: 0, client: text, server: text, first_frame: 1, last_frame: 9, evicted: false };
        short.retire(&identity, &mut shared, &mut Nowhere);
        assert!(short.bytes() <= 512, "written: {}", short.bytes());
    }
}

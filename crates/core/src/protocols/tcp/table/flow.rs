//! `tcp_flows`, and how its row follows from what is remembered of a connection.

use arrayvec::ArrayString;

use super::super::label::Role;
use super::super::life::Life;
use super::super::{compat, state, vantage};
use super::cover::Cover;
use super::end::End;
use super::{Identity, role_name};
use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A TCP connection: one row for each stream. Times and windows are as the capture point saw them; what depends on
    /// where that is says so.
    "tcp_flows" TcpFlowRow {
        /// The flow, as in flows.
        flow: u64,
        /// Number of the stream, from 0, as Wireshark counts tcp.stream.
        stream: u32,
        /// Client as address:port, an IPv6 address in brackets.
        client: AddressText,
        /// Server in the same form.
        server: AddressText,
        /// Earliest time of its segments, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Latest time of its segments, since 1970 UTC.
        last_time_ns: i64 ["ns"],
        /// Latest less earliest time; the parts in tcp_ledger add up to it.
        duration_ns: i64 ["ns"],
        /// Number of its first frame.
        first_frame: u64,
        /// Number of its last frame.
        last_frame: u64,
        /// What was seen of the connection, as tcp.completeness: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32.
        completeness: u8,
        /// State at the end in Zeek's words (conn_state): S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH.
        zk_conn_state: &'static str,
        /// What happened in Zeek's letters (history), in order, capital ones for the client: s SYN, h SYN-ACK, a
        /// acknowledgement without data, d data, f FIN, r RST, t data sent again, g data that the capture missed, w
        /// window of zero, i FIN with RST, q SYN with FIN or RST; ^ says that the server came first. a, d, i and q
        /// come once for each end, t, g and w the first, tenth, hundredth time. At most 24 are kept.
        zk_history: ArrayString<24>,
        /// How it ended: fin (both ends closed), half_closed, reset, open, evicted.
        end_reason: &'static str,
        /// Who sent the first RST: client or server.
        reset_by: Option<&'static str>,
        /// Frame of the first RST.
        reset_frame: Option<u32>,
        /// SYN to the first acknowledgement.
        handshake_ns: Option<i64> ["ns"],
        /// SYN to SYN-ACK: the leg from the capture point to the server, with the server's time to accept.
        handshake_server_rtt_ns: Option<i64> ["ns"],
        /// SYN-ACK to the first acknowledgement: the leg from the capture point to the client.
        handshake_client_rtt_ns: Option<i64> ["ns"],
        /// SYNs that were sent again.
        syn_retransmissions: u32 ["packets"],
        /// SYN-ACKs that were sent again.
        syn_ack_retransmissions: u32 ["packets"],
        /// Whether both ends permit selective acknowledgements.
        sack_permitted: bool,
        /// Whether time stamps are in use.
        timestamps: bool,
        /// Whether both ends agreed to explicit congestion notification (RFC 3168).
        explicit_congestion: bool,
        /// Whether the SYN carries a fast open cookie (RFC 7413).
        fast_open: bool,
        /// Whether both ends agreed to a multipath connection, or to join one (RFC 8684).
        multipath: bool,
        /// How often its clock went back by more than 1 ms.
        clock_steps: u32,
        /// Where the capture point is: client, middle, server, unknown.
        vantage: &'static str,
        /// How sure that is, 0 to 1.
        vantage_confidence: f64,
        each end ends: End,
        each end covers: Cover,
    }
}

impl TcpFlowRow {
    pub(super) fn new(life: &Life, compat: &compat::Stream, identity: &Identity) -> Self {
        let (client, server) = (life.client, life.client.other());
        let handshake = &life.handshake;
        let (vantage, vantage_confidence) = vantage::find(life);
        Self {
            flow: identity.flow,
            stream: identity.stream,
            client: identity.client,
            server: identity.server,
            first_time_ns: life.earliest_ns,
            last_time_ns: life.now_ns,
            duration_ns: life.now_ns.saturating_sub(life.earliest_ns),
            first_frame: identity.first_frame,
            last_frame: identity.last_frame,
            completeness: compat.completeness(),
            zk_conn_state: state::conn_state(life),
            zk_history: ArrayString::from(life.letters.text()).unwrap_or_default(),
            end_reason: state::end_reason(life, identity.evicted),
            reset_by: life.reset.map(|(sender, _)| role_name(Role::of(sender, life.client))),
            reset_frame: life.reset.map(|(_, frame)| frame),
            handshake_ns: handshake.syn_ns.zip(handshake.established_ns).map(|(from, to)| to - from),
            handshake_server_rtt_ns: handshake.server_leg_ns(),
            handshake_client_rtt_ns: handshake.client_leg_ns(),
            syn_retransmissions: handshake.syn_repeats(),
            syn_ack_retransmissions: handshake.syn_ack_repeats(),
            sack_permitted: handshake.sack_permitted[0] && handshake.sack_permitted[1],
            timestamps: handshake.timestamps,
            explicit_congestion: handshake.congestion_marks[0] && handshake.congestion_marks[1],
            fast_open: handshake.fast_open_cookie,
            multipath: handshake.multipath[0] && handshake.multipath[1],
            clock_steps: life.clock_steps,
            vantage,
            vantage_confidence,
            ends: [End::new(life, client), End::new(life, server)],
            covers: [Cover::new(life, client), Cover::new(life, server)],
        }
    }
}

//! The tables `sip_calls` and `sip_transactions`.

use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A call by SIP: all messages with one Call-ID that begin with an INVITE, over every hop that was captured. Users, numbers
    /// and credentials are left out.
    "sip_calls" SipCallRow {
        /// Call-ID; streams of the call have it in rtp_streams.
        call_id: String,
        /// Flow of the first INVITE, as in flows.
        flow: u64,
        /// Index of that flow among the flows of TCP or of UDP, as in flows.
        stream: u32,
        /// udp or tcp.
        transport: &'static str,
        /// Who sent the first INVITE, as address:port.
        caller: AddressText,
        /// Whom it was sent to, in the same form.
        callee: AddressText,
        /// Client of the flow, as in flows.
        client: AddressText,
        /// Server of the flow, as in flows.
        server: AddressText,
        /// Host in the address of the caller (From).
        from_host: Option<String>,
        /// Host in the address of the callee (To).
        to_host: Option<String>,
        /// How it ended, or stands: answered (and not released), released, cancelled, failed, trying, ringing.
        state: &'static str,
        /// Last final status to an INVITE that was not answered before; NULL while there is none.
        status: Option<u16>,
        /// INVITEs of the call before it was answered, those with credentials after a challenge included, repeats not.
        invites: u32 ["packets"],
        /// Repeats of INVITEs on the same hop.
        invite_repeats: u32 ["packets"],
        /// INVITEs within the call, after it was answered.
        reinvites: u32 ["packets"],
        /// Challenges for credentials (401, 407).
        challenges: u32 ["packets"],
        /// Frame of the first INVITE.
        invite_frame: u64,
        /// Frame of the first provisional response.
        provisional_frame: Option<u64>,
        /// Frame of the first response that the callee is alerted (180 to 183).
        ringing_frame: Option<u64>,
        /// Frame of the first 200 to an INVITE.
        answer_frame: Option<u64>,
        /// Frame of the first final status to an INVITE that is not a challenge and no 200.
        failure_frame: Option<u64>,
        /// Frame of the first CANCEL.
        cancel_frame: Option<u64>,
        /// Frame of the first BYE.
        bye_frame: Option<u64>,
        /// Who sent the BYE: caller or callee.
        released_by: Option<&'static str>,
        /// First INVITE to first provisional response.
        provisional_time_ns: Option<i64> ["ns"],
        /// First INVITE to alerting: post-dial delay.
        ringing_time_ns: Option<i64> ["ns"],
        /// Alerting to answer: how long it rang.
        ring_duration_ns: Option<i64> ["ns"],
        /// First INVITE to answer.
        setup_time_ns: Option<i64> ["ns"],
        /// Answer to BYE: how long it lasted.
        duration_ns: Option<i64> ["ns"],
        /// Number of the last frame of the call.
        last_frame: u64,
        /// Time of the first INVITE, since 1970 UTC.
        first_time_ns: i64 ["ns"],
        /// Time of the last message, since 1970 UTC.
        last_time_ns: i64 ["ns"],
    }
}

table! {
    /// A transaction of SIP: a request and its responses between two hops. An ACK has no response and no row.
    "sip_transactions" SipTransactionRow {
        /// Flow of the request, as in flows; where only responses were seen, theirs.
        flow: u64,
        /// Index of that flow among the flows of TCP or of UDP, as in flows.
        stream: u32,
        /// udp or tcp.
        transport: &'static str,
        /// Client of the flow, as in flows.
        client: AddressText,
        /// Server of the flow, as in flows.
        server: AddressText,
        /// Method; other where it is none of the usual ones.
        method: &'static str,
        /// Call-ID.
        call_id: String,
        /// Number of the request in its call (CSeq).
        sequence: u32,
        /// Frame of the request, with its last byte; NULL where it was not seen.
        request_frame: Option<u64>,
        /// Time of the request, since 1970 UTC.
        request_time_ns: Option<i64> ["ns"],
        /// Repeats of the request.
        request_repeats: u32 ["packets"],
        /// Frame of the first response, provisional or final.
        first_response_frame: Option<u64>,
        /// Request to first response.
        first_response_time_ns: Option<i64> ["ns"],
        /// Frame of the final response; NULL while there is none.
        response_frame: Option<u64>,
        /// Request to final response.
        response_time_ns: Option<i64> ["ns"],
        /// Last repeat of the request to final response.
        response_after_repeat_ns: Option<i64> ["ns"],
        /// Status of the final response.
        status: Option<u16>,
        /// Provisional responses.
        provisional_responses: u32 ["packets"],
        /// Repeats of the final response.
        response_repeats: u32 ["packets"],
    }
}

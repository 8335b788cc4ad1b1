//! The table `icmp_messages`.

use std::borrow::Cow;

use crate::flows::AddressText;
use crate::tables::table;

table! {
    /// A message of ICMP or ICMPv6. An echo reply answers the latest request with the same addresses, identifier, sequence
    /// number and contents that is not answered yet.
    "icmp_messages" IcmpMessageRow {
        /// Number of its frame; of a fragmented message that of the last fragment.
        frame_number: u64,
        /// Its time, since 1970 UTC.
        time_ns: i64 ["ns"],
        /// The flow it belongs to, as in flows.
        flow: Option<u64>,
        /// icmp or icmpv6.
        protocol: &'static str,
        /// Address that sent it.
        source: AddressText,
        /// Address it is for.
        destination: AddressText,
        /// Time to live, or hop limit, when it was captured.
        ttl: u8,
        /// Type, a number of ICMP or of ICMPv6.
        r#type: u8,
        /// Code within the type.
        code: u8,
        /// Type in words: echo_request, destination_unreachable, time_exceeded, …; other where it is not known.
        type_name: &'static str,
        /// Code in words, such as fragmentation_needed; NULL where it says nothing more.
        code_name: Option<&'static str>,
        /// Length behind its first eight bytes.
        payload_bytes: u64 ["bytes"],
        /// Identifier of an echo.
        identifier: Option<u16>,
        /// Sequence number of an echo.
        sequence: Option<u16>,
        /// Of an echo reply: frame of the request it answers.
        request_frame: Option<u64>,
        /// Of an echo request: frame of its reply; NULL while there is none.
        response_frame: Option<u64>,
        /// Of an echo reply: time since its request.
        response_time_ns: Option<i64> ["ns"],
        /// Of an echo: frame of an earlier copy, a request that had no reply yet or the first reply to the same request.
        duplicate_of_frame: Option<u64>,
        /// Of an echo request without a reply: frame of the copy after it, which a reply would answer.
        repeated_frame: Option<u64>,
        /// Of an echo request: frame of the first error that quotes it.
        error_frame: Option<u64>,
        /// MTU of the next hop, where the message tells that a packet was too large; 0 from routers that do not say.
        mtu_bytes: Option<u32> ["bytes"],
        /// Of a redirect: address of the better first hop.
        gateway: Option<AddressText>,
        /// Of a neighbor solicitation or advertisement: the address it is about.
        target: Option<AddressText>,
        /// Of an error: flow of the packet it quotes, as in flows; NULL where no packet of that flow was captured.
        quoted_flow: Option<u64>,
        /// Of an error: index of that flow among those of TCP or of UDP, as in flows.
        quoted_stream: Option<u32>,
        /// Of an error: protocol of the packet it quotes.
        quoted_protocol: Option<Cow<'static, str>>,
        /// Of an error: who sent the packet it quotes, as address:port or the address alone.
        quoted_source: Option<AddressText>,
        /// Of an error: whom the packet it quotes was for, in the same form.
        quoted_destination: Option<AddressText>,
        /// Of an error: sequence number of the quoted packet, by TCP or as an echo.
        quoted_sequence: Option<u32>,
        /// Of an error: identification in the IPv4 header of the quoted packet, which tells packets of one flow apart.
        quoted_ip_id: Option<u16>,
        /// Of an error: length of the quoted packet by its IP header.
        quoted_bytes: Option<u32> ["bytes"],
        /// Of an error: frame of the quoted echo request.
        quoted_frame: Option<u64>,
    }
}

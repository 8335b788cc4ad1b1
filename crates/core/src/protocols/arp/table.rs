//! The tables `arp_exchanges` and `ndp_exchanges`, which have the same columns.

use super::exchange::Exchange;
use super::message::Hardware;
use crate::flows::{AddressText, address_text};
use crate::tables::table;

macro_rules! exchanges {
    ($(#[doc = $sentence:literal])+ $name:literal $row:ident) => {
        table! {
            $(#[doc = $sentence])+
            $name $row {
                /// request (asks who has an address), probe (asks before using it), announcement (says unasked who has it),
                /// unsolicited (an answer to nothing that was seen).
                kind: &'static str,
                /// Number of its first frame.
                first_frame: u64,
                /// Number of its last frame.
                last_frame: u64,
                /// Time of its first frame, since 1970 UTC.
                first_time_ns: i64 ["ns"],
                /// Time of its last frame, since 1970 UTC.
                last_time_ns: i64 ["ns"],
                /// Address of who asks; NULL for probes and announcements.
                requester: Option<AddressText>,
                /// Link-layer address of who asks or announces; of an unsolicited answer, of who answers.
                sender_hardware: Option<String>,
                /// The address that it is about.
                target: AddressText,
                /// Frame of the first request; NULL where none was seen.
                request_frame: Option<u64>,
                /// Requests, repeats included.
                requests: u32 ["packets"],
                /// Frame of the first answer; NULL while there is none.
                response_frame: Option<u64>,
                /// First request to first answer: how long it took to find the address.
                response_time_ns: Option<i64> ["ns"],
                /// Last request before it to first answer.
                response_after_repeat_ns: Option<i64> ["ns"],
                /// Answers; of an announcement 1 where it has the form of an answer.
                responses: u32 ["packets"],
                /// Link-layer address in the first answer.
                response_hardware: Option<String>,
                /// Different link-layer addresses in the answers.
                responders: u32,
                /// Link-layer address of another host that claimed the same address up to 60 s before one of these frames.
                other_hardware: Option<String>,
                /// Frame in which it did.
                other_frame: Option<u64>,
                /// The address that both claimed.
                other_address: Option<AddressText>,
                /// Frames that claim an address which another host still claims (RFC 5227 §2.4). An address that went over to a
                /// host which announced it is not counted unless the earlier owner goes on, nor one that routers share.
                conflicts: u32 ["packets"],
            }
        }

        impl From<Exchange> for $row {
            fn from(exchange: Exchange) -> Self {
                Self {
                    kind: exchange.kind(),
                    first_frame: exchange.first.frame,
                    last_frame: exchange.last.frame,
                    first_time_ns: exchange.first.time_ns,
                    last_time_ns: exchange.last.time_ns,
                    requester: exchange.asker.map(address_text),
                    sender_hardware: exchange.sender.map(|hardware| hardware.to_string()),
                    target: address_text(exchange.target),
                    request_frame: exchange.request.map(|at| at.frame),
                    requests: exchange.requests,
                    response_frame: exchange.response.map(|at| at.frame),
                    response_time_ns: exchange.response_time_ns(),
                    response_after_repeat_ns: exchange.response_after_repeat_ns,
                    responses: exchange.responses,
                    response_hardware: exchange.responders.first().map(Hardware::to_string),
                    responders: exchange.responders.len() as u32,
                    other_hardware: exchange.rival.map(|(_, rival)| rival.hardware.to_string()),
                    other_frame: exchange.rival.map(|(_, rival)| rival.at.frame),
                    other_address: exchange.rival.map(|(address, _)| address_text(address)),
                    conflicts: exchange.conflicts,
                }
            }
        }
    };
}

exchanges! {
    /// An exchange of ARP for IPv4: requests for an address by one host, repeated or not, with their answers; or an
    /// announcement. Repeats belong to it while it is unanswered and each follows within 5 s.
    "arp_exchanges" ArpExchangeRow
}

exchanges! {
    /// An exchange of neighbor solicitations and advertisements of IPv6: requests for an address by one host, repeated or not,
    /// with their answers; or an announcement. Repeats belong to it while it is unanswered and each follows within 5 s.
    "ndp_exchanges" NdpExchangeRow
}

//! IPv4, IPv6, the transports, ICMP errors, fragments, and the length rules.

use std::net::IpAddr;

use super::super::{Header, Transport, decode_reassembled};
use super::build::{before, ethernet, ethernet_tcp, hex, ipv4, ipv4_fragment, ipv6, tcp, udp};
use super::{Decoded, LinkType, Sample, check, decode, decode_bytes, frame, has, path, ports, sample};
use crate::issue::IssueKind;

const TCP_AT: usize = 14 + 20;

fn on_ethernet(packet: &[u8]) -> Vec<u8> {
    ethernet(if packet[0] >> 4 == 4 { 0x0800 } else { 0x86dd }, packet)
}

fn payload_bytes(transport: &Transport<'_>) -> Option<u32> {
    match transport.header {
        Header::Tcp(tcp) => tcp.payload_bytes,
        _ => None,
    }
}

/// Changes the total length of an Ethernet frame with IPv4.
fn with_total_length(mut frame: Vec<u8>, length: u16) -> Vec<u8> {
    frame[16..18].copy_from_slice(&length.to_be_bytes());
    frame
}

pub(super) fn samples() -> Vec<Sample> {
    let on = |packet: Vec<u8>, path, ports| sample(LinkType::ETHERNET, on_ethernet(&packet), path, ports);
    let error = |kind: &str, quoted: &[u8]| before(&format!("{kind} 0000 00000000"), quoted);
    vec![
        on(ipv4(17, &udp(1, 2, b"x")), "eth:ip:udp", &[1]),
        on(ipv4(136, &udp(1, 2, b"x")), "eth:ip:udplite", &[1]),
        on(ipv4(132, &hex("0001 0002 00000003 00000000")), "eth:ip:sctp", &[1]),
        on(ipv4(33, &hex("0001 0002 04 00 0000 00 000000 00000000")), "eth:ip:dccp", &[1]),
        on(ipv4(2, &[0; 8]), "eth:ip:igmp", &[]),
        on(ipv4(200, &[0; 8]), "eth:ip:data", &[]),
        on(ipv4(1, &error("0300", &ipv4(6, &tcp(1)))), "eth:ip:icmp:ip:tcp", &[1]),
        on(ipv4(1, &error("0b00", &ipv4(17, &udp(1, 2, b"x")))), "eth:ip:icmp:ip:udp", &[1]),
        on(ipv4(1, &error("0800", &[0; 40])), "eth:ip:icmp", &[]),
        on(ipv6(58, &error("0200", &ipv6(6, &tcp(1)))), "eth:ipv6:icmpv6:ipv6:tcp", &[1]),
        on(ipv6(58, &error("8000", &[0; 40])), "eth:ipv6:icmpv6", &[]),
        on(
            ipv6(
                58,
                &before(
                    &format!("8900 0000 00000000 {} 0201 000000000000 0409 000000000000", "00".repeat(32)),
                    &ipv6(6, &tcp(1)),
                ),
            ),
            "eth:ipv6:icmpv6:ipv6:tcp",
            &[1],
        ),
        on(
            ipv6(0, &before("3c 00 010400000000 06 00 010400000000", &tcp(1))),
            "eth:ipv6:ipv6.hopopts:ipv6.dstopts:tcp",
            &[1],
        ),
        on(ipv6(44, &before("06 00 0000 00000001", &tcp(1))), "eth:ipv6:ipv6.fraghdr:tcp", &[1]),
        on(ipv6(59, &[0; 4]), "eth:ipv6", &[]),
    ]
}

#[test]
fn every_transport_is_found() {
    check(samples());
}

#[test]
fn length_of_a_segment_is_the_one_by_its_headers() {
    // Total length, bytes on the wire beyond the captured ones, expected payload.
    let cases = [(44, 0, 4), (42, 0, 2), (0, 100, 104), (500, 0, 4), (500, 100, 104), (144, 200, 104)];
    for (total, further, expected) in cases {
        let bytes = with_total_length(ethernet_tcp(1), total);
        let decoded = decode(&frame(LinkType::ETHERNET, &bytes, bytes.len() + further));
        assert_eq!(payload_bytes(&decoded.transports[0]), Some(expected), "{total}");
    }
}

#[test]
fn contradicting_lengths_give_no_transport() {
    for total in [1, 19, 20, 35] {
        let bytes = with_total_length(ethernet_tcp(1), total);
        let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
        assert_eq!(decoded.transports.len(), 0, "{total}");
        assert_eq!(decoded.oddities.len(), 1, "{total}");
    }
    for length in [0, 7] {
        let mut datagram = udp(1, 2, b"x");
        datagram[4..6].copy_from_slice(&u16::to_be_bytes(length));
        let bytes = on_ethernet(&ipv4(17, &datagram));
        let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
        assert!(decoded.transports.is_empty() && has(&decoded, IssueKind::MalformedHeader));
    }
}

#[test]
fn a_tcp_header_counts_from_sixteen_bytes_on() {
    let whole = ethernet_tcp(1);
    for captured in 8..=24 {
        let decoded = decode(&frame(LinkType::ETHERNET, &whole[..TCP_AT + captured], whole.len()));
        assert_eq!(decoded.transports.len(), usize::from(captured >= 16), "{captured}");
        assert_eq!(has(&decoded, IssueKind::HeaderCut), captured < 20, "{captured}");
        if let Some(Header::Tcp(tcp)) = decoded.transports.first().map(|transport| transport.header) {
            assert_eq!((tcp.payload_bytes, usize::from(tcp.captured_header_bytes)), (Some(4), captured.min(20)));
        }
    }
}

#[test]
fn a_tcp_header_longer_than_its_packet_has_no_length() {
    let mut bytes = ethernet_tcp(1);
    bytes[TCP_AT + 12] = 0xf0;
    let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
    assert_eq!(payload_bytes(&decoded.transports[0]), None);
    assert!(has(&decoded, IssueKind::MalformedHeader));
}

#[test]
fn padding_is_not_payload() {
    let bytes = [ethernet_tcp(1), vec![0; 6]].concat();
    let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
    assert_eq!(
        (payload_bytes(&decoded.transports[0]), decoded.transports[0].payload.bytes),
        (Some(4), b"abcd".as_slice())
    );
}

#[test]
fn quoted_headers_are_marked_and_keep_their_own_length() {
    let quoted = ipv4(6, &[tcp(1), vec![0; 400]].concat());
    let packet =
        |kind: &str, count: usize| on_ethernet(&ipv4(1, &before(&format!("{kind} 0000 00000000"), &quoted[..count])));
    let long = packet("0300", 60);
    let decoded = decode_bytes(LinkType::ETHERNET, &long);
    let [icmp, tcp] = decoded.transports.as_slice() else { panic!("two headers") };
    assert_eq!((icmp.quoted, tcp.quoted, payload_bytes(tcp)), (false, true, Some(404)));
    assert_eq!(decoded.layers.iter().filter(|layer| layer.quoted).count(), 2);
    // Eight bytes are all that RFC 792 asks for; and of a redirect no more are read.
    for bytes in [packet("0300", 28), packet("0500", 60)] {
        let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
        let start = decoded.transports[1];
        assert!(matches!(start.header, Header::TcpStart { sequence: 1 }) && start.quoted && start.source_port == 1);
    }
    assert_eq!(decode_bytes(LinkType::ETHERNET, &packet("0300", 27)).transports.len(), 1);
}

#[test]
fn extensions_behind_a_quotation_are_not_of_it() {
    let quoted = [ipv4(17, &udp(1, 2, &[0; 600])), vec![]].concat();
    let message = [hex("0b00 0000 00 20 0000"), quoted[..128].to_vec(), hex("2000 ffff 0008 0101 00011140")].concat();
    let bytes = on_ethernet(&ipv4(1, &message));
    assert_eq!(decode_bytes(LinkType::ETHERNET, &bytes).transports[1].payload.bytes.len(), 100);
}

#[test]
fn a_whole_fragment_ends_the_walk() {
    for (flags, offset_bytes, more) in [(0x2000, 0, true), (0x2003, 24, true), (0x0003, 24, false)] {
        let bytes = on_ethernet(&ipv4_fragment(6, flags, &tcp(1)));
        let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
        let fragment = decoded.fragment.expect("a fragment");
        assert_eq!((fragment.offset_bytes, fragment.more, fragment.whole, fragment.id), (offset_bytes, more, true, 7));
        assert_eq!((path(&decoded).as_str(), decoded.transports.len()), ("eth:ip", 0));
    }
}

#[test]
fn of_several_fragments_in_a_frame_the_first_is_kept_and_it_is_said() {
    let subframe = |offset| {
        let packet = before("aaaa03 000000 0800", &ipv4_fragment(6, offset, &tcp(1)));
        [vec![0; 12], (packet.len() as u16).to_be_bytes().to_vec(), packet, vec![0; 2]].concat()
    };
    let bytes = [hex("8801"), vec![0; 22], hex("8000"), subframe(0x2000), subframe(0x0003)].concat();
    let decoded = decode_bytes(LinkType::IEEE802_11, &bytes);
    assert_eq!(decoded.fragment.map(|fragment| fragment.offset_bytes), Some(0));
    assert!(has(&decoded, IssueKind::TooDeep));
}

#[test]
fn a_first_fragment_that_was_cut_gives_its_transport() {
    for (flags, found) in [(0x2000, 1), (0x2003, 0)] {
        let bytes = on_ethernet(&ipv4_fragment(6, flags, &[tcp(1), vec![0; 40]].concat()));
        let decoded = decode(&frame(LinkType::ETHERNET, &bytes[..60], bytes.len()));
        assert!(!decoded.fragment.expect("a fragment").whole);
        assert_eq!(decoded.transports.len(), found);
        assert!(decoded.transports.iter().all(|transport| transport.net.fragmented));
    }
}

#[test]
fn ipv6_fragments_end_the_walk_even_when_cut() {
    let bytes = on_ethernet(&ipv6(44, &before("06 00 0001 00000009", &tcp(1))));
    for captured in [bytes.len() - 1, bytes.len()] {
        let decoded = decode(&frame(LinkType::ETHERNET, &bytes[..captured], bytes.len()));
        let fragment = decoded.fragment.expect("a fragment");
        assert_eq!((fragment.id, fragment.protocol, fragment.whole), (9, 6, captured == bytes.len()));
        assert!(decoded.transports.is_empty());
    }
}

#[test]
fn reassembled_payload_goes_on_where_the_fragment_ended() {
    let bytes = on_ethernet(&ipv4_fragment(6, 0x0003, &tcp(1)));
    let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
    let fragment = decoded.fragment.expect("a fragment");
    let whole = [tcp(5), vec![0; 100]].concat();
    let further: Decoded<'_> = decode_reassembled(fragment.net, fragment.protocol, &whole, 2);
    assert_eq!((ports(&further), payload_bytes(&further.transports[0])), (vec![5], Some(104)));
    assert_eq!((further.layers[0].depth, further.transports[0].net.fragmented), (2, false));
}

#[test]
fn source_routes_name_the_final_destination() {
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let mut routed = ipv4(6, &before("83 07 04 09090909 00", &tcp(1)));
    routed[0] = 0x47;
    let destination =
        |packet: &[u8]| decode_bytes(LinkType::ETHERNET, &on_ethernet(packet)).transports[0].net.destination;
    assert_eq!(destination(&routed), address("9.9.9.9"));
    routed[22] = 8; // used up
    assert_eq!(destination(&routed), address("10.0.0.2"));

    let hop = "fd000000000000000000000000000099";
    let other = "fd000000000000000000000000000098";
    assert_eq!(destination(&ipv6(43, &before(&format!("06 02 00 01 00000000 {hop}"), &tcp(1)))), address("fd00::99"));
    assert_eq!(destination(&ipv6(43, &before(&format!("06 02 00 00 00000000 {hop}"), &tcp(1)))), address("fd00::2"));
    assert_eq!(
        destination(&ipv6(43, &before(&format!("06 04 04 01 01000000 {hop} {other}"), &tcp(1)))),
        address("fd00::99")
    );
    let home = ipv6(60, &before(&format!("06 02 0102 0000 c910 {hop}"), &tcp(1)));
    assert_eq!(decode_bytes(LinkType::ETHERNET, &on_ethernet(&home)).transports[0].net.source, address("fd00::99"));
}

#[test]
fn jumbograms_have_their_length_in_an_option() {
    let datagram = [hex("0001 0002 0000 0000"), vec![0; 70_000]].concat();
    let mut packet = ipv6(0, &[hex("11 00 c204 00011180"), datagram].concat());
    packet[4..6].copy_from_slice(&[0, 0]);
    let bytes = on_ethernet(&packet);
    let decoded = decode_bytes(LinkType::ETHERNET, &bytes);
    assert_eq!((ports(&decoded), decoded.transports[0].payload.wire_bytes), (vec![1], 70_000));
}

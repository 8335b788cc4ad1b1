//! Every tunnel, and that ordinary traffic on the port of one is left alone.

use super::build::{before, ethernet, ethernet_tcp, ethernet_udp, hex, ipv4, ipv6, snap_tcp, tcp, udp};
use super::{LinkType, Sample, check, decode_bytes, path, ports, sample};

fn ip(port: u16) -> Vec<u8> {
    ipv4(6, &tcp(port))
}

fn in_ip(protocol: u8, payload: &[u8], path: &'static str, ports: &'static [u16]) -> Sample {
    sample(LinkType::ETHERNET, ethernet(0x0800, &ipv4(protocol, payload)), path, ports)
}

fn in_udp(port: u16, payload: &[u8], path: &'static str, ports: &'static [u16]) -> Sample {
    sample(LinkType::ETHERNET, ethernet_udp(9, port, payload), path, ports)
}

pub(super) fn ip_samples() -> Vec<Sample> {
    let ip6 = ipv6(6, &tcp(1));
    let wlan = before("0801 0000 020000000001 020000000002 020000000003 0000", &snap_tcp(1));
    vec![
        in_ip(4, &ip(1), "eth:ip:ip:tcp", &[1]),
        in_ip(41, &ip6, "eth:ip:ipv6:tcp", &[1]),
        sample(LinkType::ETHERNET, ethernet(0x86dd, &ipv6(4, &ip(1))), "eth:ipv6:ip:tcp", &[1]),
        sample(LinkType::ETHERNET, ethernet(0x86dd, &ipv6(41, &ip6)), "eth:ipv6:ipv6:tcp", &[1]),
        in_ip(47, &before("0000 0800", &ip(1)), "eth:ip:gre:ip:tcp", &[1]),
        in_ip(47, &before("b000 86dd 00000000 00000001 00000002", &ip6), "eth:ip:gre:ipv6:tcp", &[1]),
        in_ip(47, &before("4000 0800 00000000 0800 00 04 01020304 00000000", &ip(1)), "eth:ip:gre:ip:tcp", &[1]),
        in_ip(47, &before("2000 6558 00000001", &ethernet_tcp(1)), "eth:ip:gre:eth:ip:tcp", &[1]),
        in_ip(47, &before("3081 880b 0030 0001 00000001 00000001 ff03 0021", &ip(1)), "eth:ip:gre:ppp:ip:tcp", &[1]),
        in_ip(47, &before("2001 6400 003a 0100", &ethernet_tcp(1)), "eth:ip:gre:eth:ip:tcp", &[1]),
        in_ip(47, &before("0000 88be", &ethernet_tcp(1)), "eth:ip:gre:erspan:eth:ip:tcp", &[1]),
        in_ip(
            47,
            &before("1000 88be 00000001 1001000100000001", &ethernet_tcp(1)),
            "eth:ip:gre:erspan:eth:ip:tcp",
            &[1],
        ),
        in_ip(
            47,
            &before("1000 22eb 00000001 20010001 00000000 0000 0001 0000000000000000", &ethernet_tcp(1)),
            "eth:ip:gre:erspan:eth:ip:tcp",
            &[1],
        ),
        in_ip(47, &before("0000 8200", &wlan), "eth:ip:gre:wlan:llc:ip:tcp", &[1]),
        in_ip(47, &before("0000 883e 00000000", &ip(1)), "eth:ip:gre:wccp:ip:tcp", &[1]),
        in_ip(47, &before("0000 883e", &ip(1)), "eth:ip:gre:wccp:ip:tcp", &[1]),
        in_ip(47, &hex("0000 0000"), "eth:ip:gre", &[]),
        in_ip(51, &before("06 04 0000 00000001 00000001 000000000000000000000000", &tcp(1)), "eth:ip:ah:tcp", &[1]),
        in_ip(97, &before("3000", &ethernet_tcp(1)), "eth:ip:etherip:eth:ip:tcp", &[1]),
        in_ip(103, &before("2100 0000 00000000", &ip(1)), "eth:ip:pim:ip:tcp", &[1]),
        in_ip(103, &before("2000 0000", &[0; 30]), "eth:ip:pim", &[]),
        in_ip(115, &before("00000005 11111111", &ethernet_tcp(1)), "eth:ip:l2tp:eth:ip:tcp", &[1]),
        in_ip(115, &hex("00000000 c803 0000"), "eth:ip:l2tp", &[]),
        in_ip(137, &before("000111ff", &ip(1)), "eth:ip:mpls:ip:tcp", &[1]),
        sample(LinkType::ETHERNET, ethernet(0x86dd, &ipv6(143, &ethernet_tcp(1))), "eth:ipv6:eth:ip:tcp", &[1]),
        sample(LinkType::ETHERNET, ethernet(0x894f, &before("0fc2 02 01 00000000", &ip(1))), "eth:nsh:ip:tcp", &[1]),
        sample(
            LinkType::ETHERNET,
            ethernet(0x894f, &before("0fc2 02 03 00000000", &ethernet_tcp(1))),
            "eth:nsh:eth:ip:tcp",
            &[1],
        ),
    ]
}

pub(super) fn udp_samples() -> Vec<Sample> {
    let ip6 = ipv6(6, &tcp(1));
    vec![
        in_udp(4789, &before("08000000 00000100", &ethernet_tcp(1)), "eth:ip:udp:vxlan:eth:ip:tcp", &[9, 1]),
        in_udp(8472, &before("08000000 00000100", &ethernet_tcp(1)), "eth:ip:udp:vxlan:eth:ip:tcp", &[9, 1]),
        in_udp(4790, &before("0c000001 00000100", &ip(1)), "eth:ip:udp:vxlan:ip:tcp", &[9, 1]),
        in_udp(4790, &before("0c000004 00000100 0fc2 02 02 00000000", &ip6), "eth:ip:udp:vxlan:nsh:ipv6:tcp", &[9, 1]),
        in_udp(6081, &before("0000 6558 00000100", &ethernet_tcp(1)), "eth:ip:udp:geneve:eth:ip:tcp", &[9, 1]),
        in_udp(6081, &before("0100 0800 00000100 01020300", &ip(1)), "eth:ip:udp:geneve:ip:tcp", &[9, 1]),
        in_udp(2152, &before("30 ff 002c 00000001", &ip(1)), "eth:ip:udp:gtp:ip:tcp", &[9, 1]),
        in_udp(2152, &before("36 ff 0034 00000001 0001 00 85 01 0000 00", &ip(1)), "eth:ip:udp:gtp:ip:tcp", &[9, 1]),
        in_udp(2152, &hex("32 01 0004 00000000 0001 0000"), "eth:ip:udp:gtp", &[9]),
        in_udp(1701, &before("0002 0001 0001 ff03 0021", &ip(1)), "eth:ip:udp:l2tp:ppp:ip:tcp", &[9, 1]),
        in_udp(
            1701,
            &before("4a02 003f 0001 0001 0001 0001 0001 00 21", &ip(1)),
            "eth:ip:udp:l2tp:ppp:ip:tcp",
            &[9, 1],
        ),
        in_udp(1701, &hex("c802 0014 0001 0000 0000 0000 8008 0000 0000 0001"), "eth:ip:udp:l2tp", &[9]),
        in_udp(1701, &before("0003 0000 00000005", &ethernet_tcp(1)), "eth:ip:udp:l2tp:eth:ip:tcp", &[9, 1]),
        in_udp(3544, &ip6, "eth:ip:udp:teredo:ipv6:tcp", &[9, 1]),
        in_udp(
            3544,
            &before("0001 0000 0000000000000000 00 0000 1111 22222222", &ip6),
            "eth:ip:udp:teredo:ipv6:tcp",
            &[9, 1],
        ),
        in_udp(
            5072,
            &before("4f 52 11 29 00000000", &[vec![0; 36], ip6].concat()),
            "eth:ip:udp:ayiya:ipv6:tcp",
            &[9, 1],
        ),
        in_udp(4341, &before("80000001 00000001", &ip(1)), "eth:ip:udp:lisp-data:ip:tcp", &[9, 1]),
        in_udp(
            4342,
            &before("80000000", &ipv4(17, &udp(8, 4342, &hex("10000000")))),
            "eth:ip:udp:lisp:ip:udp",
            &[9, 8],
        ),
        in_udp(6635, &before("000110ff 000111ff", &ip(1)), "eth:ip:udp:mpls:mpls:ip:tcp", &[9, 1]),
        in_udp(5247, &before("00 10 02 00 00000000", &ethernet_tcp(1)), "eth:ip:udp:capwap.data:eth:ip:tcp", &[9, 1]),
        in_udp(37008, &before("01 00 0001 0a 01 05 00 01", &ethernet_tcp(1)), "eth:ip:udp:tzsp:eth:ip:tcp", &[9, 1]),
        in_udp(6343, &sflow(), "eth:ip:udp:sflow:eth:ip:tcp|eth:ip:tcp", &[9, 1, 2]),
    ]
}

/// A datagram of a counter sample and two flow samples.
fn sflow() -> Vec<u8> {
    let flow_sample = |port| {
        let frame = [ethernet_tcp(port), vec![0; 2]].concat();
        let record = before("00000001 000005dc 00000004 0000003a", &frame);
        let header = format!("00000001 {:08x} {} 00000002", 32 + 16 + 8 + record.len(), "00".repeat(28));
        let records =
            before("000003e9 00000008 0000000000000000", &before(&format!("00000001 {:08x}", record.len()), &record));
        before(&header, &records)
    };
    let header = hex("00000005 00000001 0a000001 00000000 00000001 00000001 00000003");
    [header, hex("00000002 00000004 00000000"), flow_sample(1), flow_sample(2)].concat()
}

#[test]
fn every_tunnel_leads_to_its_transport() {
    check(ip_samples());
    check(udp_samples());
}

#[test]
fn either_port_may_be_the_tunnel() {
    let frame = ethernet_udp(4789, 9, &before("08000000 00000100", &ethernet_tcp(1)));
    assert_eq!(ports(&decode_bytes(LinkType::ETHERNET, &frame)), [4789, 1]);
}

#[test]
fn ordinary_traffic_on_a_tunnel_port_is_left_alone() {
    let text = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\nand some more words to fill a datagram".as_slice();
    for port in [1701, 2152, 3544, 4341, 4342, 4789, 4790, 5072, 5247, 6081, 6343, 6635, 8472, 37008] {
        for payload in [text, &[0xff; 60], &[]] {
            let frame = ethernet_udp(9, port, payload);
            assert_eq!(path(&decode_bytes(LinkType::ETHERNET, &frame)), "eth:ip:udp", "{port}");
        }
    }
}

#[test]
fn sampled_frames_were_not_sent_here() {
    let frame = ethernet_udp(9, 6343, &sflow());
    let quoted: Vec<bool> =
        decode_bytes(LinkType::ETHERNET, &frame).transports.iter().map(|each| each.quoted).collect();
    assert_eq!(quoted, [false, true, true]);
}

#[test]
fn tunnels_count_as_flows_of_their_own() {
    let frame = ethernet(0x0800, &ipv4(47, &before("0000 0800", &ip(1))));
    let decoded = decode_bytes(LinkType::ETHERNET, &frame);
    let protocols: Vec<u8> = decoded.transports.iter().map(|transport| transport.protocol).collect();
    assert_eq!(protocols, [47, 6]);
}

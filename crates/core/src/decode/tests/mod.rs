//! Frames built by hand for every link type and tunnel, and properties over all of them.

mod build;
mod links;
mod network;
mod properties;
mod tunnels;

use super::{Decoded, decode};
use crate::capture::{Frame, LinkType};
use crate::issue::IssueKind;

/// A frame with what is to be found in it.
struct Sample {
    link_type: LinkType,
    bytes: Vec<u8>,
    path: &'static str,
    ports: &'static [u16],
}

/// A sample whose ports are the source ports of its transport headers, those without ports left out.
fn sample(link_type: LinkType, bytes: Vec<u8>, path: &'static str, ports: &'static [u16]) -> Sample {
    Sample { link_type, bytes, path, ports }
}

fn frame(link_type: LinkType, data: &[u8], wire_bytes: usize) -> Frame<'_> {
    Frame { number: 1, time_ns: None, interface: 0, link_type, wire_bytes: wire_bytes as u32, data }
}

fn decode_bytes(link_type: LinkType, bytes: &[u8]) -> Decoded<'_> {
    decode(&frame(link_type, bytes, bytes.len()))
}

/// The layers as Wireshark writes them, side by side ones separated by `|`.
fn path(decoded: &Decoded<'_>) -> String {
    let mut path = String::new();
    for (at, layer) in decoded.layers.iter().enumerate() {
        if at > 0 {
            path.push(if usize::from(layer.depth) == usize::from(decoded.layers[at - 1].depth) + 1 {
                ':'
            } else {
                '|'
            });
        }
        path.push_str(layer.protocol.name());
    }
    path
}

fn ports(decoded: &Decoded<'_>) -> Vec<u16> {
    decoded.transports.iter().map(|transport| transport.source_port).filter(|&port| port != 0).collect()
}

fn has(decoded: &Decoded<'_>, kind: IssueKind) -> bool {
    decoded.oddities.iter().any(|&(odd, _)| odd == kind)
}

fn check(samples: Vec<Sample>) {
    for Sample { link_type, bytes, path: expected, ports: expected_ports } in samples {
        let decoded = decode_bytes(link_type, &bytes);
        assert_eq!(path(&decoded), expected, "{} {bytes:02x?}", link_type.name());
        assert_eq!(ports(&decoded), expected_ports, "{} {expected}", link_type.name());
    }
}

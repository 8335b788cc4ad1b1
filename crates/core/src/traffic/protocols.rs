//! The protocol hierarchy: a tree of layers, each node with the frames that pass it.

use crate::decode::{Layer, MAX_LAYERS, Protocol};
use crate::issue::{IssueKind, Issues};
use crate::tables::{Sink, TableWriter, table};

table! {
    /// A path of protocol layers, with the frames that hold it; a frame counts once for each of its layers.
    "protocols" ProtocolRow {
        /// The path from the link layer inwards: eth:ip:tcp.
        path: String,
        /// The last protocol of the path.
        protocol: &'static str,
        /// Layers above it in the path.
        depth: u32,
        /// Frames that hold the path.
        packets: u64 ["packets"],
        /// Bytes of those frames on the wire.
        wire_bytes: u64 ["bytes"],
    }
}

/// Nodes kept apart; hostile frames could nest protocols in endless ways.
const MAX_NODES: usize = 4096;
const ROOT: u16 = 0;
/// Lines of layers that are remembered.
const LINES: usize = 16;
/// Layers that a line may have: each is a byte of its name.
const LINE_LAYERS: usize = 8;
const _: () = assert!(Protocol::COUNT < 0xff, "a protocol and the end of a line fit a byte");

struct Node {
    parent: u16,
    protocol: Protocol,
    counts: Counts,
    /// Those of the frames whose layers end here and hang in one line from the link layer: they also count for each node
    /// above, to which they are added when the table is written.
    ending: Counts,
    /// Child node by protocol; 0 is none, since no node has the root as its child.
    children: [u16; Protocol::COUNT],
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    packets: u64,
    wire_bytes: u64,
}

impl Counts {
    #[inline]
    fn count(&mut self, wire_bytes: u32) {
        self.packets += 1;
        self.wire_bytes += u64::from(wire_bytes);
    }

    fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.wire_bytes += other.wire_bytes;
    }
}

/// The name of a line of layers, each below the one before, none quoted: their protocols byte by byte. `None` for layers that
/// stand otherwise, or are too many.
#[inline]
fn line_name(layers: &[Layer]) -> Option<u64> {
    let mut name = 0;
    for (depth, layer) in layers.iter().enumerate() {
        if layer.quoted || usize::from(layer.depth) != depth || depth == LINE_LAYERS {
            return None;
        }
        name = name << 8 | (layer.protocol as u64 + 1);
    }
    Some(name)
}

/// Where a line is remembered: nearby names, which differ in their last layers, do not share a place.
#[inline]
fn place(name: u64) -> usize {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 by the golden ratio
    (name.wrapping_mul(SPREAD) >> 32) as usize % LINES
}

/// Counts frames by their path of layers, in bounded memory.
pub struct Protocols {
    nodes: Vec<Node>,
    /// Lines of layers met lately, by name, each with the node of its last layer; most frames are alike.
    lines: [(u64, u16); LINES],
}

impl Default for Protocols {
    fn default() -> Self {
        let mut protocols = Self { nodes: Vec::new(), lines: [(0, ROOT); LINES] };
        protocols.add(ROOT, Protocol::Data);
        protocols
    }
}

impl Protocols {
    /// Counts the layers of one frame, which hang below the node `from`; returns the last layer's node.
    #[inline]
    pub fn count(&mut self, from: Option<u16>, layers: &[Layer], wire_bytes: u32, issues: &mut Issues) -> u16 {
        let Some(name) = line_name(layers).filter(|_| from.is_none()) else {
            return self.walk(from, layers, wire_bytes, issues);
        };
        let (known, node) = self.lines[place(name)];
        if known == name {
            self.nodes[usize::from(node)].ending.count(wire_bytes);
            return node;
        }
        let node = self.walk(from, layers, wire_bytes, issues);
        self.remember(name, layers, node);
        node
    }

    /// Remembers a line of which each layer has a node, unless there was no room for one.
    fn remember(&mut self, name: u64, layers: &[Layer], last: u16) {
        let above = std::iter::successors(Some(last), |&node| Some(self.nodes[usize::from(node)].parent));
        let line = above.take_while(|&node| node != ROOT).map(|node| self.nodes[usize::from(node)].protocol);
        if line.eq(layers.iter().rev().map(|layer| layer.protocol)) {
            self.lines[place(name)] = (name, last);
        }
    }

    fn walk(&mut self, from: Option<u16>, layers: &[Layer], wire_bytes: u32, issues: &mut Issues) -> u16 {
        let top = from.unwrap_or(ROOT);
        let base = layers.first().map_or(0, |layer| layer.depth);
        // The node at each depth, counted from the first layer; one that has no level of its own is that of its parent.
        let mut nodes = [top; MAX_LAYERS + 1];
        let mut node = top;
        for layer in layers.iter().filter(|layer| !layer.quoted) {
            let depth = usize::from(layer.depth.saturating_sub(base)).min(MAX_LAYERS - 1);
            node = nodes[depth];
            if layer.protocol.has_level() {
                let child = self.child(node, layer.protocol, issues);
                if child != node {
                    self.nodes[usize::from(child)].counts.count(wire_bytes); // its parent, if it was merged with that, has counted
                }
                node = child;
            }
            nodes[depth + 1] = node;
        }
        node
    }

    /// The path of a node: `eth:ip:tcp`.
    pub fn path(&self, node: u16) -> String {
        let mut names = Vec::new();
        let mut at = node;
        while at != ROOT {
            names.push(self.nodes[usize::from(at)].protocol.name());
            at = self.nodes[usize::from(at)].parent;
        }
        names.reverse();
        names.join(":")
    }

    /// Writes the table.
    pub fn write(&self, sink: &mut impl Sink) {
        let mut rows = self.rows();
        rows.sort_by(|one, other| one.path.split(':').cmp(other.path.split(':')));
        let mut writer = TableWriter::default();
        for row in rows {
            writer.push(row, sink);
        }
        writer.flush(sink);
    }

    fn rows(&self) -> Vec<ProtocolRow> {
        let mut below: Vec<Counts> = self.nodes.iter().map(|node| node.ending).collect();
        // A node comes after the one above it.
        for (at, node) in self.nodes.iter().enumerate().skip(1).rev() {
            let counts = below[at];
            below[usize::from(node.parent)].add(counts);
        }
        (1..self.nodes.len()).map(|node| self.row(node as u16, below[node])).collect()
    }

    fn row(&self, node: u16, below: Counts) -> ProtocolRow {
        let path = self.path(node);
        let Node { protocol, counts, .. } = self.nodes[usize::from(node)];
        ProtocolRow {
            protocol: protocol.name(),
            depth: path.matches(':').count() as u32,
            path,
            packets: counts.packets + below.packets,
            wire_bytes: counts.wire_bytes + below.wire_bytes,
        }
    }

    #[inline]
    fn child(&mut self, node: u16, protocol: Protocol, issues: &mut Issues) -> u16 {
        match self.nodes[usize::from(node)].children[protocol as usize] {
            0 if self.nodes.len() < MAX_NODES => self.add(node, protocol),
            0 => {
                issues.note(IssueKind::RowsMerged, 0, None, None);
                node
            }
            child => child,
        }
    }

    fn add(&mut self, parent: u16, protocol: Protocol) -> u16 {
        let node = self.nodes.len() as u16;
        let (counts, ending) = (Counts::default(), Counts::default());
        self.nodes.push(Node { parent, protocol, counts, ending, children: [0; Protocol::COUNT] });
        if node != ROOT {
            self.nodes[usize::from(parent)].children[protocol as usize] = node;
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOME: [Protocol; 6] =
        [Protocol::Ethernet, Protocol::Ipv4, Protocol::Ipv6, Protocol::Gre, Protocol::Tcp, Protocol::Udp];

    fn layers(protocols: &[Protocol]) -> Vec<Layer> {
        let layer = |(depth, &protocol)| Layer { protocol, depth: depth as u8, quoted: false };
        protocols.iter().enumerate().map(layer).collect()
    }

    fn counted(protocols: &Protocols) -> Vec<(String, u64, u64)> {
        protocols.rows().into_iter().map(|row| (row.path, row.packets, row.wire_bytes)).collect()
    }

    #[test]
    fn a_frame_counts_once_for_each_of_its_layers() {
        let (mut protocols, mut issues) = (Protocols::default(), Issues::default());
        protocols.count(None, &layers(&[Protocol::Ethernet, Protocol::Ipv4, Protocol::Tcp]), 60, &mut issues);
        let last = protocols.count(None, &layers(&[Protocol::Ethernet, Protocol::Ipv4]), 40, &mut issues);
        assert_eq!(protocols.path(last), "eth:ip");
        assert_eq!(
            counted(&protocols),
            [("eth".into(), 2, 100), ("eth:ip".into(), 2, 100), ("eth:ip:tcp".into(), 1, 60)]
        );
    }

    #[test]
    fn what_is_quoted_was_not_sent() {
        let (mut protocols, mut issues) = (Protocols::default(), Issues::default());
        let mut frame = layers(&[Protocol::Ipv4, Protocol::Icmp, Protocol::Ipv4, Protocol::Tcp]);
        (frame[2].quoted, frame[3].quoted) = (true, true);
        protocols.count(None, &frame, 60, &mut issues);
        assert_eq!(counted(&protocols), [("ip".into(), 1, 60), ("ip:icmp".into(), 1, 60)]);
    }

    #[test]
    fn more_paths_than_there_is_room_for_count_for_their_parents() {
        let (mut protocols, mut issues) = (Protocols::default(), Issues::default());
        let mut frames = 0;
        for one in Protocol::ALL {
            for other in Protocol::ALL.iter().take(40) {
                protocols.count(None, &layers(&[Protocol::Ethernet, one, *other]), 1, &mut issues);
                frames += 1;
            }
        }
        assert!(protocols.nodes.len() <= MAX_NODES);
        assert_eq!(counted(&protocols)[0], ("eth".into(), frames, frames));
        assert!(issues.iter().any(|(kind, ..)| kind == IssueKind::RowsMerged));
    }

    proptest! {
        /// The way for lines that are remembered, against the way for any layers.
        #[test]
        fn remembering_lines_changes_nothing(
            frames in prop::collection::vec(prop::collection::vec(prop::sample::select(SOME.to_vec()), 1..10), 1..40),
            repeats in 1usize..4,
        ) {
            let (mut clever, mut plain, mut issues) = (Protocols::default(), Protocols::default(), Issues::default());
            for frame in frames.iter().flat_map(|frame| std::iter::repeat_n(layers(frame), repeats)) {
                let node = clever.count(None, &frame, 60, &mut issues);
                prop_assert_eq!(node, plain.walk(None, &frame, 60, &mut issues));
            }
            prop_assert_eq!(counted(&clever), counted(&plain));
        }
    }
}

//! The protocol hierarchy: a tree of layers, each node with the frames that pass it.

use arrayvec::ArrayVec;

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
/// Layers that a frame may have to be remembered.
const LAST_LAYERS: usize = 8;

struct Node {
    parent: u16,
    protocol: Protocol,
    packets: u64,
    wire_bytes: u64,
    /// Child node by protocol; 0 is none, since no node has the root as its child.
    children: [u16; Protocol::COUNT],
}

impl Node {
    fn count(&mut self, wire_bytes: u32) {
        self.packets += 1;
        self.wire_bytes += u64::from(wire_bytes);
    }
}

/// Counts frames by their path of layers, in bounded memory.
pub struct Protocols {
    nodes: Vec<Node>,
    /// The layers of the last frame and the nodes that it counted for: the next frame is often alike.
    last: (ArrayVec<Layer, LAST_LAYERS>, ArrayVec<u16, LAST_LAYERS>),
}

impl Default for Protocols {
    fn default() -> Self {
        let mut protocols = Self { nodes: Vec::new(), last: Default::default() };
        protocols.add(ROOT, Protocol::Data);
        protocols
    }
}

impl Protocols {
    /// Counts the layers of one frame, which hang below the node `from`; returns the last layer's node.
    #[inline]
    pub fn count(&mut self, from: Option<u16>, layers: &[Layer], wire_bytes: u32, issues: &mut Issues) -> u16 {
        if from.is_none() && !layers.is_empty() && *layers == *self.last.0 {
            for &node in &self.last.1 {
                self.nodes[usize::from(node)].count(wire_bytes);
            }
            return self.last.1.last().copied().unwrap_or(ROOT);
        }
        let node = self.walk(from, layers, wire_bytes, issues);
        if from.is_none() && layers.len() <= LAST_LAYERS {
            self.remember(layers, node);
        }
        node
    }

    /// Remembers a frame whose layers hang in one line, as nearly all do.
    fn remember(&mut self, layers: &[Layer], last: u16) {
        self.last.0.clear();
        self.last.1.clear();
        let mut at = last;
        let mut line = ArrayVec::<u16, LAST_LAYERS>::new();
        while at != ROOT && line.try_push(at).is_ok() {
            at = self.nodes[usize::from(at)].parent;
        }
        let plain = layers.iter().all(|layer| !layer.quoted && layer.protocol.has_level());
        if plain && line.len() == layers.len() {
            self.last.0.extend(layers.iter().copied());
            self.last.1.extend(line.into_iter().rev());
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
                    self.nodes[usize::from(child)].count(wire_bytes); // its parent, if it was merged with that, has counted
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
        let mut rows: Vec<ProtocolRow> = (1..self.nodes.len()).map(|node| self.row(node as u16)).collect();
        rows.sort_by(|one, other| one.path.split(':').cmp(other.path.split(':')));
        let mut writer = TableWriter::default();
        for row in &rows {
            writer.push(row, sink);
        }
        writer.flush(sink);
    }

    fn row(&self, node: u16) -> ProtocolRow {
        let path = self.path(node);
        let Node { protocol, packets, wire_bytes, .. } = self.nodes[usize::from(node)];
        ProtocolRow { protocol: protocol.name(), depth: path.matches(':').count() as u32, path, packets, wire_bytes }
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
        self.nodes.push(Node { parent, protocol, packets: 0, wire_bytes: 0, children: [0; Protocol::COUNT] });
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
        let rows = (1..protocols.nodes.len()).map(|node| protocols.row(node as u16));
        rows.map(|row| (row.path, row.packets, row.wire_bytes)).collect()
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
        /// The way for a frame that is like the last one, against the way for any.
        #[test]
        fn remembering_the_last_frame_changes_nothing(
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

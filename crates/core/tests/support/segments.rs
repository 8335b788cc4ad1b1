//! Any segments of a few connections, near enough to sense that the TCP engine goes deep.

use proptest::prelude::*;

use super::{ipv4_fragment, tcp};

/// Steps of time between segments; some go back.
const STEPS_NS: [i64; 9] =
    [0, 50_000, 1_000_000, 20_000_000, 45_000_000, 250_000_000, 3_000_000_000, -500_000, -5_000_000];
/// Flags that segments have: most are data and acknowledgements.
const FLAGS: [u8; 12] = [16, 16, 16, 16, 24, 24, 2, 18, 17, 4, 20, 0];

/// One segment.
#[derive(Debug, Clone)]
pub struct Step {
    pub connection: u16,
    from_client: bool,
    pub after_ns: i64,
    flags: u8,
    /// In blocks of 100 bytes, from the connection's beginning.
    seq: u8,
    ack: u8,
    payload_bytes: u16,
    window: u16,
    options: u8,
    id: u16,
}

/// Up to `most` segments of so many connections.
pub fn steps(connections: u16, most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (
        (0..connections, any::<bool>(), prop::sample::select(STEPS_NS.to_vec()), prop::sample::select(FLAGS.to_vec())),
        (0u8..24, 0u8..24, prop::sample::select(vec![0u16, 0, 1, 100, 100, 300, 1000])),
        (prop::sample::select(vec![0u16, 3, 1000, 1000, 1000, 60_000]), any::<u8>(), 0u16..6),
    );
    let step = step.prop_map(
        |((connection, from_client, after_ns, flags), (seq, ack, payload_bytes), (window, options, id))| Step {
            connection,
            from_client,
            after_ns,
            flags,
            seq,
            ack,
            payload_bytes,
            window,
            options,
            id,
        },
    );
    prop::collection::vec(step, 0..most)
}

/// The frame of a segment, between hosts 1 and 2.
pub fn frame(step: &Step) -> Vec<u8> {
    let client_port = 40_000 + step.connection;
    let (base, peer_base) = if step.from_client { (1000_u32, 0xffff_fe00_u32) } else { (0xffff_fe00, 1000) };
    let ports = if step.from_client { (client_port, 443) } else { (443, client_port) };
    let seq = base.wrapping_add(u32::from(step.seq) * 100);
    let ack = peer_base.wrapping_add(u32::from(step.ack) * 100);
    let payload = match step.options >> 6 {
        0 => [&[22, 3, 1, 0, 5, 1, 0, 0, 1, 0], &vec![0; usize::from(step.payload_bytes)][..]].concat(),
        _ => vec![23; usize::from(step.payload_bytes)],
    };
    let payload = &payload[..usize::from(step.payload_bytes)];
    let mut segment = tcp(ports, seq, ack, step.flags, &[]);
    segment[14..16].copy_from_slice(&step.window.to_be_bytes());
    let options = options(step, ack);
    segment[12] = (20 + options.len() as u8) / 4 * 16;
    segment.extend(options);
    segment.extend(payload);
    let (from, to) = if step.from_client { (1, 2) } else { (2, 1) };
    ipv4_fragment(from, to, 6, step.id, 0x4000, &segment)
}

fn options(step: &Step, ack: u32) -> Vec<u8> {
    let mut options = Vec::new();
    if step.options & 1 != 0 {
        options.extend([1, 1, 8, 10, 0, 0, 0, step.options, 0, 0, 0, step.options / 2]);
    }
    if step.options & 2 != 0 {
        options.extend([1, 1, 5, 10]);
        options.extend(ack.wrapping_add(u32::from(step.options) * 4).to_be_bytes());
        options.extend(ack.wrapping_add(u32::from(step.options) * 4 + 300).to_be_bytes());
    }
    if step.flags & 2 != 0 {
        options.extend([2, 4, 1, 44, 1, 3, 3, step.options >> 4]);
    }
    options
}

//! sFlow version 5 (sflow.org): samples of frames that passed a switch. What is sampled was sent elsewhere, so it is marked
//! as quoted.

use super::super::LinkType;
use super::{Decoded, Next, Protocol, View, Walk};

const VERSION: u32 = 5;
const FLOW_SAMPLE: u32 = 1;
const EXPANDED_FLOW_SAMPLE: u32 = 3;
const RAW_PACKET_HEADER: u32 = 1;
/// Records of a sample, and samples without any frame, that are passed over.
const MAX_PASSED_OVER: usize = 64;

/// Decodes the header of a datagram: version, address of the agent, four numbers, the last of which counts the samples.
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let address_bytes = match (view.u32(0)?, view.u32(4)?) {
        (VERSION, 1) => 4,
        (VERSION, 2) => 16,
        _ => return None,
    };
    let samples = view.skip(8 + address_bytes + 16)?;
    out.layer(Protocol::Sflow);
    Some((Next::SflowSamples, samples))
}

/// Decodes the frame in the first sample that has one; the samples behind it are walked after it.
pub(in crate::decode) fn samples<'a>(mut view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    for _ in 0..MAX_PASSED_OVER {
        let (format, length) = (view.u32(0)?, view.u32(4)? as usize);
        let sample = view.skip(8)?;
        let rest = sample.skip(length).unwrap_or(View::new(&[], 0));
        if let Some(frame) = frame_in_sample(format, sample.limit(length)) {
            if !rest.bytes.is_empty() {
                out.also(Next::SflowSamples, rest);
            }
            out.quoted = true;
            return Some(frame);
        }
        view = rest;
    }
    None
}

/// Finds the raw packet header among the records of a flow sample.
fn frame_in_sample(format: u32, sample: View<'_>) -> Walk<'_> {
    let records_at = match format {
        FLOW_SAMPLE => 32,
        EXPANDED_FLOW_SAMPLE => 44,
        _ => return None,
    };
    let mut records = sample.skip(records_at)?;
    for _ in 0..MAX_PASSED_OVER {
        let (format, length) = (records.u32(0)?, records.u32(4)? as usize);
        let record = records.skip(8)?;
        if format == RAW_PACKET_HEADER {
            return frame(record.limit(length));
        }
        records = record.skip(length)?;
    }
    None
}

/// A raw packet header: kind of link, length on the wire, bytes stripped, bytes given.
fn frame(record: View<'_>) -> Walk<'_> {
    let next = match record.u32(0)? {
        1 => Next::ETHERNET,
        7 => Next::Link(LinkType::PPP),
        11 => Next::IPV4,
        12 => Next::IPV6,
        13 => Next::Mpls,
        _ => return None,
    };
    let (wire_bytes, stripped, given) = (record.u32(4)?, record.u32(8)?, record.u32(12)?);
    let given = record.skip(16)?.limit(given as usize);
    Some((next, View { wire_bytes: (wire_bytes.saturating_sub(stripped) as usize).max(given.bytes.len()), ..given }))
}

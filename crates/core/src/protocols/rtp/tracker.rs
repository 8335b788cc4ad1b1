//! The streams of one flow, and what all flows share.

use super::media::Media;
use super::message::{Packet, Reports};
use super::reports::AllReported;
use super::stream::{Stream, ends_of};
use super::table::RtpStreamRow;
use crate::protocols::follow::{Context, Datagram, DatagramTracker};
use crate::tables::{Sink, TableWriter};

/// Streams of one flow that are kept apart; beyond it the one that was quiet longest is written.
const MOST_STREAMS: usize = 16;
/// By so many datagrams a flow that nothing announced has shown whether it carries streams.
const TRIAL_DATAGRAMS: u32 = 32;

/// What flows of RTP share.
pub(crate) struct Shared {
    /// Streams that signalling announced.
    pub(crate) media: Media,
    reported: AllReported,
    writer: TableWriter<RtpStreamRow>,
}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        let (media, reported) = (Media::new(memory_bytes / 2), AllReported::new(memory_bytes / 2));
        Self { media, reported, writer: TableWriter::default() }
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        self.writer.flush(sink);
    }
}

/// A flow is of RTP if it was announced, or if its datagrams may be: then the next ones tell.
pub(crate) fn recognise(datagram: &Datagram<'_>, context: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let packet = Packet::read(datagram.payload);
    let media = &context.shared.rtp.media;
    let announced = packet.is_some() && media.between(context.ends.client, context.ends.server).is_some();
    let plausible = packet.is_some_and(|packet| packet.has_usual_type()) || Reports::read(datagram.payload).is_some();
    (announced || plausible).then(|| Box::<Tracker>::default() as Box<dyn DatagramTracker>)
}

/// The streams of one flow.
#[derive(Debug, Default)]
struct Tracker {
    streams: Vec<Stream>,
    certain: bool,
    datagrams: u32,
}

impl DatagramTracker for Tracker {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        self.datagrams = self.datagrams.saturating_add(1);
        if let Some(packet) = Packet::read(datagram.payload) {
            self.packet(&packet, datagram, context);
        } else if let Some(reports) = Reports::read(datagram.payload) {
            let (one, other) = (context.ends.client.address, context.ends.server.address);
            context.shared.rtp.reported.take(one, other, &reports, datagram.at);
            self.certain = true;
        } else if !self.certain {
            return false;
        }
        self.certain || self.datagrams < TRIAL_DATAGRAMS
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        for stream in std::mem::take(&mut self.streams) {
            write(stream, context);
        }
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.streams.capacity() * size_of::<Stream>()
    }
}

impl Tracker {
    fn packet(&mut self, packet: &Packet, datagram: &Datagram<'_>, context: &mut Context<'_>) {
        let same = |stream: &Stream| stream.ssrc == packet.ssrc && stream.sender == datagram.sender;
        if let Some(stream) = self.streams.iter_mut().find(|stream| same(stream)) {
            stream.packet(packet, datagram.at);
            self.certain |= stream.is_certain();
            return;
        }
        self.make_room(context);
        let (source, destination) = ends_of(datagram.sender, &context.ends);
        let announced = context.shared.rtp.media.between(source, destination).cloned();
        let stream = Stream::new(datagram.sender, packet, announced, datagram.at);
        self.certain |= stream.is_certain();
        self.streams.push(stream);
    }

    /// Ends the stream that was quiet longest, when there are many.
    fn make_room(&mut self, context: &mut Context<'_>) {
        if self.streams.len() < MOST_STREAMS {
            return;
        }
        let oldest = self.streams.iter().enumerate().min_by_key(|(_, stream)| stream.last_frame());
        if let Some((at, _)) = oldest {
            write(self.streams.remove(at), context);
        }
    }
}

/// Writes the row of a stream that is one for sure.
fn write(stream: Stream, context: &mut Context<'_>) {
    if !stream.is_certain() {
        return;
    }
    let (source, destination) = ends_of(stream.sender, &context.ends);
    let shared = &mut context.shared.rtp;
    let reported = shared.reported.of(source.address, destination.address, stream.ssrc);
    let row = stream.row(&context.ends, shared.media.between(source, destination), reported);
    shared.writer.push(row, context.sink);
}

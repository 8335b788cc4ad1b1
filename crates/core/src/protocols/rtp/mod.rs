//! RTP and RTCP (RFC 3550): streams of audio and video, what was lost of them, and how evenly they came.

mod arrivals;
mod codec;
mod losses;
mod media;
mod message;
mod quality;
mod reports;
mod rtsp;
mod sdp;
mod sequence;
mod stream;
mod table;
mod tracker;

pub(crate) use media::{Announced, Signalling};
pub(crate) use rtsp::recognise as recognise_rtsp;
pub(crate) use sdp::streams as streams_announced;
pub use table::RtpStreamRow;
pub(crate) use tracker::{Shared, recognise};

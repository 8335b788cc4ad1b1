//! Reading capture files: every format from hand-built bytes, in any chunks, whole, cut and damaged.

#![allow(unreachable_pub)] // a test exports nothing

mod any_input;
mod compressed;
mod other_formats;
mod pcap;
mod pcapng;
mod samples;
mod seen;

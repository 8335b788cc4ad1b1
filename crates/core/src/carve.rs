//! FRAMES → PCAPNG: chosen frames of a capture, as they are, with comments that Wireshark shows.
//!
//! The format is that of draft-ietf-opsawg-pcapng. Times are kept to the nanosecond, bytes as captured.

use std::collections::HashMap;

use crate::capture::{Context, Frame, Interface};

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Options: end, comment, and those of the section and of an interface.
const END: u16 = 0;
const COMMENT: u16 = 1;
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const SHB_APPLICATION: u16 = 4;
const IF_TIME_RESOLUTION: u16 = 9;
/// Times count 10^-9 seconds.
const NANOSECONDS: u8 = 9;

/// A frame to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its number, from 1, in file order.
    pub frame: u64,
    /// What to say about it; empty for nothing.
    pub comment: String,
}

/// Copies chosen frames of one capture, or of several as one, into a pcapng file.
pub struct Carver {
    wanted: std::iter::Peekable<std::vec::IntoIter<Wanted>>,
    /// Number in the new file of each interface of each capture.
    interfaces: HashMap<(usize, u32), u32>,
    output: Vec<u8>,
    written: u64,
    left_out: u64,
    last_time_ns: i64,
}

impl Carver {
    /// A carver of these frames.
    pub fn new(mut wanted: Vec<Wanted>) -> Self {
        wanted.sort_by_key(|wanted| wanted.frame);
        wanted.dedup_by_key(|wanted| wanted.frame);
        let mut output = Vec::new();
        let application = concat!("pcap-analyzer ", env!("CARGO_PKG_VERSION"));
        block(&mut output, SECTION, |body| {
            body.extend(BYTE_ORDER.to_le_bytes());
            body.extend([1, 0, 0, 0]); // version 1.0
            body.extend(u64::MAX.to_le_bytes()); // length not said
            option(body, SHB_APPLICATION, application.as_bytes());
            option(body, END, &[]);
        });
        let wanted = wanted.into_iter().peekable();
        Self { wanted, interfaces: HashMap::new(), output, written: 0, left_out: 0, last_time_ns: 0 }
    }

    /// Takes the next frame, which belongs to the capture with number `capture` and is told about in its `context`.
    pub fn frame(&mut self, capture: usize, frame: &Frame<'_>, context: &Context) {
        // A frame without a time of its own stands where the one before it stood.
        self.last_time_ns = frame.time_ns.unwrap_or(self.last_time_ns);
        while self.wanted.next_if(|wanted| wanted.frame < frame.number).is_some() {}
        let Some(wanted) = self.wanted.next_if(|wanted| wanted.frame == frame.number) else { return };
        let Ok(link_type) = u16::try_from(frame.link_type.0) else {
            self.left_out += 1;
            return;
        };
        let interface = self.interface(capture, frame, link_type, context);
        let time_ns = self.last_time_ns as u64;
        block(&mut self.output, PACKET, |body| {
            body.extend(interface.to_le_bytes());
            body.extend(((time_ns >> 32) as u32).to_le_bytes());
            body.extend((time_ns as u32).to_le_bytes());
            body.extend((frame.data.len() as u32).to_le_bytes());
            body.extend(frame.wire_bytes.to_le_bytes());
            padded(body, frame.data);
            if !wanted.comment.is_empty() {
                option(body, COMMENT, wanted.comment.as_bytes());
                option(body, END, &[]);
            }
        });
        self.written += 1;
    }

    /// Whether all wanted frames have come.
    pub fn is_done(&mut self) -> bool {
        self.wanted.peek().is_none()
    }

    /// What there is of the new file since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Frames written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Frames left out so far, since pcapng has no number for how they begin.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The number of the frame's interface in the new file, where it is described when first met.
    fn interface(&mut self, capture: usize, frame: &Frame<'_>, link_type: u16, context: &Context) -> u32 {
        let next = self.interfaces.len() as u32;
        let number = *self.interfaces.entry((capture, frame.interface)).or_insert(next);
        if number == next {
            let interface = context.interfaces.get(frame.interface as usize);
            describe(&mut self.output, link_type, interface);
        }
        number
    }
}

fn describe(output: &mut Vec<u8>, link_type: u16, interface: Option<&Interface>) {
    let text = |of: fn(&Interface) -> &Option<String>| interface.and_then(|interface| of(interface).as_deref());
    block(output, INTERFACE, |body| {
        body.extend(link_type.to_le_bytes());
        body.extend([0, 0]);
        let snap_length_bytes = interface.and_then(|interface| interface.snap_length_bytes);
        body.extend(snap_length_bytes.unwrap_or(0).to_le_bytes()); // 0 is no limit
        for (code, value) in [(IF_NAME, text(|of| &of.name)), (IF_DESCRIPTION, text(|of| &of.description))] {
            if let Some(value) = value {
                option(body, code, value.as_bytes());
            }
        }
        option(body, IF_TIME_RESOLUTION, &[NANOSECONDS]);
        option(body, END, &[]);
    });
}

/// Appends a block: its type, its length before and behind the body.
fn block(output: &mut Vec<u8>, kind: u32, write: impl FnOnce(&mut Vec<u8>)) {
    const AROUND: usize = 12;
    let start = output.len();
    output.extend(kind.to_le_bytes());
    output.extend([0; 4]);
    write(output);
    let length = ((output.len() - start + AROUND - 8) as u32).to_le_bytes();
    output[start + 4..start + 8].copy_from_slice(&length);
    output.extend(length);
}

/// Appends an option; a longer value than one can hold is cut.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    padded(body, value);
}

/// Appends bytes up to a multiple of four.
fn padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(bytes);
    body.extend(std::iter::repeat_n(0, bytes.len().wrapping_neg() % 4));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{LinkType, Reader};
    use crate::merge::Interleave;

    fn frames_of(file: &[u8]) -> Vec<(Option<i64>, LinkType, u32, Vec<u8>)> {
        let mut reader = Reader::default();
        let mut frames = Vec::new();
        let mut keep = |frame: &Frame<'_>, _: &mut Context| {
            frames.push((frame.time_ns, frame.link_type, frame.wire_bytes, frame.data.to_vec()));
        };
        reader.feed(file, &mut keep).unwrap();
        reader.finish(&mut keep).unwrap();
        frames
    }

    /// A pcap file in nanoseconds with frames of these bytes, a second apart, each cut of 100 bytes.
    fn capture(frames: &[&[u8]]) -> Vec<u8> {
        let mut file = Vec::new();
        for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 65_535, 113] {
            file.extend(word.to_le_bytes());
        }
        for (second, bytes) in frames.iter().enumerate() {
            for word in [second as u32, 123_456_789, bytes.len() as u32, bytes.len() as u32 + 100] {
                file.extend(word.to_le_bytes());
            }
            file.extend(*bytes);
        }
        file
    }

    fn carver(frames: &[(u64, &str)]) -> Carver {
        Carver::new(frames.iter().map(|&(frame, comment)| Wanted { frame, comment: comment.to_owned() }).collect())
    }

    fn carve(file: &[u8], frames: &[(u64, &str)]) -> (Vec<u8>, u64) {
        let (mut carver, mut reader) = (carver(frames), Reader::default());
        for chunk in file.chunks(7) {
            reader.feed(chunk, |frame, context| carver.frame(0, frame, context)).unwrap();
        }
        reader.finish(|frame, context| carver.frame(0, frame, context)).unwrap();
        (carver.take_output(), carver.written())
    }

    #[test]
    fn frames_are_what_they_were() {
        let file = capture(&[b"one", b"three", b"", b"other"]);
        let (carved, written) = carve(&file, &[(4, ""), (2, "look"), (2, "again"), (9, "")]);
        let all = frames_of(&file);
        assert_eq!(frames_of(&carved), [all[1].clone(), all[3].clone()]);
        assert_eq!(written, 2);
    }

    #[test]
    fn comments_stand_in_the_file_and_change_no_frame() {
        let file = capture(&[b"one"]);
        let ((with, _), (without, _)) = (carve(&file, &[(1, "sent again")]), carve(&file, &[(1, "")]));
        assert_eq!(frames_of(&with), frames_of(&without));
        assert!(with.windows(10).any(|part| part == b"sent again"));
        assert_eq!(with.len() - without.len(), 4 + 12 + 4);
    }

    #[test]
    fn captures_as_one_are_numbered_over_all_and_keep_their_interfaces() {
        let files = [capture(&[b"one", b"three"]), capture(&[b"two"])];
        let mut carver = carver(&[(2, "of the second file"), (3, "of the first")]);
        let mut frames = Interleave::new(vec![None; 2]);
        for (at, file) in files.iter().enumerate() {
            frames.feed(at, file, |capture, frame, context| carver.frame(capture, frame, context)).unwrap();
            frames.end(at, |capture, frame, context| carver.frame(capture, frame, context)).unwrap();
        }
        let new = carver.take_output();
        let bytes: Vec<_> = frames_of(&new).into_iter().map(|(.., bytes)| bytes).collect();
        assert_eq!((bytes, carver.written()), (vec![b"two".to_vec(), b"three".to_vec()], 2));
        assert_eq!(carver.interfaces.len(), 2, "each capture has its own");
    }

    #[test]
    fn nothing_wanted_is_a_file_without_frames() {
        let (carved, written) = carve(&capture(&[b"one"]), &[]);
        assert_eq!((frames_of(&carved).len(), written), (0, 0));
    }
}

//! One frame of zstd (RFC 8878), decoded block by block.

use std::io::Read;

use ruzstd::decoding::FrameDecoder;

use super::Trouble;
use super::frames::Progress;

pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What a frame may ask us to remember of what was decompressed.
const MAX_WINDOW_BYTES: u64 = 64 << 20;

/// No block decompresses to more.
const BLOCK_BYTES: usize = 128 << 10;

const BLOCK_HEADER_BYTES: usize = 3;
const CHECKSUM_FLAG: u8 = 4;

pub(super) struct Zstd {
    decoder: FrameDecoder,
    has_checksum: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Blocks,
    /// The last block is decoded; what is left is in the decoder.
    Drain,
    /// Nothing is left but the checksum, if there is one.
    Checksum,
}

impl Zstd {
    /// Reads the frame header; nothing when it is not all there yet.
    pub(super) fn begin(input: &[u8]) -> Result<Option<(Self, usize)>, Trouble> {
        let Some(&descriptor) = input.get(MAGIC.len()) else { return Ok(None) };
        let length = header_bytes(descriptor);
        let Some(header) = input.get(..length) else { return Ok(None) };
        let window = window_bytes(descriptor, header);
        if window > MAX_WINDOW_BYTES {
            let megabytes = window >> 20;
            return Err(Trouble::Unsupported(format!("zstd with a window of {megabytes} MiB (at most 64)")));
        }
        // The decoder gives its last bytes only once it has the checksum, which may be cut off: so it is read here.
        let mut header = header.to_vec();
        header[MAGIC.len()] &= !CHECKSUM_FLAG;
        let mut decoder = FrameDecoder::new();
        decoder.init(header.as_slice()).map_err(Trouble::damaged)?;
        let has_checksum = descriptor & CHECKSUM_FLAG != 0;
        Ok(Some((Self { decoder, has_checksum, state: State::Blocks }, length)))
    }

    /// Decodes one block, or hands out a part of what is left.
    pub(super) fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, Trouble> {
        if self.state == State::Blocks {
            return self.decode_block(input, output);
        }
        if self.state == State::Drain {
            if self.read(output)? > 0 {
                return Ok(Progress::Used(0));
            }
            self.state = State::Checksum;
        }
        if !self.has_checksum {
            return Ok(Progress::Complete(0));
        }
        let Some(&said) = input.first_chunk() else { return Ok(Progress::Used(0)) };
        if self.decoder.get_calculated_checksum().is_some_and(|found| found != u32::from_le_bytes(said)) {
            return Err(Trouble::damaged("its checksum does not agree"));
        }
        Ok(Progress::Complete(said.len()))
    }

    fn decode_block(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, Trouble> {
        let Some(&[a, b, c]) = input.first_chunk::<BLOCK_HEADER_BYTES>() else { return Ok(Progress::Used(0)) };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let (last, kind, size) = (header & 1 == 1, header >> 1 & 3, (header >> 3) as usize);
        if size > BLOCK_BYTES || kind == 3 {
            return Err(Trouble::damaged("a block of an impossible size or type"));
        }
        // A run-length block holds one byte, however long the run is.
        let length = BLOCK_HEADER_BYTES + if kind == 1 { 1 } else { size };
        let Some(block) = input.get(..length) else { return Ok(Progress::Used(0)) };
        self.decoder.decode_from_to(block, &mut []).map_err(Trouble::damaged)?;
        if last {
            self.state = State::Drain;
        }
        self.read(output)?;
        Ok(Progress::Used(length))
    }

    /// Takes what the decoder holds beyond its window, at most a block.
    fn read(&mut self, output: &mut Vec<u8>) -> Result<usize, Trouble> {
        let before = output.len();
        output.resize(before + self.decoder.can_collect().min(BLOCK_BYTES), 0);
        let read = self.decoder.read(&mut output[before..]).map_err(Trouble::damaged)?;
        output.truncate(before + read);
        Ok(read)
    }
}

/// Length of the frame header, magic number included.
fn header_bytes(descriptor: u8) -> usize {
    let single_segment = descriptor & 0x20 != 0;
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let dictionary_id = [0, 1, 2, 4][usize::from(descriptor & 3)];
    MAGIC.len() + 1 + usize::from(!single_segment) + dictionary_id + content_size
}

fn window_bytes(descriptor: u8, header: &[u8]) -> u64 {
    if descriptor & 0x20 == 0 {
        let window = header.get(5).copied().unwrap_or(0);
        let base = 1_u64 << (10 + (window >> 3));
        return base + base / 8 * u64::from(window & 7);
    }
    // A single segment is its own window; its size is the last field.
    let at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let field = header.get(at..).unwrap_or_default();
    let size = field.iter().rev().fold(0_u64, |size, &byte| size << 8 | u64::from(byte));
    if descriptor >> 6 == 1 { size + 256 } else { size }
}

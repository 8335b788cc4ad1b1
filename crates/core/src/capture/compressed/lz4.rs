//! One frame of lz4 (its frame format 1.6), decoded block by block.

use lz4_flex::block::decompress_into_with_dict;

use super::Trouble;
use super::frames::Progress;

pub(super) const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

/// How far back a block may refer to those before it.
const WINDOW_BYTES: usize = 64 << 10;
const CHECKSUM_BYTES: usize = 4;
const UNCOMPRESSED: u32 = 1 << 31;

pub(super) struct Lz4 {
    block_bytes: usize,
    has_block_checksums: bool,
    has_content_checksum: bool,
    /// Blocks refer to those before them.
    linked: bool,
    /// The last of what was decompressed, kept when blocks are linked.
    window: Vec<u8>,
}

impl Lz4 {
    /// Reads the frame header; nothing when it is not all there yet.
    pub(super) fn begin(input: &[u8]) -> Result<Option<(Self, usize)>, Trouble> {
        let &[_, _, _, _, flags, block_descriptor, ..] = input else { return Ok(None) };
        if flags >> 6 != 1 {
            return Err(Trouble::Unsupported(format!("lz4 frame version {}", flags >> 6)));
        }
        if flags & 1 != 0 {
            return Err(Trouble::Unsupported("lz4 with a dictionary".to_owned()));
        }
        let block_bytes = match block_descriptor >> 4 & 7 {
            size @ 4..=7 => 1 << (8 + 2 * size),
            _ => return Err(Trouble::damaged("an impossible block size")),
        };
        let content_size = if flags & 8 != 0 { 8 } else { 0 };
        // Magic number, flags, block size, content size, header checksum.
        let length = 4 + 2 + content_size + 1;
        if input.len() < length {
            return Ok(None);
        }
        let lz4 = Self {
            block_bytes,
            has_block_checksums: flags & 0x10 != 0,
            has_content_checksum: flags & 4 != 0,
            linked: flags & 0x20 == 0,
            window: Vec::new(),
        };
        Ok(Some((lz4, length)))
    }

    /// Decodes one block, or reads the end mark.
    pub(super) fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Progress, Trouble> {
        let Some((&size, rest)) = input.split_first_chunk::<4>() else { return Ok(Progress::Used(0)) };
        let size = u32::from_le_bytes(size);
        if size == 0 {
            let checksum = if self.has_content_checksum { CHECKSUM_BYTES } else { 0 };
            return Ok(if rest.len() < checksum { Progress::Used(0) } else { Progress::Complete(4 + checksum) });
        }
        let length = (size & !UNCOMPRESSED) as usize;
        if length > self.block_bytes {
            return Err(Trouble::damaged("a block longer than the frame allows"));
        }
        let checksum = if self.has_block_checksums { CHECKSUM_BYTES } else { 0 };
        if rest.len() < length + checksum {
            return Ok(Progress::Used(0));
        }
        self.decode(&rest[..length], size & UNCOMPRESSED != 0, output)?;
        Ok(Progress::Used(4 + length + checksum))
    }

    fn decode(&mut self, block: &[u8], uncompressed: bool, output: &mut Vec<u8>) -> Result<(), Trouble> {
        let before = output.len();
        if uncompressed {
            output.extend_from_slice(block);
        } else {
            output.resize(before + self.block_bytes, 0);
            let result = decompress_into_with_dict(block, &mut output[before..], &self.window);
            output.truncate(before + *result.as_ref().unwrap_or(&0));
            result.map_err(Trouble::damaged)?;
        }
        if self.linked {
            self.remember(&output[before..]);
        }
        Ok(())
    }

    fn remember(&mut self, decoded: &[u8]) {
        self.window.extend_from_slice(&decoded[decoded.len().saturating_sub(WINDOW_BYTES)..]);
        self.window.drain(..self.window.len().saturating_sub(WINDOW_BYTES));
    }
}

//! gzip (RFC 1952), of any number of members.

use flate2::{Decompress, FlushDecompress, Status};

use super::Trouble;

const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
const WINDOW_BITS: u8 = 15;

/// Decompressed bytes per push.
const OUTPUT_BYTES: usize = 64 << 10;

enum State {
    Member(Box<Decompress>),
    /// Behind a member: another may follow.
    Between,
    /// Behind the last member: padding or anything else, which gzip ignores too.
    Trailer,
}

pub(super) struct Gzip {
    state: State,
}

impl Gzip {
    pub(super) fn recognise(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    pub(super) fn new() -> Self {
        Self { state: State::Between }
    }

    pub(super) fn is_complete(&self) -> bool {
        !matches!(self.state, State::Member(_))
    }

    pub(super) fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Trouble> {
        if matches!(self.state, State::Between) {
            match input {
                [] => return Ok(0),
                // The rest of a magic number that is cut is damage, which the decompressor finds.
                _ if MAGIC.starts_with(&input[..input.len().min(MAGIC.len())]) => {
                    self.state = State::Member(Box::new(Decompress::new_gzip(WINDOW_BITS)));
                }
                _ => self.state = State::Trailer,
            }
        }
        let State::Member(member) = &mut self.state else { return Ok(input.len()) };
        output.reserve(OUTPUT_BYTES);
        let before = member.total_in();
        let status = member.decompress_vec(input, output, FlushDecompress::None).map_err(Trouble::damaged)?;
        let used = (member.total_in() - before) as usize;
        if status == Status::StreamEnd {
            self.state = State::Between;
        }
        Ok(used)
    }
}

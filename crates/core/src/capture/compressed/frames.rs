//! Formats made of frames, each with its own magic number: zstd, lz4, and the skippable frames that both allow.

use super::Trouble;
use super::lz4::Lz4;
use super::zstd::Zstd;

/// What a decoder of one frame says after each push.
pub(super) enum Progress {
    /// So many bytes were used up.
    Used(usize),
    /// So many bytes were used up, and the frame is complete.
    Complete(usize),
}

enum State {
    Between,
    Skip(u64),
    Zstd(Box<Zstd>),
    Lz4(Lz4),
}

pub(super) struct Frames {
    state: State,
    name: &'static str,
}

enum Magic {
    Zstd,
    Lz4,
    Skippable,
}

fn magic(bytes: &[u8]) -> Option<Magic> {
    Some(match *bytes.first_chunk()? {
        super::zstd::MAGIC => Magic::Zstd,
        super::lz4::MAGIC => Magic::Lz4,
        [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Magic::Skippable,
        _ => return None,
    })
}

impl Frames {
    pub(super) fn recognise(bytes: &[u8]) -> bool {
        magic(bytes).is_some()
    }

    pub(super) fn new() -> Self {
        // A skippable frame is more often zstd's than lz4's; the first real frame tells.
        Self { state: State::Between, name: "zstd" }
    }

    pub(super) fn is_complete(&self) -> bool {
        matches!(self.state, State::Between)
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn push(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Trouble> {
        let progress = match &mut self.state {
            State::Between => return self.begin(input),
            State::Skip(left) => {
                let used = (*left).min(input.len() as u64);
                *left -= used;
                let used = used as usize;
                if *left == 0 { Progress::Complete(used) } else { Progress::Used(used) }
            }
            State::Zstd(zstd) => zstd.push(input, output)?,
            State::Lz4(lz4) => lz4.push(input, output)?,
        };
        match progress {
            Progress::Used(used) => Ok(used),
            Progress::Complete(used) => {
                self.state = State::Between;
                // A complete frame is progress even where its end took no byte.
                if used == 0 && output.is_empty() { self.begin(input) } else { Ok(used) }
            }
        }
    }

    /// Begins the frame at the beginning of `input`, if enough of it is there.
    fn begin(&mut self, input: &[u8]) -> Result<usize, Trouble> {
        if input.len() < 4 {
            return Ok(0);
        }
        match magic(input) {
            Some(Magic::Skippable) => {
                let Some(&length) = input.get(4..).and_then(|rest| rest.first_chunk()) else { return Ok(0) };
                self.state = State::Skip(u64::from(u32::from_le_bytes(length)));
                Ok(8)
            }
            Some(Magic::Zstd) => {
                self.name = "zstd";
                let Some((zstd, used)) = Zstd::begin(input)? else { return Ok(0) };
                self.state = State::Zstd(Box::new(zstd));
                Ok(used)
            }
            Some(Magic::Lz4) => {
                self.name = "lz4";
                let Some((lz4, used)) = Lz4::begin(input)? else { return Ok(0) };
                self.state = State::Lz4(lz4);
                Ok(used)
            }
            None => Err(Trouble::damaged("what follows a frame is none")),
        }
    }
}

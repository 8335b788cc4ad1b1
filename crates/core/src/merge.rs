//! Several captures as one, in time order, as `mergecap` has them.

use std::collections::VecDeque;

use crate::analysis::{Analysis, Options};
use crate::capture::{Context, Frame};
use crate::error::Error;
use crate::facts::Source;
use crate::tables::Sink;

/// A frame that waits for its turn.
struct Waiting {
    /// `data` is empty; the bytes are in `bytes`.
    frame: Frame<'static>,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Input {
    source: Source,
    waiting: VecDeque<Waiting>,
    finished: bool,
}

impl Input {
    /// The time by which its next frame is sorted; a frame without time goes at once.
    fn next_time_ns(&self) -> Option<i64> {
        self.waiting.front().map(|waiting| waiting.frame.time_ns.unwrap_or(i64::MIN))
    }
}

/// Frames of several captures in time order. The caller feeds the source that is [`wanted`](Self::wanted), in small chunks:
/// frames wait here until every source has one.
pub struct Interleave {
    inputs: Vec<Input>,
    frames: u64,
}

impl Interleave {
    /// Of captures with these names.
    pub fn new(names: Vec<Option<String>>) -> Self {
        let inputs = names
            .into_iter()
            .map(|name| Input { source: Source { name, ..Source::default() }, ..Input::default() })
            .collect();
        Self { inputs, frames: 0 }
    }

    /// The source that must be fed, or said to have ended, before more can be done; `None` when all have ended.
    pub fn wanted(&self) -> Option<usize> {
        self.inputs.iter().position(|input| input.waiting.is_empty() && !input.finished)
    }

    /// Takes the next bytes of one source. Frames whose turn it is go to `sink` with the number of their source, numbered
    /// over all.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn feed(
        &mut self,
        source: usize,
        bytes: &[u8],
        sink: impl FnMut(usize, &Frame<'_>, &Context),
    ) -> Result<(), Error> {
        let Input { source, waiting, .. } = &mut self.inputs[source];
        source.file_bytes += bytes.len() as u64;
        source.reader.feed(bytes, |frame, _| waiting.push_back(keep(frame)))?;
        self.drain(sink);
        Ok(())
    }

    /// Says that a source has ended.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn end(&mut self, source: usize, sink: impl FnMut(usize, &Frame<'_>, &Context)) -> Result<(), Error> {
        let Input { source, waiting, finished } = &mut self.inputs[source];
        source.reader.finish(|frame, _| waiting.push_back(keep(frame)))?;
        *finished = true;
        self.drain(sink);
        Ok(())
    }

    /// Hands on frames for as long as every source that goes on has one to compare.
    fn drain(&mut self, mut sink: impl FnMut(usize, &Frame<'_>, &Context)) {
        while self.wanted().is_none() {
            let earliest =
                self.inputs.iter().enumerate().filter_map(|(at, input)| Some((input.next_time_ns()?, at))).min();
            let Some((_, at)) = earliest else { return };
            let Input { source, waiting, .. } = &mut self.inputs[at];
            if let Some(Waiting { frame, bytes }) = waiting.pop_front() {
                self.frames += 1;
                sink(at, &Frame { number: self.frames, data: &bytes, ..frame }, source.reader.context());
            }
        }
    }
}

/// Analyses several captures as one, fed as [`Interleave`] is.
pub struct Merge<S: Sink> {
    frames: Interleave,
    analysis: Analysis<S>,
}

impl<S: Sink> Merge<S> {
    /// A merge of captures with these names.
    pub fn new(options: &Options, names: Vec<Option<String>>, sink: S) -> Self {
        Self { analysis: Analysis::new(options, names.len(), sink), frames: Interleave::new(names) }
    }

    /// The source that must be fed, or said to have ended, before more can be done; `None` when all have ended.
    pub fn wanted(&self) -> Option<usize> {
        self.frames.wanted()
    }

    /// Takes the next bytes of one source.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn feed(&mut self, source: usize, bytes: &[u8]) -> Result<(), Error> {
        let analysis = &mut self.analysis;
        self.frames.feed(source, bytes, |at, frame, _| analysis.frame(at, frame))
    }

    /// Says that a source has ended.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn end(&mut self, source: usize) -> Result<(), Error> {
        let analysis = &mut self.analysis;
        self.frames.end(source, |at, frame, _| analysis.frame(at, frame))
    }

    /// Ends the analysis; every source must have ended.
    pub fn finish(self) -> S {
        let sources: Vec<&Source> = self.frames.inputs.iter().map(|input| &input.source).collect();
        self.analysis.finish(&sources)
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.analysis.frames()
    }

    /// Where tables go.
    pub fn sink_mut(&mut self) -> &mut S {
        self.analysis.sink_mut()
    }
}

fn keep(frame: &Frame<'_>) -> Waiting {
    Waiting { bytes: frame.data.to_vec(), frame: Frame { data: &[], ..*frame } }
}

//! Several captures as one, in time order, as `mergecap` has them.

use std::collections::VecDeque;

use crate::analysis::{Analysis, Options};
use crate::capture::{Frame, Reader};
use crate::error::Error;
use crate::tables::Sink;

/// A frame that waits for its turn.
struct Waiting {
    /// `data` is empty; the bytes are in `bytes`.
    frame: Frame<'static>,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Source {
    name: Option<String>,
    reader: Reader,
    waiting: VecDeque<Waiting>,
    finished: bool,
}

impl Source {
    /// The time by which its next frame is sorted; a frame without time goes at once.
    fn next_time_ns(&self) -> Option<i64> {
        self.waiting.front().map(|waiting| waiting.frame.time_ns.unwrap_or(i64::MIN))
    }
}

/// Analyses several captures as one. The caller feeds the source that is [`wanted`](Self::wanted), in small chunks:
/// frames wait here until every source has one.
pub struct Merge<S: Sink> {
    sources: Vec<Source>,
    analysis: Analysis<S>,
}

impl<S: Sink> Merge<S> {
    /// A merge of captures with these names.
    pub fn new(options: &Options, names: Vec<Option<String>>, sink: S) -> Self {
        let analysis = Analysis::new(options, names.len(), sink);
        let sources = names.into_iter().map(|name| Source { name, ..Source::default() }).collect();
        Self { sources, analysis }
    }

    /// The source that must be fed, or said to have ended, before more can be done; `None` when all have ended.
    pub fn wanted(&self) -> Option<usize> {
        self.sources.iter().position(|source| source.waiting.is_empty() && !source.finished)
    }

    /// Takes the next bytes of one source.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn feed(&mut self, source: usize, bytes: &[u8]) -> Result<(), Error> {
        let Source { reader, waiting, .. } = &mut self.sources[source];
        reader.feed(bytes, |frame, _| waiting.push_back(keep(frame)))?;
        self.drain();
        Ok(())
    }

    /// Says that a source has ended.
    ///
    /// # Errors
    /// When the source is no capture.
    pub fn end(&mut self, source: usize) -> Result<(), Error> {
        let Source { reader, waiting, finished, .. } = &mut self.sources[source];
        reader.finish(|frame, _| waiting.push_back(keep(frame)))?;
        *finished = true;
        self.drain();
        Ok(())
    }

    /// Ends the analysis; every source must have ended.
    pub fn finish(self) -> S {
        let names: Vec<Option<String>> = self.sources.iter().map(|source| source.name.clone()).collect();
        let readers: Vec<&Reader> = self.sources.iter().map(|source| &source.reader).collect();
        self.analysis.finish(&names, &readers)
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.analysis.frames()
    }

    /// Where tables go.
    pub fn sink_mut(&mut self) -> &mut S {
        self.analysis.sink_mut()
    }

    /// Hands on frames for as long as every source that goes on has one to compare.
    fn drain(&mut self) {
        while self.wanted().is_none() {
            let earliest =
                self.sources.iter().enumerate().filter_map(|(at, source)| Some((source.next_time_ns()?, at))).min();
            let Some((_, at)) = earliest else { return };
            if let Some(waiting) = self.sources[at].waiting.pop_front() {
                self.analysis.frame(at, &Frame { data: &waiting.bytes, ..waiting.frame });
            }
        }
    }
}

fn keep(frame: &Frame<'_>) -> Waiting {
    Waiting { bytes: frame.data.to_vec(), frame: Frame { data: &[], ..*frame } }
}

//! Chosen frames of a capture into a new file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use pcap_analyzer_core::capture::{Context, Frame, Reader};
use pcap_analyzer_core::{Carver, Interleave, Wanted};
use pyo3::prelude::*;

use crate::analyze::{CHUNK_BYTES, MERGE_CHUNK_BYTES, names, open, open_all, read, total_bytes};
use crate::error;
use crate::watch::Watch;

/// Copies frames of files, several as one in time order, given as numbers with comments, into a pcapng file at `output`.
#[pyfunction]
#[pyo3(signature = (sources, frames, output, *, progress=None))]
#[allow(clippy::needless_pass_by_value)] // arguments come from Python
pub(crate) fn carve(
    py: Python<'_>,
    sources: Vec<PathBuf>,
    frames: Vec<(u64, String)>,
    output: PathBuf,
    progress: Option<Py<PyAny>>,
) -> PyResult<(u64, u64)> {
    let wanted = frames.into_iter().map(|(frame, comment)| Wanted { frame, comment }).collect();
    py.detach(|| {
        let mut copy = Copy {
            carver: Carver::new(wanted),
            file: File::create(&output).map_err(|failure| error::file(&output, &failure))?,
            output: &output,
            watch: Watch::new(progress, total_bytes(&sources)),
            bytes: 0,
        };
        match &sources[..] {
            [source] => copy.one(source)?,
            sources => copy.merged(sources)?,
        }
        copy.write()?;
        Ok((copy.carver.written(), copy.carver.left_out()))
    })
}

/// The new file, and what is written into it.
struct Copy<'a> {
    carver: Carver,
    file: File,
    output: &'a Path,
    watch: Watch,
    bytes: u64,
}

impl Copy<'_> {
    fn one(&mut self, source: &Path) -> PyResult<()> {
        let capture = |failure| error::capture(Some(source), &failure);
        let mut input = open(source)?;
        let mut reader = Reader::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        while !self.carver.is_done() {
            let count = read(source, &mut input, &mut buffer)?;
            let carver = &mut self.carver;
            if count == 0 {
                return reader.finish(|frame, context| carver.frame(0, frame, context)).map_err(capture);
            }
            reader.feed(&buffer[..count], |frame, context| carver.frame(0, frame, context)).map_err(capture)?;
            self.step(count)?;
        }
        Ok(())
    }

    fn merged(&mut self, sources: &[PathBuf]) -> PyResult<()> {
        let mut inputs = open_all(sources)?;
        let mut frames = Interleave::new(names(sources));
        let mut buffer = vec![0; MERGE_CHUNK_BYTES];
        while let Some(wanted) = frames.wanted().filter(|_| !self.carver.is_done()) {
            let source = sources[wanted].as_path();
            let count = read(source, &mut inputs[wanted], &mut buffer)?;
            let carver = &mut self.carver;
            let sink = |at, frame: &Frame<'_>, context: &Context| carver.frame(at, frame, context);
            let fed = if count == 0 { frames.end(wanted, sink) } else { frames.feed(wanted, &buffer[..count], sink) };
            fed.map_err(|failure| error::capture(Some(source), &failure))?;
            self.step(count)?;
        }
        Ok(())
    }

    /// Writes what there is after `count` more bytes were read.
    fn step(&mut self, count: usize) -> PyResult<()> {
        self.bytes += count as u64;
        self.write()?;
        self.watch.tick(self.bytes, self.carver.written())
    }

    fn write(&mut self) -> PyResult<()> {
        self.file.write_all(&self.carver.take_output()).map_err(|failure| error::file(self.output, &failure))
    }
}

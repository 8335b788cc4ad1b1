//! The one door to long work: releases the GIL, reads files, feeds the core.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use pcap_analyzer_core::{Merge, Moment, Options, Pipeline, Selection};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::error;
use crate::store::Store;
use crate::tables::Tables;
use crate::watch::Watch;

/// Large enough that system calls cost nothing, small enough for the processor's cache.
pub(crate) const CHUNK_BYTES: usize = 256 << 10;
/// While captures are merged, frames of a whole chunk may wait for the other captures.
pub(crate) const MERGE_CHUNK_BYTES: usize = 64 << 10;
const MEMORY_BYTES: usize = 512 << 20;

/// Reads files (`-` is standard input); several are merged into one capture in time order.
#[pyfunction]
#[pyo3(signature = (sources, *, memory_bytes=MEMORY_BYTES, on_demand=Vec::new(), spill_directory=None, progress=None, matching=None, since=None, until=None, only=Vec::new(), streams=None))]
#[allow(clippy::needless_pass_by_value, clippy::too_many_arguments)] // arguments come from Python
pub(crate) fn analyze(
    py: Python<'_>,
    sources: Vec<PathBuf>,
    memory_bytes: usize,
    on_demand: Vec<String>,
    spill_directory: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    matching: Option<&str>,
    since: Option<(i64, bool)>,
    until: Option<(i64, bool)>,
    only: Vec<String>,
    streams: Option<Vec<u32>>,
) -> PyResult<Tables> {
    let options = Options { memory_bytes, on_demand, only, streams, selection: selection(matching, since, until)? };
    let store = Store::new(spill_directory.clone());
    let store = py.detach(|| {
        let mut watch = Watch::new(progress, total_bytes(&sources));
        match &sources[..] {
            [source] => read_one(source, &options, store, &mut watch),
            sources => read_merged(sources, &options, store, &mut watch),
        }
    })?;
    finish(store, spill_directory.as_deref())
}

/// The frames to analyse. A moment is a number of nanoseconds, and whether it counts from the first frame on.
fn selection(filter: Option<&str>, since: Option<(i64, bool)>, until: Option<(i64, bool)>) -> PyResult<Selection> {
    let moment = |(ns, relative)| if relative { Moment::After(ns) } else { Moment::At(ns) };
    let filter = filter.map(Selection::matching).transpose();
    let selection = filter.map_err(|failure| PyValueError::new_err(failure.to_string()))?.unwrap_or_default();
    Ok(selection.between(since.map(moment), until.map(moment)))
}

fn read_one(source: &Path, options: &Options, store: Store, watch: &mut Watch) -> PyResult<Store> {
    let mut input = open(source)?;
    let mut pipeline = Pipeline::new(options, Some(source.display().to_string()), store);
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        let count = read(source, &mut input, &mut buffer)?;
        if count == 0 {
            break;
        }
        bytes += count as u64;
        pipeline.feed(&buffer[..count]).map_err(|failure| error::capture(Some(source), &failure))?;
        pipeline.sink_mut().check().map_err(|failure| error::file(Path::new("spill file"), &failure))?;
        watch.tick(bytes, pipeline.frames())?;
    }
    watch.tell(bytes, pipeline.frames())?;
    pipeline.finish().map_err(|failure| error::capture(Some(source), &failure))
}

fn read_merged(sources: &[PathBuf], options: &Options, store: Store, watch: &mut Watch) -> PyResult<Store> {
    let mut inputs = open_all(sources)?;
    let mut merge = Merge::new(options, names(sources), store);
    let mut buffer = vec![0; MERGE_CHUNK_BYTES];
    let mut bytes = 0;
    while let Some(wanted) = merge.wanted() {
        let source = sources[wanted].as_path();
        let count = read(source, &mut inputs[wanted], &mut buffer)?;
        bytes += count as u64;
        let fed = if count == 0 { merge.end(wanted) } else { merge.feed(wanted, &buffer[..count]) };
        fed.map_err(|failure| error::capture(Some(source), &failure))?;
        merge.sink_mut().check().map_err(|failure| error::file(Path::new("spill file"), &failure))?;
        watch.tick(bytes, merge.frames())?;
    }
    watch.tell(bytes, merge.frames())?;
    Ok(merge.finish())
}

fn finish(store: Store, directory: Option<&Path>) -> PyResult<Tables> {
    let directory = directory.unwrap_or(Path::new("spill file"));
    store.finish().map(Tables::new).map_err(|failure| error::file(directory, &failure))
}

pub(crate) fn open(source: &Path) -> PyResult<Box<dyn Read + Send>> {
    if source.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(source).map_err(|failure| error::file(source, &failure))?;
    Ok(Box::new(file))
}

pub(crate) fn open_all(sources: &[PathBuf]) -> PyResult<Vec<Box<dyn Read + Send>>> {
    sources.iter().map(|source| open(source)).collect()
}

pub(crate) fn names(sources: &[PathBuf]) -> Vec<Option<String>> {
    sources.iter().map(|source| Some(source.display().to_string())).collect()
}

/// Reads once. A signal that interrupts it is answered at once: a pipe may stay silent for ever.
pub(crate) fn read(source: &Path, input: &mut Box<dyn Read + Send>, buffer: &mut [u8]) -> PyResult<usize> {
    loop {
        match input.read(buffer) {
            Err(failure) if failure.kind() == io::ErrorKind::Interrupted => check_signals()?,
            result => return result.map_err(|failure| error::file(source, &failure)),
        }
    }
}

#[allow(clippy::redundant_closure_for_method_calls)] // the method alone is not general enough over the lifetime
fn check_signals() -> PyResult<()> {
    Python::attach(|py| py.check_signals())
}

/// The size of all files together; `None` when one of them is a pipe.
pub(crate) fn total_bytes(sources: &[PathBuf]) -> Option<u64> {
    let size =
        |source: &PathBuf| std::fs::metadata(source).ok().filter(std::fs::Metadata::is_file).map(|file| file.len());
    sources.iter().map(size).sum()
}

/// The same, fed by the caller in chunks of any size: the result does not depend on the chunks.
#[pyclass(module = "pcap_analyzer._core")]
pub(crate) struct Analyzer {
    /// None once it has finished or failed.
    pipeline: Option<Pipeline<Store>>,
    packets: u64,
    decompressed_bytes: u64,
}

#[pymethods]
impl Analyzer {
    #[new]
    #[pyo3(signature = (*, memory_bytes=MEMORY_BYTES, on_demand=Vec::new(), spill_directory=None))]
    fn new(memory_bytes: usize, on_demand: Vec<String>, spill_directory: Option<PathBuf>) -> Self {
        let options = Options { memory_bytes, on_demand, ..Options::default() };
        Self {
            pipeline: Some(Pipeline::new(&options, None, Store::new(spill_directory))),
            packets: 0,
            decompressed_bytes: 0,
        }
    }

    #[getter]
    fn packets(&self) -> u64 {
        self.packets
    }

    #[getter]
    fn decompressed_bytes(&self) -> u64 {
        self.decompressed_bytes
    }

    fn feed(&mut self, py: Python<'_>, chunk: &[u8]) -> PyResult<()> {
        let mut pipeline = self.take()?;
        let pipeline = py.detach(|| {
            pipeline.feed(chunk).map_err(|failure| error::capture(None, &failure))?;
            pipeline.sink_mut().check().map_err(|failure| error::file(Path::new("spill file"), &failure))?;
            Ok::<_, PyErr>(pipeline)
        })?;
        self.packets = pipeline.frames();
        self.decompressed_bytes = pipeline.decompressed_bytes();
        self.pipeline = Some(pipeline);
        Ok(())
    }

    fn finish(&mut self, py: Python<'_>) -> PyResult<Tables> {
        let pipeline = self.take()?;
        finish(py.detach(|| pipeline.finish().map_err(|failure| error::capture(None, &failure)))?, None)
    }
}

impl Analyzer {
    fn take(&mut self) -> PyResult<Pipeline<Store>> {
        self.pipeline.take().ok_or_else(|| PyRuntimeError::new_err("this analyzer has finished or failed"))
    }
}

//! Chosen frames of a capture into a new file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use pcap_analyzer_core::{Carver, Wanted};
use pyo3::prelude::*;

use crate::analyze::{CHUNK_BYTES, open, read, total_bytes};
use crate::error;
use crate::watch::Watch;

/// Copies frames of `source`, given as numbers with comments, into a pcapng file at `output`.
#[pyfunction]
#[pyo3(signature = (source, frames, output, *, progress=None))]
#[allow(clippy::needless_pass_by_value)] // arguments come from Python
pub(crate) fn carve(
    py: Python<'_>,
    source: PathBuf,
    frames: Vec<(u64, String)>,
    output: PathBuf,
    progress: Option<Py<PyAny>>,
) -> PyResult<(u64, u64)> {
    let wanted = frames.into_iter().map(|(frame, comment)| Wanted { frame, comment }).collect();
    py.detach(|| {
        let mut watch = Watch::new(progress, total_bytes(std::slice::from_ref(&source)));
        copy(&source, Carver::new(wanted), &output, &mut watch)
    })
}

fn copy(source: &Path, mut carver: Carver, output: &Path, watch: &mut Watch) -> PyResult<(u64, u64)> {
    let capture = |failure| error::capture(Some(source), &failure);
    let mut input = open(source)?;
    let mut file = File::create(output).map_err(|failure| error::file(output, &failure))?;
    let mut write = |bytes: Vec<u8>| file.write_all(&bytes).map_err(|failure| error::file(output, &failure));
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    while !carver.is_done() {
        let count = read(source, &mut input, &mut buffer)?;
        if count == 0 {
            carver.finish().map_err(capture)?;
            break;
        }
        bytes += count as u64;
        carver.feed(&buffer[..count]).map_err(capture)?;
        write(carver.take_output())?;
        watch.tick(bytes, carver.written())?;
    }
    write(carver.take_output())?;
    Ok((carver.written(), carver.left_out()))
}

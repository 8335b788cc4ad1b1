//! Keeps Python alive during long work: Ctrl-C gets through, and progress is told.

use std::time::{Duration, Instant};

use pyo3::prelude::*;

const INTERVAL: Duration = Duration::from_millis(100);

/// Looks up from the work at most ten times a second.
pub(crate) struct Watch {
    progress: Option<Py<PyAny>>,
    bytes_total: Option<u64>,
    last: Instant,
}

impl Watch {
    pub(crate) fn new(progress: Option<Py<PyAny>>, bytes_total: Option<u64>) -> Self {
        Self { progress, bytes_total, last: Instant::now() }
    }

    /// Called without the GIL after each chunk. Fails when Ctrl-C was pressed or the callback raised.
    pub(crate) fn tick(&mut self, bytes: u64, packets: u64) -> PyResult<()> {
        if self.last.elapsed() < INTERVAL {
            return Ok(());
        }
        self.tell(bytes, packets)
    }

    /// The same, whether it is time or not.
    pub(crate) fn tell(&mut self, bytes: u64, packets: u64) -> PyResult<()> {
        self.last = Instant::now();
        Python::attach(|py| {
            py.check_signals()?;
            if let Some(progress) = &self.progress {
                progress.call1(py, (bytes, self.bytes_total, packets))?;
            }
            Ok(())
        })
    }
}

//! The border between the Rust core and Python.
use pyo3::prelude::*;

/// The Rust core of PCAP Analyzer.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}

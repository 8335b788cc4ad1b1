//! The border between the Rust core and Python: one door. This file lists the whole surface.

#![forbid(unsafe_code)]

mod analyze;
mod carve;
mod catalogue;
mod error;
mod store;
mod tables;
mod watch;

/// The Rust core of PCAP Analyzer.
#[pyo3::pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::analyze::{Analyzer, analyze};
    #[pymodule_export]
    use crate::carve::carve;
    #[pymodule_export]
    use crate::catalogue::catalogue;
    #[pymodule_export]
    use crate::error::CaptureError;
    #[pymodule_export]
    use crate::tables::{Table, Tables};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

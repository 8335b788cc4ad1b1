//! The one place where errors of the core and of files become Python's.

use std::io;
use std::path::Path;

use pcap_analyzer_core::Error;
use pyo3::exceptions::{PyException, PyOSError};
use pyo3::{PyErr, create_exception};

create_exception!(pcap_analyzer._core, CaptureError, PyException, "Nothing could be read: the text is one line.");

/// An input that is no capture.
pub(crate) fn capture(source: Option<&Path>, error: &Error) -> PyErr {
    match source {
        Some(path) => CaptureError::new_err(format!("{}: {error}", path.display())),
        None => CaptureError::new_err(error.to_string()),
    }
}

/// A file that cannot be opened or read, as the `OSError` subclass that Python itself would raise.
pub(crate) fn file(path: &Path, error: &io::Error) -> PyErr {
    match error.raw_os_error() {
        Some(number) => {
            let words = error.to_string();
            let words = words.split(" (os error").next().unwrap_or(&words).to_owned();
            PyOSError::new_err((number, words, path.display().to_string()))
        }
        None => PyOSError::new_err(format!("{}: {error}", path.display())),
    }
}

//! Tables for Python, handed over by the Arrow PyCapsule interface.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use pcap_analyzer_core::tables::CATALOGUE;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error;
use crate::store::{Batches, Stored};

/// All tables of an analysis. Tables on demand that were not asked for are there with no rows.
#[pyclass(frozen, module = "pcap_analyzer._core")]
pub(crate) struct Tables(BTreeMap<&'static str, Arc<Stored>>);

impl Tables {
    pub(crate) fn new(tables: BTreeMap<&'static str, Stored>) -> Self {
        Self(tables.into_iter().map(|(name, stored)| (name, Arc::new(stored))).collect())
    }
}

#[pymethods]
impl Tables {
    #[allow(clippy::unused_self)] // a method for Python: the names are the same for every analysis
    fn names(&self) -> Vec<&'static str> {
        CATALOGUE.iter().map(|spec| spec.name).collect()
    }

    fn table(&self, name: &str) -> PyResult<Table> {
        let stored = self.0.get(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        Ok(Table { name: stored.spec.name, stored: Arc::clone(stored) })
    }
}

/// One table, as an Arrow stream that can be asked for any number of times.
#[pyclass(frozen, module = "pcap_analyzer._core")]
pub(crate) struct Table {
    #[pyo3(get)]
    name: &'static str,
    stored: Arc<Stored>,
}

#[pymethods]
impl Table {
    fn __len__(&self) -> usize {
        self.stored.rows
    }

    /// The protocol allows to ask for another schema and to be given this one all the same.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = self.stored.batches().map_err(|failure| error::file(Path::new("spill file"), &failure))?;
        let stream = Stream { schema: self.stored.spec.schema(), batches, _alive: Arc::clone(&self.stored) };
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(stream)), c"arrow_array_stream")
    }
}

struct Stream {
    schema: SchemaRef,
    batches: Batches,
    /// Keeps the file from being removed while it is read.
    _alive: Arc<Stored>,
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next()
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

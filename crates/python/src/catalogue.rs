//! The catalogue of tables, for Python.

use pcap_analyzer_core::tables::{CATALOGUE, ColumnSpec, TableSpec};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Every table with its columns, units and sentences, in the order in which people want them.
#[pyfunction]
pub(crate) fn catalogue(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    CATALOGUE.iter().map(|spec| table(py, spec)).collect()
}

fn table<'py>(py: Python<'py>, spec: &TableSpec) -> PyResult<Bound<'py, PyDict>> {
    let columns = spec.columns.iter().map(|spec| column(py, spec)).collect::<PyResult<Vec<_>>>()?;
    let dict = PyDict::new(py);
    dict.set_item("name", spec.name)?;
    dict.set_item("sentence", spec.sentence)?;
    dict.set_item("on_demand", spec.on_demand)?;
    dict.set_item("columns", columns)?;
    Ok(dict)
}

fn column<'py>(py: Python<'py>, spec: &ColumnSpec) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", spec.name)?;
    dict.set_item("type", spec.kind.sql())?;
    dict.set_item("nullable", spec.nullable)?;
    dict.set_item("unit", spec.unit)?;
    dict.set_item("sentence", spec.sentence)?;
    Ok(dict)
}

//! Where finished batches wait until they are asked for: in memory up to a bound, beyond it in files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use pcap_analyzer_core::tables::{CATALOGUE, Sink, TableSpec};
use tempfile::NamedTempFile;

/// Batches beyond this leave memory.
const MEMORY_BYTES: usize = 64 << 20;

/// The batches of one table: those in the file came first.
pub(crate) struct Stored {
    pub(crate) spec: &'static TableSpec,
    pub(crate) rows: usize,
    memory: Vec<RecordBatch>,
    memory_bytes: usize,
    file: Option<NamedTempFile>,
}

impl Stored {
    /// All batches in order, read anew from the beginning.
    pub(crate) fn batches(&self) -> io::Result<Batches> {
        let file = match &self.file {
            Some(file) => Some(StreamReader::try_new(BufReader::new(file.reopen()?), None).map_err(other)?),
            None => None,
        };
        Ok(Batches { file, memory: self.memory.clone().into_iter() })
    }
}

/// Reads the batches of one table.
pub(crate) struct Batches {
    file: Option<StreamReader<BufReader<File>>>,
    memory: std::vec::IntoIter<RecordBatch>,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.file.as_mut().and_then(Iterator::next).or_else(|| self.memory.next().map(Ok))
    }
}

/// Takes batches from the core.
pub(crate) struct Store {
    tables: BTreeMap<&'static str, Stored>,
    writers: BTreeMap<&'static str, StreamWriter<BufWriter<File>>>,
    memory_bytes: usize,
    directory: PathBuf,
    failure: Option<io::Error>,
}

impl Store {
    /// A store whose files, if any, are made in `directory`.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        let empty = |spec: &&'static TableSpec| {
            let stored = Stored { spec, rows: 0, memory: Vec::new(), memory_bytes: 0, file: None };
            (spec.name, stored)
        };
        Self {
            tables: CATALOGUE.iter().map(empty).collect(),
            writers: BTreeMap::new(),
            memory_bytes: 0,
            directory: directory.unwrap_or_else(std::env::temp_dir),
            failure: None,
        }
    }

    /// What went wrong with the files since the last call.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Closes the files; no batch comes any more.
    pub(crate) fn finish(mut self) -> io::Result<BTreeMap<&'static str, Stored>> {
        self.check()?;
        for (_, mut writer) in std::mem::take(&mut self.writers) {
            writer.finish().map_err(other)?;
        }
        Ok(self.tables)
    }

    /// Moves the table that holds most memory into its file.
    fn spill(&mut self) -> io::Result<()> {
        let Some(stored) = self.tables.values_mut().max_by_key(|stored| stored.memory_bytes) else { return Ok(()) };
        let name = stored.spec.name;
        if stored.file.is_none() {
            let file =
                tempfile::Builder::new().prefix("pcap-analyzer-").suffix(".arrow").tempfile_in(&self.directory)?;
            let writer = BufWriter::new(file.reopen()?);
            let writer = StreamWriter::try_new(writer, &stored.spec.schema()).map_err(other)?;
            self.writers.insert(name, writer);
            stored.file = Some(file);
        }
        if let Some(writer) = self.writers.get_mut(name) {
            for batch in stored.memory.drain(..) {
                writer.write(&batch).map_err(other)?;
            }
        }
        self.memory_bytes -= std::mem::take(&mut stored.memory_bytes);
        Ok(())
    }
}

impl Sink for Store {
    fn batch(&mut self, table: &'static TableSpec, batch: RecordBatch) {
        if self.failure.is_some() {
            return; // reported by `check`; until then nothing more can be kept
        }
        if let Some(stored) = self.tables.get_mut(table.name) {
            let bytes = batch.get_array_memory_size();
            stored.rows += batch.num_rows();
            stored.memory_bytes += bytes;
            stored.memory.push(batch);
            self.memory_bytes += bytes;
        }
        if self.memory_bytes > MEMORY_BYTES {
            self.failure = self.spill().err();
        }
    }
}

fn other(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}

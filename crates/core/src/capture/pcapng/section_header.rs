//! Section Header Block: the byte order, and which system and program wrote the section.

use std::fmt;

use super::super::Context;
use super::super::bytes::text;
use super::block::Block;
use super::options;
use super::section::Section;

const HARDWARE: u16 = 2;
const OS: u16 = 3;
const APPLICATION: u16 = 4;

/// The version of the format that a section is written in.
pub(super) struct Version {
    major: u16,
    minor: u16,
}

impl Version {
    /// Version 1.2 was written by mistake and is the same as 1.0.
    pub(super) fn is_readable(&self) -> bool {
        self.major == 1 && matches!(self.minor, 0 | 2)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Begins a section. What the first section says of the host holds for the file.
pub(super) fn read(block: &Block<'_>, context: &mut Context) -> (Section, Version) {
    let (mut hardware, mut os, mut application) = (None, None, None);
    options::read(block, 16, context, |code, value| match code {
        HARDWARE => hardware = text(value),
        OS => os = text(value),
        APPLICATION => application = text(value),
        _ => {}
    });
    context.hardware = context.hardware.take().or(hardware);
    context.os = context.os.take().or(os);
    context.application = context.application.take().or(application);
    let section =
        Section { endian: block.endian, first_interface: context.interfaces.len() as u32, interfaces: Vec::new() };
    (section, Version { major: block.u16(4), minor: block.u16(6) })
}

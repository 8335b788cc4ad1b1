//! btsnoop, the format of Bluetooth logs (Symbian, Android, `BlueZ`): snoop's layout with times from the year 0.

use super::bytes::Endian;
use super::time::wrapped;
use super::{Context, Format, Frame, Interface, LinkType, MAX_RECORD_BYTES, Step};
use crate::error::Error;
use crate::issue::IssueKind;

const NAME: &str = "btsnoop";
const MAGIC: &[u8] = b"btsnoop\0";
const FILE_HEADER_BYTES: usize = 16;
const RECORD_HEADER_BYTES: usize = 24;

/// Microseconds from the year 0 to 1970.
const MICROSECONDS_TO_1970: i64 = 0x00dc_ddb3_0f2f_8000;

pub(super) fn recognise(bytes: &[u8]) -> Option<Box<dyn Format>> {
    bytes.starts_with(MAGIC).then(|| {
        let format: Box<dyn Format> = Box::new(Btsnoop { link_type: None, drops: 0 });
        format
    })
}

struct Btsnoop {
    /// `None` until the file header is read.
    link_type: Option<LinkType>,
    /// Packets dropped so far, as the last record says.
    drops: u32,
}

impl Btsnoop {
    fn read_header<'a>(&mut self, bytes: &[u8], context: &mut Context) -> Result<Step<'a>, Error> {
        if bytes.len() < FILE_HEADER_BYTES {
            return context.need_header(NAME, FILE_HEADER_BYTES);
        }
        let (version, media) = (Endian::Big.u32(bytes, 8), Endian::Big.u32(bytes, 12));
        if version != 1 {
            return Err(Error::Unsupported { what: format!("{NAME} version {version}") });
        }
        let link_type = match media {
            1001 => LinkType::BTSNOOP_HCI,
            1002 => LinkType::BLUETOOTH_HCI_H4,
            2001 => LinkType::BTSNOOP_MONITOR,
            _ => return Err(Error::Unsupported { what: format!("{NAME} of datalink type {media}") }),
        };
        self.link_type = Some(link_type);
        context.interfaces.push(Interface { link_type, resolution_ns: 1000, ..Interface::default() });
        Ok(Step::Skip(FILE_HEADER_BYTES as u64))
    }

    fn read_record<'a>(&mut self, link_type: LinkType, bytes: &'a [u8], context: &mut Context) -> Step<'a> {
        if bytes.len() < RECORD_HEADER_BYTES {
            return Step::Need(RECORD_HEADER_BYTES);
        }
        let [wire_bytes, captured, drops] = [0, 4, 12].map(|at| Endian::Big.u32(bytes, at));
        let used = RECORD_HEADER_BYTES + captured as usize;
        if used > MAX_RECORD_BYTES {
            return context.corrupt();
        }
        let Some(data) = bytes.get(RECORD_HEADER_BYTES..used) else { return Step::Need(used) };
        let more = drops.saturating_sub(self.drops);
        if more > 0 {
            self.drops = drops;
            let (frame, offset) = (Some(context.frames + 1), Some(context.offset));
            context.issues.add(IssueKind::CaptureDrops, 0, u64::from(more), frame, offset);
        }
        if captured > wire_bytes {
            context.note(IssueKind::CapturedMoreThanWire, 0);
        }
        let microseconds = i128::from(Endian::Big.u64(bytes, 16) as i64) - i128::from(MICROSECONDS_TO_1970);
        let time_ns = Some(wrapped(microseconds * 1000, context));
        Step::Frame { frame: Frame { number: 0, time_ns, interface: 0, link_type, wire_bytes, data }, used }
    }
}

impl Format for Btsnoop {
    fn name(&self) -> &'static str {
        NAME
    }

    fn step<'a>(&mut self, bytes: &'a [u8], context: &mut Context) -> Result<Step<'a>, Error> {
        match self.link_type {
            None => self.read_header(bytes, context),
            Some(link_type) => Ok(self.read_record(link_type, bytes, context)),
        }
    }
}

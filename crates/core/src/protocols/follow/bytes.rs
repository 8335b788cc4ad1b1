//! Bytes of a stream that know which frames brought them.

/// A frame and its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    /// Number of the frame.
    pub(crate) frame: u64,
    /// Its time since 1970 UTC, in nanoseconds.
    pub(crate) time_ns: i64,
}

/// From which offset in the stream on a frame brought the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) offset: u64,
    pub(super) at: At,
}

/// Consecutive bytes that one end sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a> {
    all: &'a [u8],
    offset: u64,
    marks: &'a [Mark],
}

impl<'a> Bytes<'a> {
    /// `all` from `offset` on; `marks` are ordered, and the first is not behind `offset`.
    pub(super) fn new(all: &'a [u8], offset: u64, marks: &'a [Mark]) -> Self {
        Self { all, offset, marks }
    }

    /// The bytes.
    #[inline]
    pub(crate) fn all(&self) -> &'a [u8] {
        self.all
    }

    /// Offset of the first byte in the stream of its sender, 0 being the first byte after the SYN, or the first that was seen.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The frame that brought the byte at `index`; that of the last byte where there is none.
    pub(crate) fn at(&self, index: usize) -> At {
        let offset = self.offset + index as u64;
        let later = self.marks.partition_point(|mark| mark.offset <= offset);
        self.marks.get(later.saturating_sub(1)).map(|mark| mark.at).unwrap_or_default()
    }

    /// The frame with which the first `count` bytes were whole: the latest of those that brought them.
    pub(crate) fn whole_at(&self, count: usize) -> At {
        let end = self.offset + count as u64;
        let within = self.marks.partition_point(|mark| mark.offset < end);
        self.marks.iter().take(within).map(|mark| mark.at).max().unwrap_or_default()
    }

    /// The frame that brought the first byte.
    pub(crate) fn first(&self) -> At {
        self.at(0)
    }

    /// The frame that brought the newest byte.
    pub(crate) fn last(&self) -> At {
        self.at(self.all.len().saturating_sub(1))
    }
}

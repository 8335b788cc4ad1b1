//! Oddities as rows.

use super::table;
use crate::issue::{Issue, IssueKind};

table! {
    /// A kind of oddity in the capture or its frames.
    "issues" IssueRow {
        /// Name of the kind.
        name: &'static str,
        /// What it means for conclusions: note (nothing is lost), loss (traffic is missing or unread), stop (the rest of the
        /// file could not be read).
        weight: &'static str,
        /// How often it occurred.
        count: u64,
        /// Number of the first frame concerned; NULL when it concerns none, or when captures are merged.
        first_frame: Option<u64>,
        /// Offset in the decompressed file where it first occurred, where known.
        first_offset_bytes: Option<u64> ["bytes"],
        /// What keeps rows of one kind apart, such as an unknown type number or the name of a protocol.
        detail: Option<String>,
        /// Words of the first occurrence, such as a comment in the file.
        text: Option<String>,
        /// The kind in one sentence.
        sentence: &'static str,
    }
}

impl IssueRow {
    /// The row of one kind and detail.
    pub fn new(kind: IssueKind, detail: u64, issue: &Issue) -> Self {
        Self {
            name: kind.name(),
            weight: kind.weight().name(),
            count: issue.count,
            first_frame: issue.first_frame,
            first_offset_bytes: issue.first_offset,
            detail: kind.detail(detail),
            text: issue.text.clone(),
            sentence: kind.sentence(),
        }
    }
}

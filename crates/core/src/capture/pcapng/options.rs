//! The options at the end of a block: code, length, value, padding.

use super::super::Context;
use super::super::bytes::text;
use super::block::Block;
use crate::issue::IssueKind;

const END: u16 = 0;
const COMMENT: u16 = 1;

/// Hands each option of the block, from `at` of its body on, to `take`; comments and malformed ones are noted here.
pub(super) fn read(block: &Block<'_>, at: usize, context: &mut Context, mut take: impl FnMut(u16, &[u8])) {
    let mut rest = block.body.get(at..).unwrap_or_default();
    while rest.len() >= 4 {
        let (code, length) = (block.endian.u16(rest, 0), usize::from(block.endian.u16(rest, 2)));
        if code == END {
            return;
        }
        let Some(value) = rest.get(4..4 + length) else {
            return block.note_malformed(context);
        };
        if code == COMMENT {
            context.note(IssueKind::Comment, 0);
            context.issues.describe(IssueKind::Comment, 0, &text(value).unwrap_or_default());
        }
        take(code, value);
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
}

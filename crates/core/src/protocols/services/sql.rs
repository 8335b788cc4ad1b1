//! The kind of an SQL statement: its first word, and nothing else of it.

const KINDS: [&str; 44] = [
    "select",
    "insert",
    "update",
    "delete",
    "merge",
    "with",
    "values",
    "create",
    "alter",
    "drop",
    "truncate",
    "begin",
    "start",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "set",
    "reset",
    "show",
    "explain",
    "analyze",
    "vacuum",
    "call",
    "do",
    "copy",
    "grant",
    "revoke",
    "lock",
    "listen",
    "notify",
    "prepare",
    "execute",
    "deallocate",
    "declare",
    "fetch",
    "close",
    "discard",
    "use",
    "describe",
    "replace",
    "load",
    "kill",
    "end",
];

/// The kind of a statement in lower case; "other" where the word is none of the usual.
pub(super) fn kind(statement: &[u8]) -> &'static str {
    let statement = skip_blanks(statement);
    let length = statement.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = statement.get(..length).unwrap_or_default();
    usual(word).unwrap_or("other")
}

/// The usual kind that a word names.
pub(super) fn usual(word: &[u8]) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| word.eq_ignore_ascii_case(kind.as_bytes()))
}

/// Passes over white space, opening brackets and comments, as far as there are a few.
fn skip_blanks(mut statement: &[u8]) -> &[u8] {
    for _ in 0..8 {
        statement = statement.trim_ascii_start();
        let end: &[u8] = match statement {
            [b'-', b'-', ..] => b"\n",
            [b'/', b'*', ..] => b"*/",
            [b'(', rest @ ..] => {
                statement = rest;
                continue;
            }
            _ => break,
        };
        let found = statement.windows(end.len()).position(|window| window == end);
        statement = found.and_then(|at| statement.get(at + end.len()..)).unwrap_or_default();
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells() {
        assert_eq!(kind(b"SELECT 'secret'"), "select");
        assert_eq!(kind(b"  -- why\n /* how */ (Insert into t"), "insert");
        assert_eq!(kind(b"selection"), "other");
        assert_eq!(kind(b""), "other");
        assert_eq!(kind(b"/* never closed"), "other");
    }
}

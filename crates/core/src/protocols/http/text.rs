//! What of a request may be shown: values that may be secrets are not (names of parameters are).

/// What stands for a value that is not shown.
const MASK: &str = "*";
const MOST_HOST_BYTES: usize = 255;
const MOST_PATH_BYTES: usize = 1024;
/// A longer name of a parameter is itself taken for a value.
const MOST_NAME_BYTES: usize = 40;

/// Host and path of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// Host, with its port where one is given.
    pub(super) host: Option<String>,
    /// Path and masked query; `None` for the authority form.
    pub(super) path: Option<String>,
}

/// Reads a request target (RFC 9112 §3.2); `host` is the field of that name.
pub(super) fn target(target: &[u8], host: Option<&[u8]>, method: &str) -> Target {
    let field = host.filter(|host| !host.is_empty());
    if method == "CONNECT" {
        return Target { host: Some(shown(target, MOST_HOST_BYTES)), path: None };
    }
    let Some((authority, path)) = absolute(target) else {
        return Target { host: field.map(|host| shown(host, MOST_HOST_BYTES)), path: Some(masked_path(target)) };
    };
    let host = authority.rsplit(|&byte| byte == b'@').next().unwrap_or_default();
    Target { host: Some(shown(host, MOST_HOST_BYTES)), path: Some(masked_path(path)) }
}

/// Authority and path of the absolute form.
fn absolute(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let scheme = target.iter().take(16).position(|&byte| byte == b':')?;
    let rest = target.get(scheme + 1..)?.strip_prefix(b"//")?;
    if !target.get(..scheme)?.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    Some(rest.split_at(end))
}

/// A path whose query and parameters keep their names only.
pub(super) fn masked_path(path: &[u8]) -> String {
    let path = path.split(|&byte| byte == b'#').next().unwrap_or_default();
    let end = path.iter().position(|&byte| byte == b'?').unwrap_or(path.len());
    let (before, query) = path.split_at(end);
    let mut text = String::with_capacity(path.len().min(MOST_PATH_BYTES));
    for (index, segment) in before.split(|&byte| byte == b';').enumerate() {
        if index == 0 {
            text.push_str(&shown(segment, MOST_PATH_BYTES));
            continue;
        }
        // A parameter of a segment (RFC 3986 §3.3) ends where the segment does.
        let end = segment.iter().position(|&byte| byte == b'/').unwrap_or(segment.len());
        let (parameter, rest) = segment.split_at(end);
        text.push(';');
        push_masked(&mut text, parameter);
        text.push_str(&shown(rest, MOST_PATH_BYTES));
    }
    if let Some(query) = query.get(1..) {
        for (index, part) in query.split(|byte| matches!(byte, b'&' | b';')).enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            push_masked(&mut text, part);
            if text.len() > MOST_PATH_BYTES {
                break;
            }
        }
    }
    shown(text.as_bytes(), MOST_PATH_BYTES)
}

fn push_masked(text: &mut String, part: &[u8]) {
    if part.is_empty() {
        return;
    }
    let name = part.iter().position(|&byte| byte == b'=').filter(|&at| at <= MOST_NAME_BYTES);
    if let Some(name) = name.and_then(|end| part.get(..end)) {
        text.push_str(&shown(name, MOST_NAME_BYTES));
        text.push('=');
    }
    text.push_str(MASK);
}

/// Text as far as `most` bytes; what is no text, or controls a terminal, becomes a replacement character.
pub(super) fn shown(bytes: &[u8], most: usize) -> String {
    let cut = bytes.get(..most).unwrap_or(bytes);
    let text = String::from_utf8_lossy(cut);
    text.chars().map(|one| if one.is_control() { char::REPLACEMENT_CHARACTER } else { one }).collect()
}

/// A whole number in decimal digits.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let digits = digits.trim_ascii();
    (digits.first()?.is_ascii_digit()).then_some(())?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_names_are_not() {
        let masked = |path: &str| masked_path(path.as_bytes());
        assert_eq!(masked("/a/b"), "/a/b");
        assert_eq!(masked("/a?user=bob&password=x%20y"), "/a?user=*&password=*");
        assert_eq!(masked("/a?c2VjcmV0"), "/a?*");
        assert_eq!(masked("/a;jsessionid=12AB/b;v?x=1#frag"), "/a;jsessionid=*/b;*?x=*");
        assert_eq!(masked(&format!("/?{}=1", "k".repeat(60))), "/?*");
        assert_eq!(masked("/?"), "/?");
    }

    #[test]
    fn the_forms_of_a_target() {
        let of = |text: &str, host: Option<&str>, method| {
            let target = target(text.as_bytes(), host.map(str::as_bytes), method);
            (target.host.unwrap_or_default(), target.path.unwrap_or_default())
        };
        let pair = |host: &str, path: &str| (host.to_owned(), path.to_owned());
        assert_eq!(of("/a", Some("h:8080"), "GET"), pair("h:8080", "/a"));
        assert_eq!(of("http://user:secret@h/a?b=c", Some("other"), "GET"), pair("h", "/a?b=*"));
        assert_eq!(of("h:443", Some("h"), "CONNECT"), pair("h:443", ""));
        assert_eq!(of("*", None, "OPTIONS"), pair("", "*"));
        assert_eq!(of("/a://b", None, "GET"), pair("", "/a://b"));
    }
}

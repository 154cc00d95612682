//! A form with a file in it (`multipart/form-data`, RFC 7578), taken apart in memory: its length is bounded before.

/// One field of the form.
pub(super) struct Part<'a> {
    pub(super) name: String,
    /// What a file is called where it comes from.
    pub(super) file_name: Option<String>,
    pub(super) bytes: &'a [u8],
}

/// The boundary that a content type names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let rest = content_type.strip_prefix("multipart/form-data")?;
    let boundary = rest.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"');
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The fields of a body. `None` when it is no such form, or not whole.
pub(super) fn parts<'a>(boundary: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let mark = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(mark.get(2..)?.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let head_end = find(part, b"\r\n\r\n")?;
        let (head, after) = part.split_at_checked(head_end)?;
        let content = after.get(4..)?;
        let end = find(content, mark.as_bytes())?;
        let head = String::from_utf8_lossy(head);
        let disposition =
            head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:")).unwrap_or_default();
        parts.push(Part {
            name: parameter(disposition, "name")?,
            file_name: parameter(disposition, "filename"),
            bytes: content.get(..end)?,
        });
        rest = content.get(end + mark.len()..)?;
    }
}

/// A quoted parameter. Browsers write a quotation mark in it as `%22`.
fn parameter(line: &str, key: &str) -> Option<String> {
    let start = format!("; {key}=\"");
    let value = line.get(line.find(&start)? + start.len()..)?;
    Some(value.get(..value.find('"')?)?.replace("%22", "\""))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--xyz\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nA1\r\n--xyz\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"kk.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\
        a\r\n--xy\r\nb\r\n--xyz--\r\n";

    #[test]
    fn a_form_is_taken_apart() {
        assert_eq!(boundary("multipart/form-data; boundary=xyz"), Some("xyz"));
        assert_eq!(boundary("application/json"), None);
        let found = parts("xyz", BODY).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].bytes), ("kind", &b"A1"[..]));
        assert_eq!(found[1].file_name.as_deref(), Some("kk.jpg"));
        assert_eq!(found[1].bytes, b"a\r\n--xy\r\nb");
    }

    #[test]
    fn a_form_that_was_cut_is_none() {
        for length in 0..BODY.len() - 4 {
            assert!(parts("xyz", &BODY[..length]).is_none(), "{length}");
        }
    }
}

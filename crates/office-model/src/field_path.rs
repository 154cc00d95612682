//! The path of a value inside a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest path accepted, in bytes.
const MAX_LENGTH: usize = 200;
/// Most segments accepted.
const MAX_SEGMENTS: usize = 8;
/// Longest field name accepted, in bytes.
const MAX_KEY: usize = 40;
/// Highest list index accepted.
const MAX_INDEX: u32 = 9_999;

/// Where a value stands in a record: `nama`, `ibu.nama`, `anggota[0].nik`.
///
/// A path begins with a field name; a field name is a small letter followed by small letters, digits and `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath(Vec<Segment>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The field of this name.
    Key(String),
    /// The entry of a list, counted from 0.
    Index(u32),
}

/// The text given is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a field path: {reason}. Write it like nama, ibu.nama or anggota[0].nik")]
pub struct ParseFieldPathError {
    text: String,
    reason: &'static str,
}

impl FieldPath {
    /// The path of a field of the record itself.
    ///
    /// # Errors
    ///
    /// When `key` is no field name.
    pub fn field(key: &str) -> Result<Self, ParseFieldPathError> {
        check_key(key).map_err(|reason| refuse(key, reason))?;
        Ok(Self(vec![Segment::Key(key.to_owned())]))
    }

    /// The segments, never none.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Name of the record's field that the path is in.
    pub fn root(&self) -> &str {
        match self.0.first() {
            Some(Segment::Key(key)) => key,
            _ => "",
        }
    }

    /// The path of a field below this one.
    ///
    /// # Errors
    ///
    /// When `key` is no field name or the path gets too deep.
    pub fn child(&self, key: &str) -> Result<Self, ParseFieldPathError> {
        check_key(key).map_err(|reason| refuse(key, reason))?;
        self.with(Segment::Key(key.to_owned()))
    }

    /// The path of an entry of this list, counted from 0.
    ///
    /// # Errors
    ///
    /// When the index is above 9,999, the path gets too deep, or it ends in an index already.
    pub fn item(&self, index: u32) -> Result<Self, ParseFieldPathError> {
        if index > MAX_INDEX {
            return Err(refuse(&self.to_string(), "an index is at most 9999"));
        }
        if matches!(self.0.last(), Some(Segment::Index(_))) {
            return Err(refuse(&self.to_string(), "a list has no list in it"));
        }
        self.with(Segment::Index(index))
    }

    /// Whether `other` is this path or lies below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// A path whose parts are known to be good: those of the catalogue, and list positions.
    pub(crate) fn trusted(segments: Vec<Segment>) -> Self {
        Self(segments)
    }

    fn with(&self, segment: Segment) -> Result<Self, ParseFieldPathError> {
        let mut segments = self.0.clone();
        segments.push(segment);
        let path = Self(segments);
        if path.0.len() > MAX_SEGMENTS || path.to_string().len() > MAX_LENGTH {
            return Err(refuse(&path.to_string(), "it is too long"));
        }
        Ok(path)
    }
}

fn refuse(text: &str, reason: &'static str) -> ParseFieldPathError {
    ParseFieldPathError { text: text.chars().take(64).collect(), reason }
}

fn check_key(key: &str) -> Result<(), &'static str> {
    let mut bytes = key.bytes();
    match bytes.next() {
        None => return Err("a field name is missing"),
        Some(first) if !first.is_ascii_lowercase() => return Err("a field name begins with a small letter a-z"),
        Some(_) => {}
    }
    if key.len() > MAX_KEY {
        return Err("a field name is at most 40 characters long");
    }
    if !bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err("a field name has only small letters a-z, digits and _");
    }
    Ok(())
}

fn parse_index(digits: &str) -> Result<u32, &'static str> {
    let plain = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || (digits.len() > 1 && digits.starts_with('0')) {
        return Err("an index is a number from 0 to 9999 without leading zeros");
    }
    digits.parse().map_err(|_| "an index is a number from 0 to 9999")
}

fn parse(text: &str) -> Result<Vec<Segment>, &'static str> {
    if text.len() > MAX_LENGTH {
        return Err("it is longer than 200 characters");
    }
    let mut segments = Vec::new();
    for part in text.split('.') {
        let (key, index) = match part.split_once('[') {
            None => (part, None),
            Some((key, rest)) => (key, Some(rest.strip_suffix(']').ok_or("a [ needs its ] at the end of the part")?)),
        };
        check_key(key)?;
        segments.push(Segment::Key(key.to_owned()));
        if let Some(digits) = index {
            segments.push(Segment::Index(parse_index(digits)?));
        }
    }
    if segments.len() > MAX_SEGMENTS {
        return Err("it has more than 8 parts");
    }
    Ok(segments)
}

impl FromStr for FieldPath {
    type Err = ParseFieldPathError;

    fn from_str(text: &str) -> Result<Self, ParseFieldPathError> {
        parse(text).map(Self).map_err(|reason| refuse(text, reason))
    }
}

impl TryFrom<String> for FieldPath {
    type Error = ParseFieldPathError;

    fn try_from(text: String) -> Result<Self, ParseFieldPathError> {
        text.parse()
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if position == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldPath({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_three_forms_parse() {
        for text in ["nama", "ibu.nama", "anggota[0].nik", "anggota[12]", "saksi1"] {
            assert_eq!(text.parse::<FieldPath>().unwrap().to_string(), text);
        }
        let path: FieldPath = "anggota[3].nik".parse().unwrap();
        assert_eq!(path.root(), "anggota");
        assert_eq!(path.segments(), [Segment::Key("anggota".into()), Segment::Index(3), Segment::Key("nik".into())]);
        let list = FieldPath::field("anggota").unwrap();
        assert_eq!(list.item(3).unwrap().child("nik").unwrap(), path);
        assert!(list.contains(&path) && !path.contains(&list));
    }

    #[test]
    fn other_texts_are_refused() {
        let deep = ["a"; 9].join(".");
        let long = "a".repeat(41);
        let table = [
            "", ".", "nama.", ".nama", "Nama", "1a", "_a", "a b", "a[", "a[]", "a[01]", "a[x]", "a[10000]", "a[0][1]",
            "a]", "a[0]b", "[0]", "a..b", "a[-1]", "é", &deep, &long,
        ];
        for text in table {
            assert!(text.parse::<FieldPath>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_parses_shows_itself_again(text in "[a-c]{1,2}(\\[[0-9]{1,5}\\])?(\\.[a-c0]{0,2}(\\[[0-9]?\\])?){0,3}") {
            if let Ok(path) = text.parse::<FieldPath>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,300}") {
            drop(text.parse::<FieldPath>());
        }
    }
}

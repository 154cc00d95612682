//! A file that is attached to a record: what the record says of it. Its bytes are not part of the document.

use std::fmt;
use std::str::FromStr;

use automerge::ROOT;
use automerge::transaction::Transactable;
use automerge::{ReadDoc, transaction::Transaction};
use change_log::BlobHash;
use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::layout::ATTACHMENT;
use crate::{Authored, Stamp, TransactionDocument};

/// Most bytes of an attached file.
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Most files of a record.
pub const FILES_MAX: usize = 64;
/// Longest name, in characters.
const NAME_MAX: usize = 120;
/// Longest kind, in characters.
const KIND_MAX: usize = 8;
/// What stands where nobody said what the file is.
const NO_KIND: &str = "-";

/// What can be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileType {
    /// A photo.
    Jpeg,
    /// A drawing or a picture of a screen.
    Png,
    /// A scan.
    Pdf,
}

impl FileType {
    /// By the first bytes of a file; its name proves nothing. `None` for whatever else it is.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Whether these bytes, which begin like this type, also end as it must: what was cut off does not.
    pub fn is_whole(self, bytes: &[u8]) -> bool {
        let end = bytes.get(bytes.len().saturating_sub(1024)..).unwrap_or_default();
        let holds = |mark: &[u8]| end.windows(mark.len()).any(|window| window == mark);
        match self {
            Self::Jpeg => is_whole_jpeg(bytes),
            Self::Png => holds(b"IEND"),
            Self::Pdf => holds(b"%%EOF"),
        }
    }

    /// Whether it opens with a password alone. The trailer of a locked PDF names, in plain text wherever it stands, what it is locked
    /// with: `/Encrypt` and a reference or a dictionary.
    pub fn is_locked(self, bytes: &[u8]) -> bool {
        const NAME: &[u8] = b"/Encrypt";
        let names_lock = |after: &[u8]| {
            let after = after.trim_ascii_start();
            after.starts_with(b"<<") || after.first().is_some_and(u8::is_ascii_digit)
        };
        self == Self::Pdf
            && bytes
                .windows(NAME.len())
                .enumerate()
                .any(|(at, window)| window == NAME && names_lock(bytes.get(at + NAME.len()..).unwrap_or_default()))
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// How file names of this type end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// Whether the picture ends. A small preview in front of it ends, too, and some cameras put more behind the end.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        match rest {
            [0xff, 0xda, picture @ ..] => return picture.windows(2).any(|window| window == [0xff, 0xd9]),
            [0xff, 0xff, ..] => rest = rest.get(1..).unwrap_or_default(),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(2 + length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
}

/// An attached file. In the document it is a text at `attachment/HASH`: kind, type, bytes and name, with spaces between.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachedFile {
    /// Its content.
    pub hash: BlobHash,
    /// Which paper of the catalogue it is (`A1`); empty where nobody said.
    pub kind: String,
    /// Its type.
    pub file_type: FileType,
    /// Bytes.
    pub size: u64,
    /// What it was called where it came from: at most 120 characters, none of them a control character.
    pub name: String,
}

impl AttachedFile {
    /// A file with this content. Of `name` only what a file name can hold is kept; of `kind` letters and digits.
    pub fn new(hash: BlobHash, kind: &str, file_type: FileType, size: u64, name: &str) -> Self {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last.chars().filter(|letter| !letter.is_control()).take(NAME_MAX).collect();
        let name = match clean.trim() {
            "" => format!("lampiran.{}", file_type.extension()),
            name => name.to_owned(),
        };
        let kind = kind.chars().filter(char::is_ascii_alphanumeric).take(KIND_MAX).collect();
        Self { hash, kind, file_type, size, name }
    }

    /// What a document says of the file at one of its root keys. Nothing for other keys, and for what a newer version
    /// may write.
    pub(crate) fn of_entry(key: &str, value: &Value) -> Option<Self> {
        let hash = hash_of_key(key)?;
        let Text { kind, file_type, size, name } = value.as_str()?.parse().ok()?;
        Some(Self { hash, kind, file_type, size, name })
    }

    /// Those of a document with this root, by hash.
    pub(crate) fn of_root(root: &Map<String, Value>) -> Vec<Self> {
        let mut files: Vec<Self> = root.iter().filter_map(|(key, value)| Self::of_entry(key, value)).collect();
        files.sort();
        files
    }

    /// As it stands in the document, beside the hash.
    pub fn text(&self) -> String {
        let kind = if self.kind.is_empty() { NO_KIND } else { &self.kind };
        format!("{kind} {} {} {}", self.file_type.extension(), self.size, self.name)
    }

    /// Reads what [`AttachedFile::text`] says. `None` when it is no such text.
    pub fn from_text(hash: BlobHash, text: &str) -> Option<Self> {
        let Text { kind, file_type, size, name } = text.parse().ok()?;
        Some(Self { hash, kind, file_type, size, name })
    }
}

impl fmt::Debug for AttachedFile {
    /// Without the name: people call files after people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttachedFile({:?}, {:?}, {} bytes)", self.hash, self.file_type, self.size)
    }
}

/// The hash in a root key of an attached file.
pub(crate) fn hash_of_key(key: &str) -> Option<BlobHash> {
    let hash: BlobHash = key.strip_prefix(ATTACHMENT)?.parse().ok()?;
    (key_of(hash) == key).then_some(hash)
}

fn key_of(hash: BlobHash) -> String {
    format!("{ATTACHMENT}{hash}")
}

struct Text {
    kind: String,
    file_type: FileType,
    size: u64,
    name: String,
}

impl FromStr for Text {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(4, ' ');
        let (Some(kind), Some(extension), Some(size), Some(name)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let file_type = match extension {
            "jpg" => FileType::Jpeg,
            "png" => FileType::Png,
            "pdf" => FileType::Pdf,
            _ => return Err(()),
        };
        let size = size.parse().map_err(|_| ())?;
        let kind = if kind == NO_KIND { "" } else { kind };
        let fits = (1..=FILE_BYTES_MAX).contains(&size)
            && kind.len() <= KIND_MAX
            && kind.chars().all(|letter| letter.is_ascii_alphanumeric())
            && !name.is_empty()
            && name.chars().count() <= NAME_MAX
            && !name.chars().any(char::is_control);
        let read = || Self { kind: kind.to_owned(), file_type, size, name: name.to_owned() };
        fits.then(read).ok_or(())
    }
}

/// Puts the file among those of the record.
pub(crate) fn write(transaction: &mut Transaction<'_>, file: &AttachedFile) -> Result<(), DocumentError> {
    Ok(transaction.put(ROOT, key_of(file.hash), file.text())?)
}

/// Takes the file away.
pub(crate) fn erase(transaction: &mut Transaction<'_>, hash: BlobHash) -> Result<(), DocumentError> {
    let key = key_of(hash);
    if transaction.get(ROOT, key.as_str())?.is_some() {
        transaction.delete(ROOT, key.as_str())?;
    }
    Ok(())
}

impl TransactionDocument {
    /// The attached files, by hash.
    pub fn attached(&self) -> &[AttachedFile] {
        &self.row().attached
    }

    /// Attaches a file. `None` when it is attached already, said to be the same.
    ///
    /// # Errors
    ///
    /// When it has too many, or a limit is passed.
    pub fn attach(&mut self, file: &AttachedFile, stamp: &Stamp) -> Result<Option<Authored>, DocumentError> {
        let held = self.attached();
        if held.contains(file) {
            return Ok(None);
        }
        if held.len() >= FILES_MAX && !held.iter().any(|other| other.hash == file.hash) {
            return Err(DocumentError::TooLarge(format!("a record holds at most {FILES_MAX} files")));
        }
        self.commit(stamp, |transaction| write(transaction, file))
    }

    /// Takes an attached file away; the history keeps that it was there. `None` when it is not attached.
    ///
    /// # Errors
    ///
    /// When a limit is passed.
    pub fn detach(&mut self, hash: BlobHash, stamp: &Stamp) -> Result<Option<Authored>, DocumentError> {
        self.commit(stamp, |transaction| erase(transaction, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shows_itself_again() {
        let hash = BlobHash::of(b"x");
        for (kind, name) in [("A1", "ktp siti.jpg"), ("", "C:\\foto\\a b.jpg"), ("A1 x", "\u{7}"), ("-", "x")] {
            let file = AttachedFile::new(hash, kind, FileType::Jpeg, 5, name);
            assert_eq!(AttachedFile::from_text(hash, &file.text()), Some(file.clone()), "{}", file.text());
        }
        assert_eq!(AttachedFile::new(hash, "", FileType::Pdf, 5, "../../etc/passwd").name, "passwd");
        for text in ["", "A1 jpg 5", "A1 jpg 0 x", "A1 gif 5 x", "A1 jpg 99999999 x", "A1 jpg 5 \n"] {
            assert_eq!(AttachedFile::from_text(hash, text), None, "{text}");
        }
        let upper = format!("attachment/{}", hash.to_string().to_uppercase());
        assert_eq!((hash_of_key(&key_of(hash)), hash_of_key(&upper)), (Some(hash), None));
    }

    #[test]
    fn types_are_told_by_their_bytes() {
        // In its first segment stands a preview with an end of its own.
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 2, 7, 7, 0xff, 0xd9, 0, 0];
        assert_eq!(FileType::of(&jpeg), Some(FileType::Jpeg));
        assert!(FileType::Jpeg.is_whole(&jpeg));
        assert!((0..16).all(|length| !FileType::Jpeg.is_whole(&jpeg[..length])));
        assert_eq!(FileType::of(b"%PDF-1.4\n%%EOF\n"), Some(FileType::Pdf));
        let locked = b"%PDF-1.7\ntrailer << /Size 9 /Encrypt 7 0 R >>\n%%EOF\n";
        assert!(FileType::Pdf.is_locked(locked) && FileType::Pdf.is_locked(b"<</Encrypt<</Filter/Standard>>>>"));
        assert!(
            !FileType::Pdf.is_locked(b"/EncryptMetadata false (how to /Encrypt it) /Encrypt")
                && !FileType::Jpeg.is_locked(locked)
        );
        assert!(FileType::Pdf.is_whole(b"%PDF-1.4\n%%EOF\n") && !FileType::Pdf.is_whole(b"%PDF-1.4\n"));
        assert_eq!(FileType::of(b"<html>"), None);
        assert_eq!(FileType::of(b"GIF89a"), None);
        assert_eq!(FileType::of(b""), None);
    }
}

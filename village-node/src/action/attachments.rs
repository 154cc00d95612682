//! Attached files of a record: put, listed, taken away, got out again.

use std::fmt;

use change_log::{BlobHash, ChangeHash, DocumentId, EpochId};
use data_encoding::BASE64;
use office_model::{Bilingual, Catalogue, Status, is_visible};
use replica_store::{Clock, Reader, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_document::{AttachedFile, FILE_BYTES_MAX, FILES_MAX, FileType};

use super::{catalogue_of, load};
use crate::{Blame, Failure, soundness};

/// The setting that keeps in which life of it the hub was last asked about files: 32 hexadecimal digits.
const HUB_LIFE: &str = "files_hub_epoch";

/// A file to attach.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// What it is called where it comes from.
    pub name: String,
    /// Which paper of the catalogue it is (`A1`); empty where nobody says.
    #[serde(default)]
    pub kind: String,
    /// Its bytes, in base 64.
    pub content: String,
}

impl fmt::Debug for NewFile {
    /// Without name and content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewFile({} letters)", self.content.len())
    }
}

impl NewFile {
    /// A file with these bytes.
    pub fn new(name: &str, kind: &str, bytes: &[u8]) -> Self {
        // What is not seen, or turns the reading direction, makes one name look like another.
        let name = name.chars().filter(|sign| is_visible(*sign)).collect();
        Self { name, kind: kind.to_owned(), content: BASE64.encode(bytes) }
    }
}

/// The life of the hub that was last heard of by asking about files.
pub(crate) fn hub_life(replica: &Reader) -> Option<EpochId> {
    let bytes = replica.setting(HUB_LIFE).ok().flatten()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

pub(crate) fn note_hub_life(replica: &mut Replica, life: EpochId) -> Result<(), Failure> {
    if hub_life(replica) == Some(life) {
        return Ok(());
    }
    Ok(replica.set_setting(HUB_LIFE, life.to_string().as_bytes())?)
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// On this machine, and not known to be at the hub.
    HereOnly,
    /// On this machine and at the hub.
    AtHub,
    /// Not on this machine yet.
    NotHere,
}

impl Whereabouts {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::HereOnly => "here_only",
            Self::AtHub => "at_hub",
            Self::NotHere => "not_here",
        }
    }

    /// As people read it.
    pub(crate) fn text(self) -> Bilingual {
        match self {
            Self::HereOnly => Bilingual::new("hanya di komputer ini", "on this machine only"),
            Self::AtHub => Bilingual::new("sudah di pusat", "at the hub"),
            Self::NotHere => Bilingual::new("belum di komputer ini", "not on this machine yet"),
        }
    }
}

pub(crate) fn whereabouts(replica: &Reader, hash: BlobHash) -> Result<Whereabouts, Failure> {
    Ok(match replica.blob(hash)? {
        None => Whereabouts::NotHere,
        Some(blob) if blob.at_hub.is_some() && blob.at_hub == hub_life(replica) => Whereabouts::AtHub,
        Some(_) => Whereabouts::HereOnly,
    })
}

/// Which type these bytes are of, or why they are not taken. `name`: of the file, as far as it is known.
pub(crate) fn check(name: &str, bytes: &[u8]) -> Result<FileType, Failure> {
    let megabytes = FILE_BYTES_MAX / 1024 / 1024;
    if bytes.is_empty() {
        return Err(Failure::input(
            "file_empty",
            "Lampiran itu kosong. Tidak ada yang disimpan; pilih berkas lain.",
            "That file is empty. Nothing was saved; choose another one.",
        ));
    }
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let Some(file_type) = FileType::of(bytes) else {
        // Right by its name: what is in it is not what it was.
        if ["jpg", "jpeg", "png", "pdf"].iter().any(|known| has_ending(name, known)) {
            return Err(Failure::input(
                "file_broken",
                "Berkas itu rusak: isinya bukan foto atau PDF yang dapat dibaca. Tidak ada yang disimpan; pindai atau salin lagi \
                 dari aslinya.",
                "That file is damaged: what is in it is no photo or PDF that can be read. Nothing was saved; scan or copy it \
                 again from the original.",
            ));
        }
        return Err(Failure::input(
            "file_type",
            "Hanya foto (JPEG, PNG) dan PDF yang dapat dilampirkan. Tidak ada yang disimpan.",
            format!("Only photos (JPEG, PNG) and PDF can be attached, up to {megabytes} MiB. Nothing was saved."),
        ));
    };
    if !file_type.is_whole(bytes) {
        return Err(Failure::input(
            "file_broken",
            "Berkas itu rusak: bagian akhirnya hilang. Tidak ada yang disimpan; pindai atau salin lagi dari aslinya.",
            "That file is broken: its end is missing. Nothing was saved; scan or copy it again from the original.",
        ));
    }
    if file_type.is_locked(bytes) {
        return Err(Failure::input(
            "file_locked",
            "PDF itu terkunci dengan sandi: kantor lain tidak dapat membukanya. Tidak ada yang disimpan; buka dengan sandinya lalu \
             simpan atau cetak lagi sebagai PDF tanpa sandi, atau pindai lembarannya.",
            "That PDF is locked with a password: other offices could not open it. Nothing was saved; open it with its password \
             and save or print it again as a PDF without one, or scan the sheet.",
        ));
    }
    Ok(file_type)
}

/// What is said of a file that is kept, though it is damaged between its ends; nothing of one that is not, as far as can be told.
pub(crate) fn warning(bytes: &[u8]) -> Option<Bilingual> {
    let file_type = FileType::of(bytes)?;
    soundness::is_damaged(file_type, bytes).then(|| {
        Bilingual::new(
            "Tersimpan, tetapi berkas itu tampaknya rusak di bagian tengahnya. Buka dan periksa; bila rusak, lepas lalu lampirkan lagi \
             dari aslinya.",
            "Saved, but that file seems to be damaged inside. Open it and look; if it is, take it away and attach it again from the \
             original.",
        )
    })
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.trim().eq_ignore_ascii_case(ending))
}

/// Larger than anything that is taken.
pub(crate) fn too_large() -> Failure {
    let megabytes = FILE_BYTES_MAX / 1024 / 1024;
    Failure::input(
        "file_too_large",
        format!("Lampiran itu lebih dari {megabytes} MiB. Tidak ada yang disimpan; perkecil atau pindai lagi."),
        format!("That file has more than {megabytes} MiB. Nothing was saved; make it smaller or scan it again."),
    )
}

/// `{"id", "hash", "kind", "type", "size", "name", "state", "held", "warning": {"id", "en"} or null, "change": hash or null when it was attached already}`.
pub(super) fn attach(replica: &mut Replica, id: DocumentId, file: &NewFile, clock: &Clock) -> Result<Value, Failure> {
    let bytes = BASE64.decode(file.content.as_bytes()).map_err(|error| {
        Failure::input(
            "content",
            format!("Isi lampiran bukan base64 yang benar. Tidak ada yang disimpan; kirim lagi. ({error})"),
            format!("The content of the file is no right base64. Nothing was saved; send it again. ({error})"),
        )
    })?;
    put(replica, id, file, &bytes, clock)
}

fn put(replica: &mut Replica, id: DocumentId, file: &NewFile, bytes: &[u8], clock: &Clock) -> Result<Value, Failure> {
    let described = describe((&file.name, &file.kind), bytes, catalogue_of(&load(replica, id)?))?;
    // The same paper again, without a word of what it is: it stays what it was.
    let is_known = |known: &AttachedFile| known.hash == described.hash && file.kind.is_empty();
    let held = replica.attachments(id)?;
    let attached = held.iter().find(|known| is_known(known)).cloned().unwrap_or(described);
    // What was decided on stays under the name that it was seen by.
    let is_renamed = held.iter().any(|known| known.hash == attached.hash && *known != attached);
    let status = load(replica, id)?.row().status.clone();
    if is_renamed && !status.parse::<Status>().is_ok_and(Status::is_editable) {
        return Err(file_keeps_its_name());
    }
    let change = store(replica, id, &attached, bytes, clock)?;
    let mut said = of(replica, &attached)?;
    if let Some(said) = said.as_object_mut() {
        said.insert("id".to_owned(), json!(id));
        said.insert("change".to_owned(), json!(change));
        said.insert("warning".to_owned(), json!(warning(bytes)));
    }
    Ok(said)
}

fn file_keeps_its_name() -> Failure {
    Failure::new(
        Blame::State,
        "file_keeps_its_name",
        "Lampiran ini sudah ada pada berkas itu, dan berkasnya tidak dapat diubah lagi: nama dan jenisnya tetap. Tidak ada yang \
         berubah.",
        "This file is attached to that record already, which cannot be changed any more: its name and kind stay. Nothing was \
         changed.",
    )
}

/// What a record is going to say of a file with this name, of this kind.
///
/// # Errors
///
/// When it is not taken.
fn describe((name, kind): (&str, &str), bytes: &[u8], catalogue: &Catalogue) -> Result<AttachedFile, Failure> {
    let file_type = check(name, bytes)?;
    if !kind.is_empty() && !catalogue.attachments().iter().any(|known| known.id == kind) {
        return Err(unknown_kind(kind));
    }
    Ok(AttachedFile::new(BlobHash::of(bytes), kind, file_type, bytes.len() as u64, name))
}

/// Keeps the bytes, and has the record name them.
fn store(
    replica: &mut Replica,
    id: DocumentId,
    attached: &AttachedFile,
    bytes: &[u8],
    clock: &Clock,
) -> Result<Option<ChangeHash>, Failure> {
    let folder = replica.blob_folder();
    let hash = folder.put(bytes).map_err(|error| Failure::file(folder.dir(), &error))?;
    replica.note_blob(hash, attached.size, clock.millis)?;
    Ok(replica.change(id, clock, |document, stamp| document.attach(attached, stamp))?)
}

/// Keeps a file with a draft, until that becomes a record or is thrown away.
///
/// # Errors
///
/// When the file is not taken, or the disk refuses.
pub(crate) fn keep_with_draft(
    replica: &mut Replica,
    draft: [u8; 16],
    (name, kind): (&str, &str),
    bytes: &[u8],
    catalogue: &Catalogue,
) -> Result<(), Failure> {
    let NewFile { name, kind, .. } = NewFile::new(name, kind, &[]);
    let file = describe((&name, &kind), bytes, catalogue)?;
    let held = replica.draft_files(draft)?;
    if held.len() >= FILES_MAX && !held.iter().any(|known| known.hash == file.hash) {
        return Err(too_many());
    }
    Ok(replica.put_draft_file(draft, &file, bytes)?)
}

/// Puts the bytes of a draft's files where those of records lie: the record that the draft becomes is made with them. `is_again`:
/// only what is gone since they were.
///
/// # Errors
///
/// When the disk refuses, or does not give them back as they came.
pub(crate) fn place_those_of_draft(
    reader: &Reader,
    draft: [u8; 16],
    files: &[AttachedFile],
    is_again: bool,
) -> Result<(), Failure> {
    let folder = reader.blob_folder();
    for file in files {
        if is_again && folder.size(file.hash).is_ok_and(|size| size.is_some()) {
            continue;
        }
        let bytes = reader.draft_file(draft, file.hash)?.ok_or_else(no_file)?;
        folder.put(&bytes).map_err(|error| Failure::file(folder.dir(), &error))?;
    }
    Ok(())
}

fn too_many() -> Failure {
    Failure::input(
        "too_many_files",
        format!(
            "Satu berkas memuat paling banyak {FILES_MAX} lampiran. Yang ini tidak disimpan; lepas dahulu yang tidak perlu."
        ),
        format!(
            "A record holds at most {FILES_MAX} files. This one was not saved; take away first what is not needed."
        ),
    )
}

fn unknown_kind(kind: &str) -> Failure {
    let kind: String = kind.chars().take(16).collect();
    Failure::input(
        "kind",
        format!("Tidak ada jenis lampiran \"{kind}\" di katalog. Tidak ada yang disimpan; pilih jenisnya dari daftar."),
        format!("The catalogue has no kind of attachment \"{kind}\". Nothing was saved; choose one from the list."),
    )
}

/// `held` of a file on its way to the hub is known to whoever sends it, and added there.
fn of(replica: &Reader, file: &AttachedFile) -> Result<Value, Failure> {
    let state = whereabouts(replica, file.hash)?;
    let held = match state {
        Whereabouts::HereOnly => 0,
        Whereabouts::AtHub => file.size,
        Whereabouts::NotHere => held_here(replica, file)?,
    };
    Ok(json!({
        "hash": file.hash,
        "kind": file.kind,
        "type": file.file_type.media_type(),
        "size": file.size,
        "name": file.name,
        "state": state.word(),
        "held": held,
    }))
}

/// How many bytes of a file that is not here yet have come.
pub(crate) fn held_here(replica: &Reader, file: &AttachedFile) -> Result<u64, Failure> {
    let folder = replica.blob_folder();
    let held = folder.held(file.hash).map_err(|error| Failure::file(folder.dir(), &error))?;
    Ok(held.min(file.size))
}

/// `{"id", "attachments": [{"hash", "kind", "type", "size", "name", "state", "held"}]}`.
pub(super) fn list(replica: &Reader, id: DocumentId) -> Result<Value, Failure> {
    if replica.row(id)?.is_none() {
        return Err(Failure::no_transaction(id));
    }
    let files = replica.attachments(id)?;
    let files = files.iter().map(|file| of(replica, file));
    Ok(json!({"id": id, "attachments": files.collect::<Result<Vec<Value>, Failure>>()?}))
}

/// `{"id", "hash", "change"}`.
pub(super) fn detach(replica: &mut Replica, id: DocumentId, hash: BlobHash, clock: &Clock) -> Result<Value, Failure> {
    let status = load(replica, id)?.row().status.parse::<Status>().ok();
    if status.is_some_and(|status| !status.is_editable()) {
        return Err(signed_on_it());
    }
    let change = replica.change(id, clock, |document, stamp| document.detach(hash, stamp))?;
    let change = change.ok_or_else(no_file)?;
    Ok(json!({"id": id, "hash": hash, "change": change}))
}

fn signed_on_it() -> Failure {
    Failure::new(
        Blame::State,
        "file_stays",
        "Berkas ini sudah ditandatangani, ditutup, atau sedang di camat: lampirannya menjadi dasar surat itu, jadi tidak dapat \
         dilepas lagi. Tidak ada yang berubah; yang benar masih dapat dilampirkan di sampingnya.",
        "This record is signed, closed, or lies with the camat: what is attached is what it is decided on, and cannot be taken \
         away any more. Nothing was changed; the right file can still be attached beside it.",
    )
}

/// No record has such a file.
pub(crate) fn no_file() -> Failure {
    Failure::new(
        Blame::NotFound,
        "no_file",
        "Lampiran itu tidak ada pada berkas mana pun di sini. Tidak ada yang berubah; periksa kodenya.",
        "No record here has that file. Nothing was changed; check its hash.",
    )
}

/// What still has a way to go: `{"to_send", "to_send_bytes", "to_send_held", "to_fetch", "to_fetch_bytes", "to_fetch_held",
/// "moving"}`. What is held there, and what moves, is known to whoever moves it, and added there.
pub(crate) fn to_move(replica: &Reader) -> Result<Value, Failure> {
    let open = replica.attachments_to_move(hub_life(replica))?;
    Ok(json!({
        "to_send": open.to_send,
        "to_send_bytes": open.to_send_bytes,
        "to_send_held": 0,
        "to_fetch": open.to_fetch,
        "to_fetch_bytes": open.to_fetch_bytes,
        "to_fetch_held": held_of_missing(replica)?,
        "moving": null,
    }))
}

/// How many bytes have come of the files that are not here yet.
pub(crate) fn held_of_missing(replica: &Reader) -> Result<u64, Failure> {
    let folder = replica.blob_folder();
    let parts = folder.parts().map_err(|error| Failure::file(folder.dir(), &error))?;
    let mut sum = 0;
    for (hash, held) in parts {
        if let Some((_, file)) = replica.attached(hash)?.filter(|_| matches!(replica.blob(hash), Ok(None))) {
            sum += held.min(file.size);
        }
    }
    Ok(sum)
}

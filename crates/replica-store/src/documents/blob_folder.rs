//! The folder with the bytes of attached files: whole ones by their hash, and parts of those that are on their way.
//!
//! A file is written under another name and synced before it gets its own, so what bears a hash as its name is whole;
//! the row that says that it is here is written after that. A crash between the two leaves a file that nobody knows of,
//! and that is taken up when it comes again.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use change_log::BlobHash;
use sha2::{Digest as _, Sha256};

/// The folder in a data folder.
const FOLDER: &str = "blobs";
/// What is on its way, in that folder.
const PARTS: &str = "parts";

/// How the name of one ends that is being written whole, there.
const WHOLE: &str = "whole";

/// The folder of one replica. Cheap to make; it holds nothing open.
#[derive(Debug, Clone)]
pub struct BlobFolder {
    dir: PathBuf,
}

/// Why bytes were not added to a part.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The disk refused.
    #[error("a file in the folder `blobs` could not be written: {0}; what came before is kept")]
    File(#[from] io::Error),
    /// The part has another length than the bytes are to follow.
    #[error("the file is held up to byte {held}, not up to the byte asked for; go on from there")]
    Elsewhere {
        /// So many bytes are held.
        held: u64,
    },
    /// The bytes that came together have another hash than the file is called by. They are thrown away.
    #[error("the bytes that came are not those of the file; they were thrown away, send them again")]
    Other,
}

impl BlobFolder {
    /// Of the data folder `data`.
    pub fn of(data: &Path) -> Self {
        Self { dir: data.join(FOLDER) }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a whole file lies, whether or not it is there. Some thousands a folder, not all in one.
    pub fn path(&self, hash: BlobHash) -> PathBuf {
        let name = hash.to_string();
        self.dir.join(name.get(..2).unwrap_or_default()).join(name)
    }

    fn part(&self, hash: BlobHash) -> PathBuf {
        self.dir.join(PARTS).join(hash.to_string())
    }

    /// Writes a whole file, durably. Its hash. Nothing is written when it is there already.
    ///
    /// # Errors
    ///
    /// When the disk refuses: nothing bears its name then.
    pub fn put(&self, bytes: &[u8]) -> io::Result<BlobHash> {
        let hash = BlobHash::of(bytes);
        if self.read(hash)?.is_none() {
            // Not where the part lies that may be on its way meanwhile.
            let whole = self.part(hash).with_extension(WHOLE);
            make_folder(&self.dir.join(PARTS))?;
            let mut file = File::create(&whole)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            self.give_name(hash, &whole)?;
        }
        Ok(hash)
    }

    /// Takes a whole file over from another folder, durably; whether it is whole here now. It is not where it is missing or
    /// damaged there. What is here already is read again only when `recheck` says so, and taken over anew when it is damaged.
    ///
    /// # Errors
    ///
    /// When a disk refuses: nothing bears its name then.
    pub fn take_over(&self, from: &Self, hash: BlobHash, recheck: bool) -> io::Result<bool> {
        let there = from.size(hash)?;
        let is_here = if recheck {
            self.is_sound(hash)? == Some(true)
        } else {
            self.size(hash)?.is_some_and(|size| there.is_none_or(|there| there == size))
        };
        if is_here {
            return Ok(true);
        }
        // One that cannot be read there is damaged there, and no reason to stop.
        let Ok(Some(bytes)) = from.read(hash) else { return Ok(false) };
        self.put(&bytes)?;
        Ok(true)
    }

    /// The bytes of a whole file; `None` when it is not here, or is damaged.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn read(&self, hash: BlobHash) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(hash)) {
            Ok(bytes) => Ok((BlobHash::of(&bytes) == hash).then_some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many bytes of a file on its way are here.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn held(&self, hash: BlobHash) -> io::Result<u64> {
        match fs::metadata(self.part(hash)) {
            Ok(data) => Ok(data.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// All files on their way, with how many bytes of each are here.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn parts(&self) -> io::Result<Vec<(BlobHash, u64)>> {
        let mut parts = Vec::new();
        for file in names_in(&self.dir.join(PARTS))? {
            if let Some(hash) = file.file_name().and_then(|name| name.to_str()?.parse().ok()) {
                // Whole, or thrown away, since the folder was read: nothing of it is on its way.
                parts.push((hash, self.held(hash)?));
            }
        }
        Ok(parts)
    }

    /// Adds bytes to a file on its way, behind the first `offset`. Says how many are held now. They survive a crash of
    /// the program; of the machine when the file is [closed](BlobFolder::close), which checks all of them.
    ///
    /// # Errors
    ///
    /// [`PartError::Elsewhere`] when another number of bytes is held; when the disk refuses.
    pub fn add(&self, hash: BlobHash, offset: u64, bytes: &[u8]) -> Result<u64, PartError> {
        make_folder(&self.dir.join(PARTS))?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(self.part(hash))?;
        let held = file.metadata()?.len();
        if held != offset {
            return Err(PartError::Elsewhere { held });
        }
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
        Ok(offset + bytes.len() as u64)
    }

    /// Ends a file on its way: checks all its bytes, makes them durable and gives them their name. Its size.
    ///
    /// # Errors
    ///
    /// [`PartError::Other`] when the bytes are not those of the file: they are gone then. When the disk refuses.
    pub fn close(&self, hash: BlobHash) -> Result<u64, PartError> {
        let part = self.part(hash);
        let file = OpenOptions::new().read(true).write(true).open(&part)?;
        file.sync_all()?;
        if hash_of(file)? != hash {
            fs::remove_file(&part)?;
            return Err(PartError::Other);
        }
        let size = fs::metadata(&part)?.len();
        self.give_name(hash, &part)?;
        Ok(size)
    }

    /// Throws away what came of a file.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn drop_part(&self, hash: BlobHash) -> io::Result<()> {
        match fs::remove_file(self.part(hash)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether a whole file has the hash that it is called by. `None` when it is not there.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn is_sound(&self, hash: BlobHash) -> io::Result<Option<bool>> {
        match File::open(self.path(hash)) {
            Ok(file) => Ok(Some(hash_of(file)? == hash)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a file that is damaged out of the way, under another name, so that it can come again.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn put_aside(&self, hash: BlobHash) -> io::Result<()> {
        let path = self.path(hash);
        fs::rename(&path, path.with_extension("damaged"))
    }

    /// Bytes of a whole file from `offset` on, at most `count`; none at its end.
    ///
    /// # Errors
    ///
    /// When it is not here or the disk cannot be read.
    pub fn piece(&self, hash: BlobHash, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(hash))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(count);
        file.take(count as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Bytes of a whole file; `None` when it is not here.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn size(&self, hash: BlobHash) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(hash)) {
            Ok(data) => Ok(Some(data.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every file that anything of is here: whole, on its way, or left where a crash came in between.
    ///
    /// # Errors
    ///
    /// When the disk cannot be read.
    pub fn all(&self) -> io::Result<BTreeSet<BlobHash>> {
        let mut all = BTreeSet::new();
        for folder in names_in(&self.dir)? {
            if !folder.is_dir() {
                continue;
            }
            for file in names_in(&folder)? {
                // What was put aside as damaged is left to people.
                let is_ours = file.extension().is_none_or(|extension| extension == WHOLE);
                let name = file.file_stem().and_then(|name| name.to_str());
                all.extend(name.filter(|_| is_ours).and_then(|name| name.parse::<BlobHash>().ok()));
            }
        }
        Ok(all)
    }

    /// Takes away whatever is here of a file.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn remove(&self, hash: BlobHash) -> io::Result<()> {
        let part = self.part(hash);
        for file in [self.path(hash), part.with_extension(WHOLE), part] {
            remove_if_there(&file)?;
        }
        Ok(())
    }

    fn give_name(&self, hash: BlobHash, from: &Path) -> io::Result<()> {
        let path = self.path(hash);
        let folder = path.parent().unwrap_or(&self.dir);
        make_folder(folder)?;
        fs::rename(from, &path)?;
        sync_folder(folder)
    }
}

fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What lies in a folder; nothing where there is none.
fn names_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(names) => names.map(|name| Ok(name?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn hash_of(mut file: File) -> io::Result<BlobHash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(BlobHash(hasher.finalize().into())),
            Some(bytes) => hasher.update(bytes),
        }
    }
}

/// Makes a folder whose name is on the disk, too.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // What citizens brought is for the owner of the data alone, wherever the folder stands.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    for above in folder.ancestors().skip(1).take(2) {
        sync_folder(above)?;
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

//! A small pool of readers, each used by one blocking call at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use replica_store::{BlobFolder, Reader};
use tokio::sync::Semaphore;

use crate::Failure;

/// The pool.
#[derive(Clone)]
pub(crate) struct Readers {
    dir: PathBuf,
    idle: Arc<Mutex<Idle>>,
    places: Arc<Semaphore>,
}

/// Those that nobody uses.
struct Idle {
    readers: Vec<Reader>,
    /// Those that were opened before it rose are not taken back.
    generation: u64,
}

impl Readers {
    /// `count` readers of a replica's folder.
    pub(crate) fn open(replica: &Reader, count: usize) -> Result<Self, Failure> {
        let readers = (0..count).map(|_| replica.reader()).collect::<Result<Vec<_>, _>>()?;
        let idle = Idle { readers, generation: 0 };
        let places = Arc::new(Semaphore::new(count));
        Ok(Self { dir: replica.dir().to_owned(), idle: Arc::new(Mutex::new(idle)), places })
    }

    /// The data folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the bytes of attached files lie.
    pub(crate) fn folder(&self) -> BlobFolder {
        BlobFolder::of(&self.dir)
    }

    /// Runs `act` with a reader, on a thread that may block.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Reader) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(Failure::internal)?;
        let pool = self.clone();
        let ran = tokio::task::spawn_blocking(move || {
            let _place = place;
            let (idle, generation) = {
                let mut idle = pool.idle();
                (idle.readers.pop(), idle.generation)
            };
            // One is missing after a panic, all are after they were let go.
            let reader = idle.map_or_else(|| Reader::open(&pool.dir), Ok)?;
            let done = act(&reader);
            let mut idle = pool.idle();
            if idle.generation == generation {
                idle.readers.push(reader);
            }
            Ok(done)
        });
        ran.await.map_err(Failure::internal)?
    }

    /// Has whoever reads from now on read with a reader that was opened since: a reader knows the epoch it was opened in.
    pub(crate) fn renew(&self) {
        let mut idle = self.idle();
        idle.readers.clear();
        idle.generation += 1;
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

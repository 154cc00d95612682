//! By whose right something is changed. A request may have begun long before its last byte came: whether whoever asked still
//! may is looked at when it is done, in the same commit.

use std::fmt;
use std::sync::Arc;

use replica_store::Reader;

use crate::Failure;

type Look = dyn Fn(&Reader) -> Result<(), Failure> + Send + Sync;

/// Whoever asked for a change: of the session or the token that the request came with.
#[derive(Clone)]
pub(crate) struct Right(Arc<Look>);

impl Right {
    /// The right of whoever can read the data folder: nobody takes it away.
    pub(crate) fn of_owner() -> Self {
        Self::of(|_| Ok(()))
    }

    /// A right that lasts as long as `look` has nothing against it.
    pub(crate) fn of(look: impl Fn(&Reader) -> Result<(), Failure> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// Refuses who may not any more.
    ///
    /// # Errors
    ///
    /// When the right is gone, or the database cannot be read.
    pub(crate) fn check(&self, reader: &Reader) -> Result<(), Failure> {
        (self.0)(reader)
    }
}

impl fmt::Debug for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Right")
    }
}

//! The catalogue of services.

use crate::service_id::ServiceId;

/// All services of one catalogue version.
#[derive(Debug, Clone)]
pub struct Catalogue {
    version: u32,
    ids: Vec<ServiceId>,
}

/// A catalogue that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the service catalogue cannot be used: {0}")]
pub struct CatalogueError(pub String);

impl Catalogue {
    /// Its version; records store it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Ids of its services, in order.
    pub fn ids(&self) -> &[ServiceId] {
        &self.ids
    }
}

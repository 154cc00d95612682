//! What a new transaction starts with.

use std::fmt;

use office_model::{OfficeCode, Serial, ServiceId};
use serde_json::{Map, Value};

/// A new transaction, already validated against the catalogue.
#[derive(Clone, PartialEq)]
pub struct NewTransaction {
    /// The office it belongs to, for life.
    pub office: OfficeCode,
    /// The service asked for.
    pub service: ServiceId,
    /// Version of the catalogue it was validated against.
    pub catalogue_version: u32,
    /// The form's values, in the catalogue's order: records of one service then have changes of one shape.
    pub fields: Map<String, Value>,
    /// The letter number, if it has one already.
    pub number: Option<String>,
    /// The serials it was given so far, where the service ends in a letter. `None` where it does not.
    pub serials: Option<Vec<Serial>>,
}

impl fmt::Debug for NewTransaction {
    /// Without the values: they are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewTransaction({:?}, {:?}, {} fields)", self.office, self.service, self.fields.len())
    }
}

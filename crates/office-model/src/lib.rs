//! The nouns and rules of village offices: offices, clerks, services, statuses, NIK. No I/O, no Automerge.
//!
//! Everything here is a pure function of its arguments: the day it is, the roster and the catalogue are inputs.
//! Values that came from a person are parsed once, at the edge, into types that cannot be wrong afterwards;
//! what is wrong with them is said in Indonesian and in English.
//!
//! It must never know storage, networks, clocks, or how a document is kept.

mod bilingual;
mod catalogue;
mod field_path;
mod office;
mod office_code;
mod office_kind;
mod roster;
mod service_id;
mod status;

pub use bilingual::Bilingual;
pub use catalogue::{Catalogue, CatalogueError};
pub use field_path::{FieldPath, ParseFieldPathError, Segment};
pub use office::{District, Office};
pub use office_code::{OfficeCode, ParseOfficeCodeError};
pub use office_kind::OfficeKind;
pub use roster::{LineProblem, Roster, RosterError};
pub use service_id::{ParseServiceIdError, ServiceId};
pub use status::{Approval, ParseStatusError, Status, StepError};

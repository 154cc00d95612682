//! The nouns and rules of village offices: offices, clerks, services, statuses, NIK. No I/O, no Automerge.
//!
//! Everything here is a pure function of its arguments: the day it is, the roster and the catalogue are inputs.
//! Values that came from a person are parsed once, at the edge, into types that cannot be wrong afterwards;
//! what is wrong with them is said in Indonesian and in English.
//!
//! It must never know storage, networks, clocks, or how a document is kept.

mod anonymity;
mod answer;
mod area;
mod awaited;
mod bilingual;
pub mod calendar;
mod catalogue;
mod chain;
mod check;
mod clerk;
mod concern;
mod counted;
mod edit;
mod fault;
mod field;
mod field_path;
pub mod granting;
mod kk_number;
mod letter_number;
mod letter_sign;
mod nik;
mod number_rule;
mod office;
mod office_code;
mod office_kind;
mod outcome;
mod own_value;
mod person_name;
mod phone;
pub mod register;
mod role;
mod roster;
mod rule;
mod rupiah;
mod serial;
mod service;
mod service_id;
mod sex;
mod status;
mod validate;
mod versions;
mod visible;
mod working_day;

pub use answer::{Answer, AnswerError, ParseAnswerError};
pub use area::AreaCode;
pub use awaited::{Awaited, ParseAwaitedError};
pub use bilingual::Bilingual;
pub use catalogue::{Attachment, Catalogue, CatalogueError, Sector};
pub use chain::{Approver, Chain, Checker, ParseChainError};
pub use clerk::{Clerk, ClerkId, SignsAs};
pub use concern::{Concern, ParseConcernError};
pub use counted::counted;
pub use edit::ValidEdit;
pub use fault::{CautionCode, Fault, FaultCode, Problem, Warning};
pub use field::{Choice, Day, DefaultValue, Field, FieldKind, IntLimit, MovingLimit, ONE_LINE, SpecificData};
pub use field_path::{FieldPath, ParseFieldPathError, Segment};
pub use kk_number::KkNumber;
pub use letter_number::{NumberParts, NumberTemplate};
pub use letter_sign::is_letter_sign;
pub use nik::Nik;
pub use number_rule::{NumberRule, NumberScope};
pub use office::{District, Office};
pub use office_code::{OfficeCode, ParseOfficeCodeError};
pub use office_kind::OfficeKind;
pub use outcome::Outcome;
pub use own_value::OwnValue;
pub use person_name::PersonName;
pub use phone::Phone;
pub use role::{ParseRoleError, Role};
pub use roster::{LineProblem, Roster, RosterError};
pub use rule::Rule;
pub use rupiah::Rupiah;
pub use serial::{ParseSerialError, ParseSeriesError, Serial, Series};
pub use service::{LetterCodes, Promise, PromiseUnit, Service};
pub use service_id::{ParseServiceIdError, ServiceId};
pub use sex::Sex;
pub use status::{Approval, ParseStatusError, Status, StepError};
pub use validate::{Said, Valid};
pub use versions::Versions;
pub use visible::{has_visible, is_visible};

//! What the hub knows of every office, and what it means.
//!
//! | file | what |
//! | --- | --- |
//! | `facts` | what the database says of an office and its machines; the only file here that reads |
//! | `standing` | how an office stands, from its facts: a pure function |
//! | `refusal` | what to tell of a machine whose call was refused, by the reason: pure |
//! | `advice` | what to tell the clerk on the telephone, from the same facts: a pure function |

pub(crate) mod advice;
pub(crate) mod facts;
mod refusal;
pub(crate) mod standing;

pub(crate) use facts::{BackupAge, NodeFacts, OfficeFacts, Regency};
pub(crate) use standing::{Mark, Standing, State};

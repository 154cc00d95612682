//! What the hub knows of every office, and what it means.
//!
//! | file | what |
//! | --- | --- |
//! | `facts` | what the database says of an office and its machines |
//! | `numbers_left` | how many letter numbers machines may still issue, for pages and commands alike |
//! | `standing` | how an office stands, from its facts: a pure function |
//! | `refusal` | what to tell of a machine whose call was refused, by the reason: pure |
//! | `advice` | what to tell the clerk on the telephone, from the same facts: a pure function |

pub(crate) mod advice;
pub(crate) mod facts;
mod numbers_left;
mod refusal;
pub(crate) mod standing;

pub(crate) use facts::{BACKUP_DAYS_MAX, BackupAge, NodeFacts, OfficeFacts, Regency};
pub(crate) use numbers_left::{issues_from, numbers_left, numbers_left_of_offices};
pub(crate) use standing::{Mark, Standing, State};

//! A letter as PDF: what a service's template says of a record, laid out as village offices print it. And registers
//! ([`Book`]) as PDF, spreadsheet and CSV.
//!
//! [`Templates`] turn a record into a [`Letter`]; [`Letter::to_pdf`] lays it out and writes it. Nothing here reads a
//! clock or a file, so that the same letter gives the same bytes on every machine, years later.

mod approved;
mod block;
mod book;
mod book_layout;
mod clean;
mod crest;
pub mod csv;
mod face;
mod fill;
mod layout;
mod letter;
mod line;
mod listing;
mod mark;
mod office;
mod paper;
mod pdf;
mod qr;
mod sheet;
mod show;
mod signer;
mod specimen;
pub mod spreadsheet;
mod table;
mod template;
mod template_check;

pub use approved::Approved;
pub use block::Block;
pub use book::{Book, BookKind, BookRow, Extension, ParseBookError};
pub use clean::one_line;
pub use crest::{Crest, CrestError};
pub use letter::{Finish, Letter, LetterFacts, PrintError};
pub use listing::Listing;
pub use office::Office;
pub use paper::Paper;
pub use signer::{Signer, Signers};
pub use specimen::{specimen, specimen_person, specimen_record};
pub use template::{TemplateError, Templates};
pub use template_check::{Misfit, MisfitKind};

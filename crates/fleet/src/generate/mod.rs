//! Made-up records of all services: right in form, plausible for Banyuwangi, the same under the same seed.
//!
//! No record is about anybody: names are drawn from lists, numbers are only valid in form.

mod dice;
mod lines;
mod names;
mod people;
mod person;
mod record;
mod steps;
mod texts;
mod values;
mod weights;

pub use dice::Dice;
pub use lines::{LineForm, LinesError, write_lines};
pub use record::{Generator, Record};
pub use steps::Step;

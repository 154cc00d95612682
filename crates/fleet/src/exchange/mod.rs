//! Two real exchanges with fixed keys, clock and records, and the page that shows their bytes.

mod page;
mod play;

pub use page::{put, render};
pub use play::{Bodies, play};

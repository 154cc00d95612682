//! The night's report: made once when the night is over, kept, and shown in every form from what was kept.
//!
//! | file | what |
//! | --- | --- |
//! | `facts` | all that a report is made from, as plain data |
//! | `report` | what a report holds; made from the facts alone |
//! | `window` | when offices are to call, and the one rule by which one is late; for pages, commands and figures, too. Pure |
//! | `late`, `work`, `documents`, `numbers` | its parts: why an office is late; transactions by service, sector and district; records that need a person; letter numbers. Pure |
//! | `words` | what people read for the report's words, in both languages |
//! | `table`, `forms` | the report as tables; CSV and spreadsheet of them. Pure |
//! | `gather` | reads the facts; the only file here that asks the database for them |
//! | `check`, `backup` | looks whether all that is stored is sound; writes and checks the night's backup |
//! | `kept` | which reports there are, and which nights are missing |
//! | `close` | the shell: makes the report of a night, step by step |

mod backup;
mod check;
pub(crate) mod close;
pub(crate) mod documents;
mod facts;
pub(crate) mod forms;
mod gather;
pub(crate) mod kept;
pub(crate) mod late;
pub(crate) mod numbers;
mod plan;
pub(crate) mod report;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod window;
pub(crate) mod words;
pub(crate) mod work;

pub use kept::wib;
pub(crate) use plan::Plan;
pub(crate) use report::Report;
pub(crate) use window::Window;

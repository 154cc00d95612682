//! What is made from the documents to be listed, searched and counted, and can be made again.

pub(crate) mod awaited;
pub(crate) mod citizens;
pub(crate) mod counts;
pub(crate) mod list;
pub(crate) mod overview;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod tally;

//! The gate in real processes: what kills one costs a document, and nothing else.

#[cfg(test)]
mod documents;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod sound;
#[cfg(test)]
mod start;

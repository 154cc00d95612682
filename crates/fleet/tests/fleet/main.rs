//! The promises of made-up records and bad lines.

#[cfg(test)]
mod generate;
#[cfg(test)]
mod link;

//! The promises of made-up records and bad lines.

#[cfg(test)]
mod demo;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod link;

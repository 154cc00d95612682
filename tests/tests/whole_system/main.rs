//! The promises of the whole.

#[cfg(test)]
mod architecture;

//! The promises of the model, tested from outside.

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod records;
#[cfg(test)]
mod roster;
#[cfg(test)]
mod status;
#[cfg(test)]
mod validate;

//! The driver on both sides, without a network.

#[cfg(test)]
mod checks;
#[cfg(test)]
mod commits;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod pair;
#[cfg(test)]
mod publications;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod wipes;

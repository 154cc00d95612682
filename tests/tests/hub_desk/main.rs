//! The operator's desk in a real browser, over a real hub that real nodes of offices call.

#[cfg(test)]
#[path = "../desk/browser.rs"]
#[allow(dead_code, reason = "the clerk's desk uses more of it")]
mod browser;
#[cfg(test)]
#[path = "../whole_system/door.rs"]
#[allow(dead_code, reason = "the tests of the exchange use more of it")]
mod door;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod handbook;
#[cfg(test)]
mod hub;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod pages;
#[cfg(test)]
#[path = "../whole_system/programs.rs"]
mod programs;

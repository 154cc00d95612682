//! The clerk's desk in a real browser, on a real node, with a real hub where one is needed.

#[cfg(test)]
mod above;
#[cfg(test)]
mod anonymous;
#[cfg(test)]
mod attachments;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod chain;
#[cfg(test)]
mod citizen;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod complaint;
#[cfg(test)]
mod counter;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod known;
#[cfg(test)]
mod lan;
#[cfg(test)]
mod link;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod office;
#[cfg(test)]
mod people;
#[cfg(test)]
#[path = "../whole_system/programs.rs"]
mod programs;
#[cfg(test)]
#[path = "../whole_system/proxy.rs"]
#[expect(dead_code, reason = "of the link, these tests need no more than that it is slow")]
mod proxy;
#[cfg(test)]
mod referred;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod refusing_disk;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod warned;
#[cfg(test)]
mod windows;
#[cfg(test)]
mod work;

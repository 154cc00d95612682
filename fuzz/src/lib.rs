//! Hands the fuzzer's bytes to the functions that the ordinary tests run too.

use fleet::hostile::TARGETS;

/// Runs the target of this name.
///
/// # Panics
/// When there is no such target, or it breaks a promise.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    (target.run)(bytes);
}

//! A password as commands take it: unseen and twice from whoever types it, one line from a program.

use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};

/// Reads a password of at most `bytes_max` bytes. At a terminal it is asked for with `prompt`, then `again`, and nothing of
/// it is shown. Nothing where the two differ.
///
/// # Errors
///
/// When standard input, or the terminal, cannot be read.
pub fn typed_secret(prompt: &str, again: &str, bytes_max: u64) -> io::Result<Option<String>> {
    if io::stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("{prompt} "))?;
        let second = rpassword::prompt_password(format!("{again} "))?;
        return Ok((first == second).then_some(first));
    }
    let mut line = String::new();
    BufReader::new(io::stdin().take(bytes_max)).read_line(&mut line)?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

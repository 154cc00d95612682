//! The program `village-node`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    village_node::commands::main()
}

//! `rappel`: parses its arguments and does what they say.

use std::process::ExitCode;

fn main() -> ExitCode {
    rappel::cli::run()
}

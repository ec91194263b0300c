//! A program that runs as long as it is held, and not longer: whichever way this process ends, the program ends too.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Starts the program, then reads the name of a signal; the end of this process is read as TERM. Then the program has two
/// seconds: phones whose switch is gone would wait half a minute to take leave of it. Whatever it has started and left behind,
/// as browsers do, is in the keeper's own group of processes, and ends with the keeper.
const KEEPER: &str = r#"
"$@" </dev/null &
read -r signal || signal=TERM
kill -s "$signal" $! 2>/dev/null
for _ in {1..40}; do
    kill -0 $! 2>/dev/null || break
    sleep 0.05
done
kill -KILL 0
"#;

pub struct Program {
    keeper: Child,
}

impl Program {
    /// What it says goes to the log.
    pub fn start(log: &Path, program: &Path, args: &[&str]) -> Self {
        let file = File::create(log).expect("a log can be made");
        let keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper"])
            .arg(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            // Not reached by what is typed at the terminal of the tests: it ends when they have ended.
            .process_group(0)
            .spawn()
            .expect("bash is there");
        Self { keeper }
    }

    /// Ends the program with a signal, and waits until it has ended.
    pub fn end(&mut self, signal: &str) {
        if let Some(mut stdin) = self.keeper.stdin.take() {
            writeln!(stdin, "{signal}").ok();
        }
        self.keeper.wait().ok();
    }
}

/// The end of what a program said.
pub fn last_words(log: &Path) -> String {
    let said = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = said.lines().collect();
    let from = lines.len().saturating_sub(20);
    format!("{}:\n{}", log.display(), lines[from..].join("\n"))
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end("TERM");
    }
}

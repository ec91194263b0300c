//! What commands say. `println!` of the standard library panics when nobody reads any more (`rappel ... | head`); here the rest
//! is left unsaid, and the command goes on: a server serves whether or not somebody reads its greeting.

use std::{
    error::Error,
    fmt::Arguments,
    io::{self, ErrorKind, Write},
};

/// As that of the standard library, without the panic.
macro_rules! println {
    () => { $crate::cli::say::out(format_args!("\n")) };
    ($($said:tt)*) => { $crate::cli::say::out(format_args!("{}\n", format_args!($($said)*))) };
}

/// As that of the standard library, without the panic.
macro_rules! print {
    ($($said:tt)*) => { $crate::cli::say::out(format_args!($($said)*)) };
}

/// Says it, if anybody reads.
pub(super) fn out(said: Arguments<'_>) {
    let mut out = io::stdout().lock();
    // A full disk is nothing that a command could tell on the same disk.
    out.write_fmt(said).and_then(|()| out.flush()).ok();
}

/// Did the reader go? That is nothing that went wrong.
pub(super) fn is_unread(error: &(dyn Error + 'static)) -> bool {
    let is_pipe = |error: &io::Error| error.kind() == ErrorKind::BrokenPipe;
    match error.downcast_ref().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => is_pipe(error),
        Some(_) => false,
        None => error.downcast_ref().is_some_and(is_pipe),
    }
}

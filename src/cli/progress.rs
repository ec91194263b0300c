//! Progress bars, only where a person looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` bytes, drawn on standard error, and only on a terminal.
pub fn bytes(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = "{bar:30} {percent:>3} %  {bytes}/{total_bytes}  {msg}  {elapsed} (about {eta} left)";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A line that changes, without an end that is known.
pub fn line() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    bar
}

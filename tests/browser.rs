//! The pages in a real browser.

mod desktop;
mod managers;
mod pictures;

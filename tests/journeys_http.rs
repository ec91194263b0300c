//! The agent's guide, line by line, as a client lives it: what is asked goes over HTTP, what is seen comes in answers and
//! in the event streams, and the telephone network is played by the test. The engine itself is asked by `journeys`.

mod around;
mod desk;
pub mod floor;
mod guide;
pub mod recording;
mod standing;

mod t01;
mod t02;
mod t03;
mod t04;
mod t05;
mod t06;
mod t07;
mod t08;
mod t09;
mod t10;

//! The agent's guide, line by line, as a client lives it: what is asked goes over HTTP, what is seen comes in answers and
//! in the event streams, and the telephone network is played by the test. The engine itself is asked by `journeys`.

mod floor;

mod t01;
mod t02;
mod t03;
mod t04;
mod t05;
mod t06;

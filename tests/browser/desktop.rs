//! The agent's desktop in a real browser: the ten tasks of the guide line by line, as an agent sees and does them, in both
//! languages; and what holds around them. The telephone network is played by the test, as in `journeys_http`.

mod around;
mod recording;
mod seat;
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

//! Real calls: the program as people run it, Asterisk as the switch, a carrier, agents' phones and customers who ring, speak
//! and hear. What is heard by whom is what counts.

mod detecting;
mod doctor;
mod house;
mod outcomes;
mod rate;
mod recording;
mod softphone;
mod softphone_page;
mod softphone_several;
mod standing;
mod supervising;
mod talking;
mod trouble;

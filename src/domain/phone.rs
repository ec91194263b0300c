//! Telephone numbers: one value for a number that was read and found valid, and how numbers are read.
//!
//! A list is read by [`read_number`], what one person types by [`read_typed_number`]; both accept and refuse the same and
//! write the same. Which time zones a number may be in is [`super::number_zones`].

mod country;
mod number;
mod reading;
mod tidy;

pub use country::{Country, UnknownCountry};
pub use number::{LineType, NotE164, PhoneNumber, ReadNumber};
pub use reading::{NumberProblem, is_number_of, is_shared_cost, read_number, read_typed_number};

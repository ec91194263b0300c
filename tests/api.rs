//! The API as a client meets it: a real server on a loopback port, a database in memory, a switch that the test plays.

mod access;
mod agent;
mod events;
mod files;
mod lists;
mod loading;
mod management;
mod pages;
mod phone_books;
mod queues;
mod reasons;
mod softphone;
pub mod world;

//! A little network of our own on the loopback interface: 127.77.N.0, where N is the first that no other test run has. So the
//! ports are always the same, and two runs at once do not meet.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// The ports of each address.
pub const SIP: u16 = 5060;
pub const ARI: u16 = 8088;
pub const CONTROL: u16 = 4444;
/// Held by the run whose network it is.
const CLAIM: u16 = 4999;

pub struct Network {
    pub third: u8,
    _claim: TcpListener,
}

impl Network {
    pub fn claim() -> Self {
        let claim = |third| {
            let claim = TcpListener::bind((address(third, 1), CLAIM)).ok()?;
            // Programs of a run that was killed may still be about to end.
            let free =
                [1, 2, 3, 11, 12, 13, 14].iter().all(|last| UdpSocket::bind((address(third, *last), SIP)).is_ok());
            (free && TcpListener::bind((address(third, 1), ARI)).is_ok()).then_some(Self { third, _claim: claim })
        };
        (1..=254).find_map(claim).expect("a network 127.77.N.0 of loopback that no other test run holds")
    }

    pub fn switch(&self) -> Ipv4Addr {
        address(self.third, 1)
    }

    /// Another Asterisk, for tests with several.
    pub fn second_switch(&self) -> Ipv4Addr {
        address(self.third, 3)
    }

    pub fn carrier(&self) -> Ipv4Addr {
        address(self.third, 2)
    }

    /// The phones 1001 to 1004 are the first to the fourth.
    pub fn phone(&self, nth: u8) -> Ipv4Addr {
        address(self.third, 10 + nth)
    }

    /// Configuration speaks of 127.0.0.1 and 127.0.0.2.
    pub fn prefix(&self) -> String {
        format!("127.77.{}.", self.third)
    }
}

fn address(third: u8, last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 77, third, last)
}

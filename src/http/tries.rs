//! How often passwords may be tried. Whoever guesses is slowed down, and nobody can lock out a colleague with it: a browser in
//! which somebody signed in before has tries of its own, and so has every address.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};

use super::problem::{Code, Problem};

/// When so many are counted, those that were idle are forgotten.
const COUNTED: usize = 10_000;
/// The characters of a name that count; no name is longer.
const LOGIN_CHARACTERS: usize = 100;

/// From where somebody tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A browser in which they signed in before, by the mark that it keeps of it.
    Known(String),
    /// Anywhere else.
    Address(IpAddr),
}

/// Counts tries.
pub(super) struct Tries {
    /// One name at one place.
    here: DefaultKeyedRateLimiter<(Place, String)>,
    /// One name, by strangers at all places together: as slowly as one place may in the long run, so that one alone cannot use
    /// up the tries of the others.
    strangers: DefaultKeyedRateLimiter<String>,
    /// All names at one address: a whole house may sit behind one.
    address: DefaultKeyedRateLimiter<IpAddr>,
}

impl Tries {
    pub fn new() -> Self {
        let quota = |every: Duration, at_once| {
            let quota = Quota::with_period(every).expect("it is longer than nothing");
            quota.allow_burst(NonZeroU32::new(at_once).expect("it is not zero"))
        };
        Self {
            here: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(30), 10)),
            strangers: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_secs(30), 100)),
            address: DefaultKeyedRateLimiter::dashmap(quota(Duration::from_millis(100), 600)),
        }
    }

    /// Counts one try.
    pub fn check(&self, place: Place, login: &str) -> Result<(), Problem> {
        let login: String = login.chars().take(LOGIN_CHARACTERS).collect();
        let place = place.coarse();
        if let Place::Address(address) = &place {
            count(&self.address, address)?;
        }
        count(&self.here, &(place.clone(), login.clone()))?;
        match place {
            Place::Known(_) => Ok(()),
            Place::Address(_) => count(&self.strangers, &login),
        }
    }
}

fn count<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Problem> {
    if limiter.len() > COUNTED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(limiter.clock().now());
        Problem::new(Code::TooManyTries, "too many tries to sign in: wait a moment").retry_after(wait.as_secs() + 1)
    })
}

impl Place {
    /// Who has one address of IPv6 has the 64 bits behind it too.
    fn coarse(self) -> Self {
        match self {
            Self::Address(IpAddr::V6(ip)) => {
                let network = ip.to_bits() >> 64 << 64;
                Self::Address(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
            place => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Place {
        Place::Address(address.parse().unwrap())
    }

    /// How many tries are let through.
    fn let_through(tries: &Tries, login: &str, places: impl Iterator<Item = Place>) -> usize {
        places.filter(|place| tries.check(place.clone(), login).is_ok()).count()
    }

    #[test]
    fn one_who_guesses_keeps_nobody_else_out() {
        let tries = Tries::new();
        assert_eq!(let_through(&tries, "kim", std::iter::repeat_n(at("192.0.2.1"), 50)), 10);
        assert!(tries.check(at("192.0.2.2"), "kim").is_ok(), "elsewhere");
        assert!(tries.check(at("192.0.2.1"), "lea").is_ok(), "a colleague");
    }

    #[test]
    fn many_who_guess_are_slowed_down_and_keep_nobody_out_who_signed_in_before() {
        let tries = Tries::new();
        let many = (0..250_u8).map(|last| at(&format!("192.0.2.{last}")));
        assert_eq!(let_through(&tries, "kim", many), 100);
        assert!(tries.check(Place::Known("mark".to_owned()), "kim").is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let tries = Tries::new();
        let many = (0..250).map(|last| at(&format!("2001:db8::{last:x}")));
        assert_eq!(let_through(&tries, "kim", many), 10);
    }

    #[test]
    fn many_names_at_one_address_are_slowed_down() {
        let tries = Tries::new();
        let passed = (0..1_000).filter(|n| tries.check(at("192.0.2.1"), &format!("name{n}")).is_ok()).count();
        assert!((600..1_000).contains(&passed), "{passed}");
    }
}

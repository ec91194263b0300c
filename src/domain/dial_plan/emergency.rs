//! Emergency numbers, so that they are known when somebody dials one.
//!
//! The table has the countries that [`super::super::calling_defaults`] has hours for. 112, 911 and 999 count everywhere:
//! telephones of every network take the first two for emergency calls (3GPP TS 22.101, clause 10), and people dial the
//! number that they learned as children. Sources: the emergency numbers of the short-number metadata of libphonenumber
//! 9.0.43, and those that are named besides.

use crate::domain::phone::Country;

/// Everywhere.
const COMMON: &[&str] = &["112", "911", "999"];

const BY_COUNTRY: &[(&[&str], &[&str])] = &[
    (&["US", "PR", "VI", "GU", "AS", "MP", "CA"], &["911"]),
    // ARCEP, numbering plan: also 114 (deaf people), 115, 119 (children) and 191, 196, 197 (air, sea, attacks).
    (&["FR", "GP", "MQ", "GF", "RE", "YT"], &["15", "17", "18", "112", "114", "115", "119", "191", "196", "197"]),
    (&["GB"], &["999", "112"]),
    (&["DE"], &["110", "112"]),
    // Police, Guardia Civil, health and fire brigades of before 112, all still answered.
    (&["ES"], &["061", "062", "080", "085", "088", "091", "092", "112"]),
    (&["IT"], &["111", "112", "113", "115", "118"]),
    (&["AU"], &["000", "106", "112"]),
    (&["IN"], &["100", "101", "102", "108", "112", "1298", "2611"]),
    (&["BR"], &["112", "128", "190", "192", "193", "911"]),
];

/// Is this an emergency number in `country`?
pub(super) fn is_emergency(country: Country, digits: &str) -> bool {
    let own = BY_COUNTRY.iter().filter(|(countries, _)| countries.contains(&country.as_str()));
    own.flat_map(|(_, numbers)| *numbers).chain(COMMON).any(|number| *number == digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calling_defaults;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    #[test]
    fn numbers_of_the_country_and_those_of_everywhere_are_known() {
        for (code, digits, is_one) in [
            ("US", "911", true),
            ("US", "112", true),
            ("US", "17", false),
            ("FR", "17", true),
            ("AU", "000", true),
            ("NZ", "911", true),
            ("US", "9112", false),
            ("US", "", false),
        ] {
            assert_eq!(is_emergency(country(code), digits), is_one, "{code} {digits}");
        }
    }

    #[test]
    fn each_country_is_one_and_has_hours_too() {
        for (countries, numbers) in BY_COUNTRY {
            assert!(numbers.iter().all(|number| number.bytes().all(|b| b.is_ascii_digit())));
            for code in *countries {
                assert_ne!(
                    calling_defaults::cautious_hours(country(code)).citation,
                    calling_defaults::cautious_hours(country("NZ")).citation,
                    "{code}"
                );
            }
        }
    }
}

//! Which time zones a telephone number may be in.
//!
//! The answer is a set, and every doubt makes it larger: a contact is called only when the window is open in all of it.
//! Digits tell a place for lines at a place, and where mobiles are numbered by area. Any other number of a country may be
//! anywhere in it. Freephone and premium numbers, and numbers of no country, are nowhere: their zones are unknown.
//!
//! The table is `data/number_zones.tsv`; how it is made, and why it is not the published one, is in
//! `data/make_number_zones.py` and `data/corrections.tsv`.

use std::sync::OnceLock;

use super::{
    phone::{Country, LineType, ReadNumber},
    zone::ZoneSet,
};

const TABLE: &str = include_str!("data/number_zones.tsv");

/// The length of the longest key, and the zones by key (digits, or a country), sorted.
type Rows = (usize, Vec<(&'static str, ZoneSet)>);

/// The zones `number` may be in; unknown when it is nowhere in particular.
pub fn zones_of(number: &ReadNumber) -> ZoneSet {
    let Some(country) = number.country else { return ZoneSet::unknown() };
    if matches!(number.line_type, LineType::TollFree | LineType::PremiumRate) {
        return ZoneSet::unknown();
    }
    let by_digits = if tells_a_place(number) { longest_prefix(number.number.digits()) } else { None };
    by_digits.or_else(|| row(country.as_str())).cloned().unwrap_or_default()
}

/// Every zone of a country; of zones with one clock only one.
pub fn zones_of_country(country: Country) -> ZoneSet {
    row(country.as_str()).cloned().unwrap_or_default()
}

/// Do the digits tell where the line is? The plans of North America (1), Mexico (52) and Chile (56) do not tell lines from
/// mobiles, but number by area (Chile's mobiles are an area of their own, 9); Brazil (55) numbers mobiles by area too.
fn tells_a_place(number: &ReadNumber) -> bool {
    match number.line_type {
        LineType::FixedLine => true,
        LineType::FixedLineOrMobile => ["1", "52", "56"].iter().any(|code| number.number.digits().starts_with(code)),
        LineType::Mobile => number.number.digits().starts_with("55"),
        LineType::TollFree | LineType::PremiumRate | LineType::Other => false,
    }
}

fn longest_prefix(digits: &str) -> Option<&'static ZoneSet> {
    let longest = rows().0.min(digits.len());
    (1..=longest).rev().find_map(|n| row(&digits[..n]))
}

fn row(key: &str) -> Option<&'static ZoneSet> {
    let rows = &rows().1;
    rows.binary_search_by_key(&key, |(key, _)| key).ok().map(|at| &rows[at].1)
}

fn rows() -> &'static Rows {
    static ROWS: OnceLock<Rows> = OnceLock::new();
    ROWS.get_or_init(|| {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let mut rows: Vec<_> = lines
            .map(|line| {
                let (key, zones) = line.split_once('\t').expect("a test reads every line of the table");
                (key, zones.parse().expect("a test reads every zone of the table"))
            })
            .collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        (rows.iter().map(|(key, _)| key.len()).max().unwrap_or_default(), rows)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::domain::phone::read_number;

    /// The area codes whose ground shows two clock times.
    const SPLIT: [&str; 25] = [
        "208", "219", "250", "270", "308", "418", "423", "541", "574", "605", "606", "620", "701", "709", "775", "785",
        "807", "812", "850", "867", "879", "906", "907", "928", "986",
    ];

    fn read(number: &str) -> ReadNumber {
        read_number(number, "US".parse().unwrap()).unwrap_or_else(|problem| panic!("{number}: {problem}"))
    }

    fn zones(number: &str) -> String {
        zones_of(&read(number)).to_string()
    }

    fn area(code: &str) -> &'static ZoneSet {
        row(&format!("1{code}")).unwrap_or_else(|| panic!("{code} has no row"))
    }

    /// The offsets from UTC in a winter and a summer after the rules of 2026.
    fn clocks(zones: &ZoneSet) -> BTreeSet<[i32; 2]> {
        let instants = ["2027-01-15T12:00:00Z", "2027-07-15T12:00:00Z"].map(|at| at.parse::<Timestamp>().unwrap());
        let clock = |name: &str| {
            let zone = TimeZone::get(name).unwrap();
            instants.map(|at| zone.to_offset(at).seconds())
        };
        zones.iter().map(|zone| clock(zone.name())).collect()
    }

    #[test]
    fn every_line_parses_is_sorted_and_names_zones() {
        let keys: Vec<_> = rows().1.iter().map(|(key, _)| *key).collect();
        assert!(keys.len() > 3000, "{}", keys.len());
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "a key is there twice");
        assert!(rows().1.iter().all(|(_, zones)| !zones.is_unknown()));
    }

    #[test]
    fn every_country_with_numbers_has_zones() {
        let regions = rlibphonenumber::PHONE_NUMBER_UTIL.get_supported_regions();
        let without: Vec<_> =
            regions.map(|region| region.to_string()).filter(|code| row(code).is_none() && code != "001").collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn distinct_zone_sets_stay_few() {
        let sets: BTreeSet<_> = rows().1.iter().map(|(_, zones)| zones).collect();
        assert!(sets.len() < 600, "{}", sets.len());
    }

    #[test]
    fn split_area_codes_show_every_clock_of_theirs() {
        for code in SPLIT {
            assert!(clocks(area(code)).len() >= 2, "{code}: {}", area(code));
        }
    }

    #[test]
    fn an_area_code_is_the_union_of_its_exchanges() {
        for (exchange, zones) in rows().1.iter().filter(|(key, _)| key.starts_with('1') && key.len() > 4) {
            let area = row(&exchange[..4]).unwrap_or_else(|| panic!("{exchange} has no area code"));
            assert!(clocks(zones).is_subset(&clocks(area)), "{exchange}: {zones} is not in {area}");
        }
    }

    #[test]
    fn an_unlisted_exchange_of_219_may_be_central() {
        assert_eq!(zones("+1 219 555 1234"), "America/Chicago,America/New_York");
        assert_eq!(zones("+1 219 924 1234"), "America/Chicago", "a listed exchange stays exact");
    }

    #[test]
    fn an_unlisted_exchange_of_423_may_be_eastern() {
        assert_eq!(zones("+1 423 555 1234"), "America/Chicago,America/New_York");
    }

    #[test]
    fn overlays_inherit_the_split() {
        let overlays = [
            ("448", "850"),
            ("364", "270"),
            ("930", "812"),
            ("458", "541"),
            ("236", "250"),
            ("672", "250"),
            ("778", "250"),
            ("367", "418"),
            ("581", "418"),
            ("879", "709"),
        ];
        for (overlay, parent) in overlays {
            assert_eq!(area(overlay), area(parent), "{overlay}");
            assert!(clocks(area(overlay)).len() >= 2, "{overlay}");
        }
    }

    #[test]
    fn saskatchewan_474_is_regina_like_306_and_639() {
        for code in ["474", "306", "639"] {
            assert_eq!(area(code).to_string(), "America/Regina");
        }
    }

    #[test]
    fn orlando_689_is_eastern() {
        assert_eq!(area("689").to_string(), "America/New_York");
    }

    #[test]
    fn newfoundland_879_is_not_puerto_rico() {
        assert_eq!(area("879").to_string(), "America/Halifax,America/St_Johns");
    }

    #[test]
    fn illinois_861_and_california_837_are_present() {
        assert_eq!(area("861").to_string(), "America/Chicago");
        assert_eq!(area("837").to_string(), "America/Los_Angeles");
    }

    #[test]
    fn an_unlisted_exchange_of_867_may_be_anywhere_in_the_north() {
        let north = ["Whitehorse", "Edmonton", "Inuvik", "Cambridge_Bay", "Rankin_Inlet", "Resolute", "Iqaluit"];
        let north = north.iter().map(|town| format!("America/{town}").parse().unwrap()).collect();
        assert!(clocks(&north).is_subset(&clocks(area("867"))), "{}", area("867"));
    }

    #[test]
    fn nunavut_does_not_follow_the_provinces_south_of_it() {
        assert_eq!(zones("+1 867 645 1234"), "America/Rankin_Inlet");
        assert_eq!(zones("+1 867 983 1234"), "America/Cambridge_Bay");
    }

    #[test]
    fn stand_in_zones_give_way_to_the_country() {
        for (country, own) in [
            ("DZ", "Africa/Algiers"),
            ("MA", "Africa/Casablanca"),
            ("NI", "America/Managua"),
            ("LY", "Africa/Tripoli"),
            ("BY", "Europe/Minsk"),
            ("IE", "Europe/Dublin"),
            ("IN", "Asia/Kolkata"),
        ] {
            assert_eq!(zones_of_country(country.parse().unwrap()).to_string(), own);
        }
        assert_eq!(zones("+213 21 73 12 34"), "Africa/Algiers", "a fixed line");
        assert_eq!(zones("+7 401 230 12 34"), "Europe/Kaliningrad");
    }

    #[test]
    fn mobiles_take_the_whole_country() {
        let mobile = read("+61 412 345 678");
        assert_eq!(mobile.line_type, LineType::Mobile);
        let everywhere: ZoneSet =
            "Australia/Adelaide,Australia/Brisbane,Australia/Darwin,Australia/Eucla,Australia/Lord_Howe,\
                                   Australia/Perth,Australia/Sydney,Indian/Christmas,Indian/Cocos"
                .parse()
                .unwrap();
        assert_eq!(zones_of(&mobile), everywhere);
        assert_eq!(zones("+61 3 9374 4000"), "Australia/Sydney", "a fixed line stays where it is");
    }

    #[test]
    fn a_mobile_of_chile_may_be_on_easter_island() {
        assert_eq!(clocks(&zones_of(&read("+56 9 6123 4567"))), clocks(row("CL").unwrap()));
        assert_eq!(clocks(row("CL").unwrap()).len(), 3);
        assert_eq!(zones("+56 2 2345 6789"), "America/Santiago");
        assert_eq!(zones("+56 67 223 4567"), "America/Coyhaique");
        assert_eq!(zones("+56 32 223 4567"), "America/Santiago,Pacific/Easter");
    }

    #[test]
    fn mobiles_numbered_by_area_stay_in_it() {
        assert_eq!(zones("+55 11 96123 4567"), "America/Sao_Paulo");
        assert_eq!(zones("+52 664 123 4567"), "America/Tijuana");
        assert_eq!(zones("+1 312 555 0142"), "America/Chicago");
    }

    #[test]
    fn numbers_of_no_place_are_unknown() {
        for number in ["+1 800 555 0199", "+1 900 555 0199", "+800 1234 5678", "+870 773 111 632", "+44 800 123 4567"] {
            assert!(zones_of(&read(number)).is_unknown(), "{number}");
        }
    }

    #[test]
    fn every_north_american_area_code_has_a_row() {
        for code in 200..1000 {
            let Ok(read) = read_number(&format!("+1{code}5551234"), "US".parse().unwrap()) else { continue };
            if read.line_type == LineType::FixedLineOrMobile {
                assert!(row(&format!("1{code}")).is_some(), "{code}");
            }
        }
    }
}

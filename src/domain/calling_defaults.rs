//! Cautious calling hours of a country: what holds when a campaign names none, and what a campaign's own hours are
//! compared with.
//!
//! These are not the law of a place but hours that we know to lie inside it: of several rules that may apply to one list
//! (states, codes of conduct) the narrowest counts. Public holidays are not among them: list them as `closed_dates`.
//! Sources were read on 2026-11-23; this is no legal advice.

use jiff::civil::Weekday::{self, Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};

use super::{
    calling_window::{CallingWindow, Span},
    phone::Country,
};

/// The cautious hours of a country, and why they are so.
#[derive(Clone, Debug, PartialEq)]
pub struct CautiousHours {
    /// The hours.
    pub window: CallingWindow,
    /// The rule they come from, to be shown to a person.
    pub citation: &'static str,
}

struct Row {
    countries: &'static [&'static str],
    hours: &'static [(&'static [Weekday], &'static [&'static str])],
    citation: &'static str,
}

const MON_FRI: &[Weekday] = &[Monday, Tuesday, Wednesday, Thursday, Friday];
const SAT: &[Weekday] = &[Saturday];
const SAT_SUN: &[Weekday] = &[Saturday, Sunday];
const DAILY: &[Weekday] = &[Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];

const ROWS: &[Row] = &[
    Row {
        countries: &["US", "PR", "VI", "GU", "AS", "MP"],
        hours: &[(MON_FRI, &["10:00-18:00"]), (SAT, &["10:00-17:00"])],
        citation: "47 CFR 64.1200(c)(1) allows 08:00-21:00; of the states, Kentucky opens at 10:00 (secondary sources), \
                   Rhode Island closes at 18:00 and on Saturday at 17:00 (R.I.G.L. 5-61-3.6), and Louisiana, Mississippi, \
                   Rhode Island and Utah close on Sunday",
    },
    Row {
        countries: &["CA"],
        hours: &[(MON_FRI, &["09:00-21:30"]), (SAT_SUN, &["10:00-18:00"])],
        citation: "CRTC Unsolicited Telecommunications Rules; a province may be narrower",
    },
    Row {
        countries: &["FR", "GP", "MQ", "GF", "RE", "YT"],
        hours: &[(MON_FRI, &["10:00-13:00", "14:00-20:00"])],
        citation: "article D.223-9 of the Code de la consommation (decree 2022-1313), since 2023-03-01",
    },
    Row {
        countries: &["GB"],
        hours: &[(MON_FRI, &["09:00-20:00"])],
        citation: "no statute names hours; these are ours, inside the trade's own 08:00-21:00",
    },
    Row {
        countries: &["DE"],
        hours: &[(MON_FRI, &["09:00-20:00"])],
        citation: "no statute names hours; these are ours (consent is what UWG section 7 asks for)",
    },
    Row {
        countries: &["ES"],
        hours: &[(MON_FRI, &["09:00-21:00"])],
        citation: "article 96.2 of Real Decreto Legislativo 1/2007",
    },
    Row {
        countries: &["IT"],
        hours: &[(MON_FRI, &["09:00-20:00"]), (SAT, &["10:00-19:00"])],
        citation: "code of conduct for telemarketing approved by the Garante, in force since 2024; it binds who joined it",
    },
    Row {
        countries: &["AU"],
        hours: &[(MON_FRI, &["09:00-20:00"]), (SAT, &["09:00-17:00"])],
        citation: "Telecommunications (Telemarketing and Research Calls) Industry Standard 2017",
    },
    Row {
        countries: &["IN"],
        hours: &[(DAILY, &["10:00-21:00"])],
        citation: "TRAI bars 21:00-09:00 (2010); the trade calls from 10:00 on",
    },
    Row {
        countries: &["BR"],
        hours: &[(MON_FRI, &["09:00-21:00"]), (SAT, &["10:00-16:00"])],
        citation: "Anatel's telemarketing rules as reported on 2022-10-20",
    },
];

const ELSEWHERE: Row = Row {
    countries: &[],
    hours: &[(MON_FRI, &["10:00-18:00"])],
    citation: "we know no rule of this country; these are ours, office hours almost everywhere",
};

/// The cautious hours of `country`; office hours where we know no rule.
pub fn cautious_hours(country: Country) -> CautiousHours {
    let code = country.to_string();
    let row = ROWS.iter().find(|row| row.countries.contains(&code.as_str())).unwrap_or(&ELSEWHERE);
    CautiousHours { window: row.window(), citation: row.citation }
}

impl Row {
    fn window(&self) -> CallingWindow {
        let spans = self.hours.iter().flat_map(|(days, spans)| {
            days.iter()
                .flat_map(|day| spans.iter().map(|span| (*day, span.parse::<Span>().expect("a test reads them all"))))
        });
        CallingWindow::new(spans).expect("a test reads them all")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn hours(country: &str, day: Weekday) -> String {
        let spans = cautious_hours(country.parse().unwrap()).window.spans(day).to_vec();
        spans.iter().map(Span::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_country_has_its_narrowest_hours() {
        for (country, monday, saturday, sunday) in [
            ("US", "10:00-18:00", "10:00-17:00", ""),
            ("PR", "10:00-18:00", "10:00-17:00", ""),
            ("CA", "09:00-21:30", "10:00-18:00", "10:00-18:00"),
            ("FR", "10:00-13:00 14:00-20:00", "", ""),
            ("RE", "10:00-13:00 14:00-20:00", "", ""),
            ("GB", "09:00-20:00", "", ""),
            ("DE", "09:00-20:00", "", ""),
            ("ES", "09:00-21:00", "", ""),
            ("IT", "09:00-20:00", "10:00-19:00", ""),
            ("AU", "09:00-20:00", "09:00-17:00", ""),
            ("IN", "10:00-21:00", "10:00-21:00", "10:00-21:00"),
            ("BR", "09:00-21:00", "10:00-16:00", ""),
            ("JP", "10:00-18:00", "", ""),
        ] {
            assert_eq!(hours(country, Monday), monday, "{country}");
            assert_eq!(hours(country, Saturday), saturday, "{country}");
            assert_eq!(hours(country, Sunday), sunday, "{country}");
        }
    }

    #[test]
    fn every_row_is_of_countries_that_exist_and_of_no_other_row() {
        let codes: Vec<_> = ROWS.iter().flat_map(|row| row.countries).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        for code in codes {
            let found = cautious_hours(code.parse().unwrap());
            assert!(!found.window.is_never_open() && !found.citation.is_empty(), "{code}");
        }
    }
}

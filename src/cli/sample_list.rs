//! Made-up contact lists: people who do not exist, at numbers reserved for fiction, in many area codes. For the demo, for
//! trying out `load` and `simulate`, and for tests.

use std::io::Write;

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// Area codes of the United States, west to east, with those that lie in two zones.
const AREA_CODES: &[u16] = &[
    907, 808, 206, 253, 360, 425, 509, 503, 541, 971, 208, 775, 702, 209, 213, 310, 323, 408, 415, 510, 530, 559, 562,
    619, 626, 650, 661, 707, 714, 760, 805, 818, 831, 858, 909, 916, 925, 949, 951, 602, 480, 520, 623, 928, 801, 435,
    406, 307, 303, 719, 720, 970, 505, 575, 915, 605, 701, 308, 402, 316, 620, 785, 913, 405, 580, 918, 210, 214, 254,
    281, 325, 361, 409, 432, 469, 512, 682, 713, 806, 817, 832, 903, 936, 940, 956, 972, 979, 218, 320, 507, 612, 651,
    763, 952, 319, 515, 563, 641, 712, 314, 417, 573, 636, 660, 816, 479, 501, 870, 225, 318, 337, 504, 985, 228, 601,
    662, 205, 251, 256, 334, 217, 309, 312, 618, 630, 708, 773, 815, 847, 262, 414, 608, 715, 920, 615, 731, 901, 931,
    219, 270, 423, 812, 850, 865, 317, 574, 765, 260, 502, 606, 859, 231, 248, 269, 313, 517, 586, 616, 734, 810, 906,
    989, 216, 330, 419, 440, 513, 614, 740, 937, 229, 404, 478, 678, 706, 770, 912, 239, 305, 321, 352, 386, 407, 561,
    727, 754, 772, 786, 813, 863, 904, 941, 954, 803, 843, 864, 252, 336, 704, 828, 910, 919, 276, 434, 540, 571, 703,
    757, 804, 304, 202, 240, 301, 410, 443, 302, 215, 267, 412, 484, 570, 610, 717, 724, 814, 201, 609, 732, 856, 908,
    973, 212, 315, 516, 518, 585, 607, 631, 646, 716, 718, 845, 914, 917, 203, 860, 401, 413, 508, 617, 774, 781, 978,
    603, 802, 207,
];
const FIRST_NAMES: &[&str] = &[
    "Amina", "Bruno", "Chloe", "Dario", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kenza", "Liam", "Mara",
    "Nadia", "Omar", "Petra", "Quinn", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Walid", "Xenia", "Yara", "Zoe",
];
const LAST_NAMES: &[&str] = &[
    "Abbott", "Bertrand", "Castillo", "Dubois", "Ekberg", "Fontaine", "Grant", "Haddad", "Ibarra", "Jansen", "Keller",
    "Laurent", "Moreau", "Novak", "Okafor", "Perrin", "Quist", "Rossi", "Santos", "Tanaka", "Ueda", "Varga", "Weber",
    "Xu", "Yilmaz", "Zimmer",
];
const PLANS: &[&str] = &["Confort", "Essentiel", "Famille", "Pro"];

/// The country whose fictional numbers are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Numbers {
    /// 555-0100 to 555-0199 in each area code of the United States.
    #[default]
    Us,
    /// Ranges that ARCEP keeps for fiction: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49.
    Fr,
}

/// Writes `count` contacts as CSV. The same seed writes the same list.
///
/// # Errors
/// Those of the writer.
pub fn write(to: impl Write, count: usize, numbers: Numbers, seed: u64) -> csv::Result<()> {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut list = csv::Writer::from_writer(to);
    // The columns that the example campaigns show.
    let fields = match numbers {
        Numbers::Us => ["policy", "renewal_date", "premium"],
        Numbers::Fr => ["Contrat", "Échéance", "Formule"],
    };
    list.write_record(["Account Number", "First Name", "Last Name", "Phone1", "Phone2"].into_iter().chain(fields))?;
    for i in 0..count {
        let first = number(i, numbers);
        // A quarter has a second number.
        let second = if i.is_multiple_of(4) { number(i + count, numbers) } else { String::new() };
        let policy = format!("2024-{:05}", dice.random_range(0..100_000));
        let day = format!("2027-{:02}-{:02}", dice.random_range(1..=12), dice.random_range(1..=28));
        let plan = match numbers {
            Numbers::Us => format!("{} USD", dice.random_range(120..900)),
            Numbers::Fr => pick(&mut dice, PLANS).to_owned(),
        };
        list.write_record([
            format!("{}{:06}", if numbers == Numbers::Us { "US" } else { "FR" }, i + 1),
            pick(&mut dice, FIRST_NAMES).to_owned(),
            pick(&mut dice, LAST_NAMES).to_owned(),
            first,
            second,
            policy,
            day,
            plan,
        ])?;
    }
    list.flush()?;
    Ok(())
}

fn pick<'a>(dice: &mut Xoshiro256PlusPlus, from: &[&'a str]) -> &'a str {
    from[dice.random_range(0..from.len())]
}

/// The `i`th number, from all area codes in turn; they repeat when all are used.
fn number(i: usize, numbers: Numbers) -> String {
    match numbers {
        Numbers::Us => {
            // A stride that shares no factor with the count, so that neighbours on the list live far apart.
            let area = AREA_CODES[(i * 97) % AREA_CODES.len()];
            format!("{area}-555-{:04}", 100 + (i / AREA_CODES.len()) % 100)
        }
        Numbers::Fr => {
            const RANGES: &[&str] = &["0199 00", "0261 91", "0353 01", "0465 71", "0536 49"];
            let range = RANGES[i % RANGES.len()];
            format!("{range}{:04}", (i / RANGES.len()) % 10_000)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{number_zones, phone::read_number};

    #[test]
    fn every_number_is_valid_and_most_zones_are_there() {
        for (numbers, country) in [(Numbers::Us, "US"), (Numbers::Fr, "FR")] {
            let mut written = Vec::new();
            write(&mut written, 1_000, numbers, 7).unwrap();
            let mut zones = BTreeSet::new();
            for row in csv::Reader::from_reader(&written[..]).records() {
                let row = row.unwrap();
                let read = read_number(&row[3], country.parse().unwrap()).unwrap();
                zones.insert(number_zones::zones_of(&read));
            }
            assert!(zones.len() > if numbers == Numbers::Us { 10 } else { 0 }, "{zones:?}");
        }
    }

    #[test]
    fn no_number_comes_twice_in_a_list_of_the_demos_size() {
        let numbers: BTreeSet<String> = (0..6_000).map(|i| number(i, Numbers::Us)).collect();
        assert_eq!(numbers.len(), 6_000);
    }
}

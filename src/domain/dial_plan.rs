//! The dial plan: which numbers an agent may dial, and what goes to the switch of what they typed.
//!
//! [`DialPlan::permit`] is the only place that makes a [`PlacePermit`], and the switch dials nothing else for an agent. So a
//! text like `1234&SIP/evil`, `${x}` or `*72...` cannot reach a switch: it is neither an extension, an emergency number
//! nor a telephone number, and is refused. What the permit holds is digits, and at most one plus before them.
//!
//! Read it in this order: an emergency number is known first, so that no extension hides it; then comes an extension, which
//! a switch must only ring inside the house and never hand to a trunk, because short numbers outside (directory enquiries)
//! can be dear; then a telephone number, which is asked what it costs before it is asked where it is.

mod emergency;
mod target;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::target::{NotAPrefix, NotAShortNumber, NumberPrefix, ShortNumber, Target};

use super::{
    dial_pad::PadText,
    phone::{
        Country, LineType, NumberProblem, PhoneNumber, ReadNumber, is_number_of, is_shared_cost, read_typed_number,
    },
    refusal::Refusal,
};

/// The most digits that an extension can have: from seven on it might be a number of the place.
pub const EXTENSION_DIGITS_MAX: u8 = 6;

/// Dear for the caller although of no country, with whom they were assigned to: ITU-T E.164, List of assigned country
/// codes (annex to ITU Operational Bulletin No. 1114), and for +979 and +808 ITU-T E.169.2 and E.169.3.
const PREMIUM_PREFIXES: &[&str] = &[
    "979", // International Premium Rate Service
    "808", // International Shared Cost Service: the caller pays a share that another sets
];

/// Satellites and international networks: the same list of the ITU.
const SATELLITE_PREFIXES: &[&str] = &[
    "870", // Inmarsat, single number access
    "881", // Global Mobile Satellite System: Iridium, Globalstar
    "882", // International networks, Thuraya among them
    "883", // International networks
];

/// Which numbers agents may dial. What is left out is safe rather than eager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
pub struct DialPlan {
    /// The country of numbers without an international prefix.
    pub country: Country,
    /// The countries whose numbers may be dialled.
    pub countries: BTreeSet<Country>,
    /// May extensions be dialled?
    pub extensions_allowed: bool,
    /// The fewest digits of an extension.
    pub extension_digits_min: u8,
    /// The most digits of an extension, 6 at most.
    pub extension_digits_max: u8,
    /// Numbers that begin so are denied, whatever else allows them.
    pub denied_prefixes: BTreeSet<NumberPrefix>,
    /// May premium-rate and shared-cost numbers be dialled?
    pub premium_allowed: bool,
    /// May satellites and international networks be dialled?
    pub satellite_allowed: bool,
    /// What becomes of emergency numbers.
    pub emergency: EmergencyCalls,
}

/// What becomes of emergency numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyCalls {
    /// They are refused, and the agent is told to use a telephone: the switch may not be where the agent is, and help would
    /// be sent to the wrong place.
    #[default]
    Deny,
    /// They are dialled.
    Allow,
}

impl Default for DialPlan {
    fn default() -> Self {
        Self::try_from(Written::default()).expect("a test makes it")
    }
}

/// The plan as a settings file has it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Written {
    country: Country,
    countries: Option<BTreeSet<Country>>,
    extensions_allowed: bool,
    extension_digits_min: u8,
    extension_digits_max: u8,
    denied_prefixes: BTreeSet<NumberPrefix>,
    premium_allowed: bool,
    satellite_allowed: bool,
    emergency: EmergencyCalls,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            country: "US".parse().expect("it is a country"),
            countries: None,
            extensions_allowed: true,
            extension_digits_min: 2,
            extension_digits_max: EXTENSION_DIGITS_MAX,
            denied_prefixes: BTreeSet::new(),
            premium_allowed: false,
            satellite_allowed: false,
            emergency: EmergencyCalls::default(),
        }
    }
}

/// The digits of extensions cannot be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "extensions have extension_digits_min = {least} to extension_digits_max = {most} digits; write 1 to \
     {EXTENSION_DIGITS_MAX}, the smaller first, or extensions_allowed = false"
)]
pub struct BadExtensionDigits {
    least: u8,
    most: u8,
}

impl TryFrom<Written> for DialPlan {
    type Error = BadExtensionDigits;

    fn try_from(it: Written) -> Result<Self, BadExtensionDigits> {
        let (least, most) = (it.extension_digits_min, it.extension_digits_max);
        if least == 0 || least > most || most > EXTENSION_DIGITS_MAX {
            return Err(BadExtensionDigits { least, most });
        }
        Ok(Self {
            country: it.country,
            countries: it.countries.unwrap_or_else(|| [it.country].into()),
            extensions_allowed: it.extensions_allowed,
            extension_digits_min: least,
            extension_digits_max: most,
            denied_prefixes: it.denied_prefixes,
            premium_allowed: it.premium_allowed,
            satellite_allowed: it.satellite_allowed,
            emergency: it.emergency,
        })
    }
}

/// The right to dial what an agent typed. Only [`DialPlan::permit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlacePermit {
    shown: PadText,
    target: Target,
}

impl PlacePermit {
    /// What the pad shows of what the agent typed.
    pub fn shown(&self) -> &PadText {
        &self.shown
    }

    /// Who is dialled.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What the switch dials: digits, with a plus before them where it is a telephone number.
    pub fn dial_string(&self) -> &str {
        self.target.dial_string()
    }
}

impl DialPlan {
    /// May an agent dial this? Letters are read as the pad shows them.
    ///
    /// # Errors
    /// Why not.
    pub fn permit(&self, typed: &str) -> Result<PlacePermit, Refusal> {
        let shown = PadText::of(typed)?;
        let target = self.target(&shown)?;
        Ok(PlacePermit { shown, target })
    }

    fn target(&self, shown: &PadText) -> Result<Target, Refusal> {
        let digits = digits_of(shown)?;
        let short = |digits: &str| digits.parse::<ShortNumber>().map_err(|_| too_few());
        if emergency::is_emergency(self.country, &digits) {
            return match self.emergency {
                EmergencyCalls::Allow => short(&digits).map(Target::Emergency),
                EmergencyCalls::Deny => Err(Refusal::EmergencyNotAllowed { number: digits }),
            };
        }
        let is_extension = !digits.starts_with('+')
            && (usize::from(self.extension_digits_min)..=usize::from(self.extension_digits_max))
                .contains(&digits.len());
        if is_extension && self.extensions_allowed {
            return short(&digits).map(Target::Extension);
        }
        let read = match read_typed_number(shown.as_str(), self.country) {
            Ok(read) => read,
            Err(_) if is_extension => return Err(Refusal::ExtensionNotAllowed),
            Err(problem) => return Err(unreadable(&problem)),
        };
        self.check(&read)?;
        Ok(Target::Number(read.number))
    }

    fn check(&self, read: &ReadNumber) -> Result<(), Refusal> {
        let number = &read.number;
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| number.digits().starts_with(prefix));
        if let Some(prefix) = self.denied_prefixes.iter().find(|prefix| number.as_str().starts_with(prefix.as_str())) {
            return Err(Refusal::PrefixDenied { prefix: prefix.to_string() });
        }
        if begins(SATELLITE_PREFIXES) {
            return if self.satellite_allowed { Ok(()) } else { Err(Refusal::SatelliteNotAllowed) };
        }
        let is_premium = begins(PREMIUM_PREFIXES)
            || read.line_type == LineType::PremiumRate
            || is_shared_cost(number)
            || is_pay_per_call(number);
        if is_premium && !self.premium_allowed {
            return Err(Refusal::PremiumNotAllowed);
        }
        match read.country {
            // Free for the caller (+800), or premium, which was just allowed.
            None if is_premium || read.line_type == LineType::TollFree => Ok(()),
            None => Err(Refusal::CountryNotAllowed { country: format!("+{}", &number.digits()[..3]) }),
            Some(country) => {
                let is_allowed = self.countries.iter().any(|allowed| is_number_of(number, *allowed));
                if is_allowed { Ok(()) } else { Err(Refusal::CountryNotAllowed { country: country.to_string() }) }
            }
        }
    }
}

/// North America's own premium numbers besides 900: central office code 976 in every area.
fn is_pay_per_call(number: &PhoneNumber) -> bool {
    let digits = number.digits();
    digits.len() == 11 && digits.starts_with('1') && &digits[4..7] == "976"
}

/// The digits of what the pad shows, with the plus before them if it has one; refused if there is anything besides that
/// people do not write only for the eye.
fn digits_of(shown: &PadText) -> Result<String, Refusal> {
    let mut digits = String::new();
    for c in shown.as_str().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | '[' | ']' | '/' => {}
            '*' | '#' => {
                let says =
                    format!("codes with {c} are not sent: dial the number alone; keys can be sent during the call");
                return Err(Refusal::CannotBeDialled { why: "service_code", says });
            }
            other => {
                let says = format!("{other} is not sent: write digits, with a plus before the country code");
                return Err(Refusal::CannotBeDialled { why: "sign", says });
            }
        }
    }
    if digits.trim_start_matches('+').is_empty() {
        let says = "there is no digit in it".to_owned();
        return Err(Refusal::CannotBeDialled { why: "no_digit", says });
    }
    Ok(digits)
}

fn too_few() -> Refusal {
    unreadable(&NumberProblem::TooFewDigits)
}

/// The reason in words for somebody who typed; most say the same as for a list.
fn unreadable(problem: &NumberProblem) -> Refusal {
    let says = match problem {
        NumberProblem::TwoNumbers => "these are two numbers: dial one".to_owned(),
        NumberProblem::SpreadsheetNumber => "this is a quantity, not a number".to_owned(),
        NumberProblem::Empty
        | NumberProblem::TextTooLong
        | NumberProblem::Formula
        | NumberProblem::Extension
        | NumberProblem::Letters
        | NumberProblem::UnexpectedCharacter(_)
        | NumberProblem::TooManyDigits
        | NumberProblem::TooFewDigits
        | NumberProblem::UnknownCallingCode
        | NumberProblem::NotInUse { .. } => problem.to_string(),
    };
    Refusal::CannotBeDialled { why: problem.code(), says }
}

#[cfg(test)]
mod tests;

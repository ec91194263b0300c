//! What agents type, nice and not, and what becomes of it.

use proptest::prelude::*;

use super::*;

fn plan(text: &str) -> DialPlan {
    toml::from_str(text).unwrap()
}

/// What the switch dials, or the code of the refusal.
fn dialled(plan: &DialPlan, typed: &str) -> String {
    match plan.permit(typed) {
        Ok(permit) => permit.dial_string().to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    }
}

#[test]
fn the_safe_plan_dials_the_house_and_the_home_country() {
    let safe = DialPlan::default();
    for (typed, expected) in [
        ("(312) 555-0142", "+13125550142"),
        ("+1 312 555 0142", "+13125550142"),
        ("1-800-FLOWERS", "+18003569377"),
        ("011 1 312 555 0142", "+13125550142"),
        ("1234", "1234"),
        ("12-34", "1234"),
        ("Ext", "398"),
        ("+800 1234 5678", "+80012345678"),
        ("911", "emergency_not_allowed"),
        ("9-1-1", "emergency_not_allowed"),
        ("112", "emergency_not_allowed"),
        ("+49 30 901820", "country_not_allowed"),
        ("+1 416 555 0142", "country_not_allowed"),
        ("+1 876 555 0142", "country_not_allowed"),
        ("+878 10 1234567890", "country_not_allowed"),
        ("1 900 555 0142", "premium_not_allowed"),
        ("212 976 1616", "premium_not_allowed"),
        ("+979 1 2345 6789", "premium_not_allowed"),
        ("+808 1234 5678", "premium_not_allowed"),
        ("+870 773 111 632", "satellite_not_allowed"),
        ("+881 612 345 678", "satellite_not_allowed"),
        ("+882 16 1234 5678", "satellite_not_allowed"),
        ("+883 5100 1234 5678", "satellite_not_allowed"),
        ("7", "cannot_be_dialled"),
        ("555 0142", "cannot_be_dialled"),
        ("+1", "cannot_be_dialled"),
        ("()", "cannot_be_dialled"),
        ("", "bad_length"),
        ("312\u{a0}555 0142", "not_on_dial_pad"),
    ] {
        assert_eq!(dialled(&safe, typed), expected, "{typed}");
    }
}

#[test]
fn what_is_no_number_is_refused_and_says_why() {
    let safe = DialPlan::default();
    for (typed, expected) in [
        ("*67 312 555 0142", "service_code"),
        ("#31#3125550142", "service_code"),
        ("3125550142,,1234", "sign"),
        ("3125550142;ext=5", "sign"),
        ("sip:1234", "sign"),
        ("1234@example.com", "sign"),
        ("1234&SIP/1000", "sign"),
        ("${EXTEN}", "sign"),
        ("1234\\n", "sign"),
        ("+1+3125550142", "sign"),
        ("=1", "sign"),
        ("++1", "sign"),
        ("( )", "no_digit"),
        ("+", "no_digit"),
        ("312 555 0142/3125550143", "number_is_two_numbers"),
        ("3125550142.0", "number_is_spreadsheet_quantity"),
        ("555 0142", "number_too_few_digits"),
        ("1 312 555 01423", "number_too_many_digits"),
        ("+999 123 4567", "number_unknown_calling_code"),
        ("012 555 0142", "number_not_in_use"),
    ] {
        match safe.permit(typed) {
            Err(Refusal::CannotBeDialled { why, says }) => {
                assert_eq!(why, expected, "{typed}");
                assert!(!says.contains("cell") && !says.contains("list"), "{says}");
            }
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn what_the_agent_typed_stays_beside_what_is_dialled() {
    let permit = DialPlan::default().permit("1-800-flowers").unwrap();
    assert_eq!(permit.shown().as_str(), "1-800-3569377");
    let number = PhoneNumber::from_e164("+18003569377").unwrap();
    assert_eq!(permit.target(), &Target::Number(number));
    let logged = format!("{permit:?}");
    assert!(!logged.contains("3569377"), "{logged}");
    let json = serde_json::to_value(permit.target()).unwrap();
    assert_eq!(json, serde_json::json!({ "kind": "number", "number": "+18003569377" }));
}

#[test]
fn a_plan_opens_what_it_names() {
    let wide = plan(
        "country = \"FR\"\ncountries = [\"FR\", \"DE\"]\npremium_allowed = true\nsatellite_allowed = true\n\
         emergency = \"allow\"\ndenied_prefixes = [\"+4930\"]",
    );
    for (typed, expected) in [
        ("01 42 68 53 00", "+33142685300"),
        ("+49 89 12345678", "+498912345678"),
        ("+49 30 901820", "prefix_denied"),
        ("+1 312 555 0142", "country_not_allowed"),
        ("0899 70 12 34", "+33899701234"),
        ("+979 1 2345 6789", "+979123456789"),
        ("+870 773 111 632", "+870773111632"),
        ("17", "17"),
        ("112", "112"),
        ("16", "16"),
    ] {
        assert_eq!(dialled(&wide, typed), expected, "{typed}");
    }
    assert!(matches!(wide.permit("17").unwrap().target(), Target::Emergency(_)));
    assert!(matches!(wide.permit("16").unwrap().target(), Target::Extension(_)));
}

#[test]
fn the_home_country_is_the_only_one_unless_others_are_named() {
    assert_eq!(dialled(&plan("country = \"DE\""), "030 901820"), "+4930901820");
    assert_eq!(dialled(&plan("country = \"DE\""), "+1 312 555 0142"), "country_not_allowed");
    assert_eq!(dialled(&plan("country = \"DE\""), "0180 1 234567"), "premium_not_allowed");
    assert_eq!(dialled(&plan("country = \"GB\""), "0845 123 4567"), "premium_not_allowed");
    assert_eq!(dialled(&plan("country = \"GB\"\npremium_allowed = true"), "0845 123 4567"), "+448451234567");
    assert_eq!(dialled(&plan("countries = []"), "312 555 0142"), "country_not_allowed");
    // A free number of North America is one of Canada's too, a number of Chicago is not.
    assert_eq!(dialled(&plan("country = \"CA\""), "1 800 356 9377"), "+18003569377");
    assert_eq!(dialled(&plan("country = \"CA\""), "312 555 0142"), "country_not_allowed");
}

#[test]
fn extensions_have_their_digits_or_are_off() {
    let three = plan("extension_digits_min = 3\nextension_digits_max = 3");
    assert_eq!(dialled(&three, "123"), "123");
    assert_eq!(dialled(&three, "1234"), "cannot_be_dialled");
    let off = plan("extensions_allowed = false");
    assert_eq!(dialled(&off, "1234"), "extension_not_allowed");
    assert_eq!(dialled(&off, "1234567"), "cannot_be_dialled");
    // Where numbers are short, they are numbers then.
    assert_eq!(dialled(&plan("country = \"FO\"\nextensions_allowed = false"), "201234"), "+298201234");
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    for (text, says) in [
        ("extension_digits_min = 0", "write 1 to 6"),
        ("extension_digits_max = 7", "write 1 to 6"),
        ("extension_digits_min = 5\nextension_digits_max = 4", "the smaller first"),
        ("denied_prefixes = [\"1876\"]", "write a plus and digits"),
        ("country = \"UK\"", "like US, GB or DE"),
        ("emergency = \"maybe\"", "`deny` or `allow`"),
        ("premium = true", "premium_allowed"),
    ] {
        let refused = toml::from_str::<DialPlan>(text).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

#[test]
fn a_plan_that_was_written_down_is_read_back() {
    let written = plan("country = \"CA\"\ncountries = [\"CA\", \"US\"]\ndenied_prefixes = [\"+1900\"]");
    assert_eq!(plan(&toml::to_string(&written).unwrap()), written);
}

#[test]
fn a_stored_target_holds_digits_only() {
    for bad in ["1234&SIP/1", "", "1234567", "+12", "\u{661}"] {
        let text = serde_json::json!({ "kind": "extension", "number": bad }).to_string();
        assert!(serde_json::from_str::<Target>(&text).is_err(), "{bad}");
    }
    let text = r#"{"kind":"emergency","number":"911"}"#;
    assert_eq!(serde_json::from_str::<Target>(text).unwrap().dial_string(), "911");
}

/// Everything is allowed that can be.
fn eager() -> DialPlan {
    let countries: Vec<_> = ["US", "CA", "DE", "FR", "GB", "IN"].map(|code| format!("\"{code}\"")).into();
    plan(&format!(
        "countries = [{}]\npremium_allowed = true\nsatellite_allowed = true\nemergency = \"allow\"\n\
         extension_digits_min = 1",
        countries.join(",")
    ))
}

fn assert_safe(typed: &str) -> Result<(), TestCaseError> {
    for plan in [DialPlan::default(), eager()] {
        let Ok(permit) = plan.permit(typed) else { continue };
        let dialled = permit.dial_string();
        let digits = dialled.strip_prefix('+').unwrap_or(dialled);
        prop_assert!((1..=15).contains(&digits.len()), "{:?} gave {:?}", typed, dialled);
        prop_assert!(digits.bytes().all(|b| b.is_ascii_digit()), "{:?} gave {:?}", typed, dialled);
        prop_assert!(typed.is_ascii());
        prop_assert_eq!(
            plan.permit(permit.shown().as_str()).map(|it| it.target().clone()),
            Ok(permit.target().clone())
        );
        match permit.target() {
            Target::Number(_) => prop_assert!(dialled.starts_with('+')),
            Target::Extension(_) | Target::Emergency(_) => prop_assert!(dialled.len() <= 6),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_reaches_the_switch_but_as_digits(typed in "\\PC{0,70}") {
        assert_safe(&typed)?;
    }

    #[test]
    fn no_text_of_the_pad_reaches_the_switch_but_as_digits(typed in "[ -~]{1,24}") {
        assert_safe(&typed)?;
    }

    #[test]
    fn nothing_rides_on_a_number(
        number in "(\\+1 ?)?\\(?312\\)?[ -]?555[ -]?01[0-9]{2}|[0-9]{2,6}|\\+[0-9]{7,15}",
        rider in "[&@;,#*:/|\\\\\n\r\t\0$%{}'\"<>=!?~^`pPwW\u{661}\u{ff11}\u{200b}]{1,3}",
        tail in "(SIP/1000|PJSIP/trunk|Local/1@all|\\$\\{EXTEN\\}|ext=1|user=phone|[0-9]{0,4})?",
    ) {
        for typed in [
            format!("{number}{rider}{tail}"),
            format!("{rider}{number}"),
            format!("{tail}{rider}{number}"),
            format!("sip:{number}{rider}{tail}"),
        ] {
            assert_safe(&typed)?;
        }
        // A sign that a switch could read as an order is never overheard.
        let is_order = rider.contains(['&', '@', ';', ',', '#', '*', ':', '|', '\n', '$', '{', '\\']);
        if is_order {
            let typed = format!("{number}{rider}{tail}");
            prop_assert!(eager().permit(&typed).is_err());
        }
    }
}

//! The campaign files of the package, the published schema, and what a person reads about a file with mistakes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use proptest::prelude::*;
use rappel::campaign_file::{Checked, Severity, check, json_schema, read, written};
use serde_json::Value;

fn campaigns() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("campaigns")
}

fn example(name: &str) -> Checked {
    check(&read(&campaigns().join(name)).unwrap())
}

/// `line:column severity key` of each problem of `text`.
fn found(text: &str) -> Vec<String> {
    let problems = check(text).problems;
    problems.iter().map(|p| format!("{}:{} {} {}", p.line, p.column, p.severity.name(), p.key)).collect()
}

/// A file without a problem, to which mistakes are added.
const GOOD: &str = "name = \"a\"\nteam = \"b\"\ncountry = \"US\"\n";
const CALLER_ID: &str = "[call]\ncaller_id = \"+13125550110\"\n";

/// What is found in `lines` when they stand after [`GOOD`], from line 4 on, and before a heading with a caller id.
fn found_in(lines: &str) -> Vec<String> {
    found(&format!("{GOOD}{lines}\n{CALLER_ID}"))
}

#[test]
fn the_examples_have_no_problem_and_name_their_schema() {
    let files: Vec<_> = fs::read_dir(campaigns()).unwrap().map(|file| file.unwrap().path()).collect();
    let files: Vec<_> = files.iter().filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
    assert!(files.len() >= 3);
    for file in files {
        let text = read(file).unwrap();
        let checked = check(&text);
        assert_eq!(checked.problems, [], "{}", file.display());
        assert_eq!(file.file_stem().unwrap().to_str(), Some(checked.rules.unwrap().name.as_str()));
        assert_eq!(text.lines().next(), Some("#:schema ./campaign.schema.json"));
    }
}

#[test]
fn the_examples_say_what_they_mean() {
    let renewals = example("renewals-us.toml").rules.unwrap();
    let winback = example("winback-us.toml").rules.unwrap();
    assert_eq!(renewals.team, winback.team);
    assert!(renewals.priority > winback.priority && renewals.weight == 3);
    assert_eq!((renewals.list_priority("renewals-gold"), renewals.list_priority("another")), (8, 5));
    // Hours that are left out are those of the country.
    let hours = toml::to_string(&winback.hours).unwrap();
    assert_eq!(hours, "mon-fri = [\"10:00-18:00\"]\nsat = [\"10:00-17:00\"]\n");
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let published = fs::read_to_string(campaigns().join("campaign.schema.json")).unwrap();
    assert!(published == json_schema(), "it is old; write it anew: rappel schema > campaigns/campaign.schema.json");
}

#[test]
fn every_field_is_checked_at_its_place() {
    for (lines, problem) in [
        ("description = 3", "4:15 error description"),
        ("priority = 0", "4:12 error priority"),
        ("priority = 101", "4:12 error priority"),
        ("priority = \"50\"", "4:12 error priority"),
        ("priority = 5.5", "4:12 error priority"),
        ("weight = 1001", "4:10 error weight"),
        ("weight = 99999999999999999999", "4:10 error weight"),
        ("order = \"duo\"", "4:9 error order"),
        ("order = 1", "4:9 error order"),
        ("number_order = \"list\"", "4:16 error number_order"),
        ("guard_seconds = 601", "4:17 error guard_seconds"),
        ("guard_seconds = -1", "4:17 error guard_seconds"),
        ("lists = [\"gold\"]", "4:10 error lists[1]"),
        ("lists = \"gold\"", "4:9 error lists"),
        ("lists = [{ priority = 3 }]", "4:10 error lists[1].name"),
        ("lists = [{ name = \" gold\" }]", "4:19 error lists[1].name"),
        ("lists = [{ name = \"gold\", priority = 10 }]", "4:38 error lists[1].priority"),
        ("[[lists]]\nname = \"a\"\n[[lists]]\nname = \"a\"", "7:8 error lists[2].name"),
        ("[lists]\nname = \"a\"", "4:1 error lists"),
        ("preview = 30", "4:11 error preview"),
        ("[preview]\nseconds_max = 4", "5:15 error preview.seconds_max"),
        ("[preview]\nat_end = \"hang_up\"", "5:10 error preview.at_end"),
        ("[preview]\nreject_allowed = \"no\"", "5:18 error preview.reject_allowed"),
        ("[preview]\nclose_allowed = 1", "5:17 error preview.close_allowed"),
        ("[preview]\nfields = \"policy\"", "5:10 error preview.fields"),
        ("[preview]\nfields = [\"policy\", 3]", "5:21 error preview.fields[2]"),
        ("[preview]\nfields = [\"a\", \"b\", \"a\"]", "5:21 error preview.fields[3]"),
        ("[preview]\nat_end = \"reject\"\nreject_allowed = false", "5:10 error preview.at_end"),
        ("[preview]\nclose_allowed = false\nat_end = \"close\"", "6:10 error preview.at_end"),
        ("[attempts]\ncontact_max = 0", "5:15 error attempts.contact_max"),
        ("[attempts]\nnumber_max = 101", "5:14 error attempts.number_max"),
        ("[attempts]\nnumber_max = 7", "5:14 warning attempts.number_max"),
        ("[attempts]\ncontact_max = 2", "5:15 warning attempts.number_max"),
        ("retry = 5", "4:9 error retry"),
        ("retry.voice = { then = \"stop\" }", "4:24 error retry.voice.then"),
        ("retry.answering_machine = { after_minutes = 5 }", "4:27 error retry.answering_machine.then"),
        ("[retry.busy]\nthen = \"retry\"\nafter_minutes = 43201", "6:17 error retry.busy.after_minutes"),
        ("retry.fax = { then = \"close\", after_minutes = 5 }", "4:47 warning retry.fax.after_minutes"),
        ("retry.invalid_number = \"close\"", "4:24 error retry.invalid_number"),
        (
            "retry.no_answer = { then = \"retry\", other_day_part = \"yes\" }",
            "4:54 error retry.no_answer.other_day_part",
        ),
        ("retry.abandoned = { then = true }", "4:28 error retry.abandoned.then"),
        ("retry.failed = { then = [] }", "4:25 error retry.failed.then"),
        ("retry.rejected = {}", "4:18 error retry.rejected.then"),
        ("retry.do_not_call = { then = \"close\" }", "4:7 error retry.do_not_call"),
        ("[wrap_up]\nmode = \"always\"", "5:8 error wrap_up.mode"),
        ("[wrap_up]\nmode = \"required_with_reason\"", "5:8 error wrap_up.mode"),
        ("[wrap_up]\nmode = \"required_with_reason\"\nreasons = []", "5:8 error wrap_up.mode"),
        ("[wrap_up]\nseconds_max = 0", "5:15 error wrap_up.seconds_max"),
        ("[wrap_up]\nreasons = [\"Sold\", \"Sold\"]", "5:20 error wrap_up.reasons[2]"),
        ("[wrap_up]\nreasons = [\" \"]", "5:12 error wrap_up.reasons[1]"),
        ("[callbacks]\nowner = \"me\"", "5:9 error callbacks.owner"),
        ("[callbacks]\nown_agent_wait_seconds = 86401", "5:26 error callbacks.own_agent_wait_seconds"),
        ("[callbacks]\nown_agent_wait_seconds = 3601", "5:26 warning callbacks.own_agent_wait_seconds"),
        ("[callbacks]\nmissed_after_minutes = 0", "5:24 error callbacks.missed_after_minutes"),
        ("[callbacks]\nwhen_missed = \"cal_anyway\"", "5:15 error callbacks.when_missed"),
        ("prioritty = 5", "4:1 error prioritty"),
        ("[preview]\nfeilds = []", "5:1 error preview.feilds"),
    ] {
        assert_eq!(found_in(lines), [problem], "{lines}");
    }
}

#[test]
fn the_required_fields_are_checked_at_their_place() {
    for (text, problems) in [
        ("", &["1:1 error name", "1:1 error team", "1:1 error country"][..]),
        (
            "name = \"Renewals US\"\nteam = \"\"\ncountry = \"UK\"\n",
            &["1:8 error name", "2:8 error team", "3:11 error country"],
        ),
        ("name = 5\nteam = [1]\ncountry = \"ZZ\"\n", &["1:8 error name", "2:8 error team", "3:11 error country"]),
        (
            "name = \"\"\nteam = \"a\\nb\"\ncountry = \"us\"\n",
            &["1:8 error name", "2:8 error team", "3:11 error country"],
        ),
    ] {
        assert_eq!(found(&format!("{text}{CALLER_ID}")), problems, "{text}");
    }
}

#[test]
fn the_call_is_checked_at_its_place() {
    for (lines, problems) in [
        ("", &["1:1 warning call.caller_id"][..]),
        ("[call]", &["4:1 warning call.caller_id"]),
        ("[call]\ncaller_id = \"3125550110\"", &["5:13 error call.caller_id"]),
        ("[call]\ncaller_id = \"+1 (312) 555-0110\"", &["5:13 error call.caller_id"]),
        ("[call]\ncaller_id = \"+1312555011\"", &["5:13 error call.caller_id"]),
        ("[call]\ncaller_id = 13125550110", &["5:13 error call.caller_id"]),
        ("[call]\nring_seconds_max = 14", &["4:1 warning call.caller_id", "5:20 error call.ring_seconds_max"]),
    ] {
        assert_eq!(found(&format!("{GOOD}{lines}")), problems, "{lines}");
    }
}

#[test]
fn hours_are_checked_text_by_text() {
    for (hours, problems) in [
        ("mon-fri = [\"10:00-13:00\", \"9-12\"]", &["5:27 error hours.mon-fri[2]"][..]),
        ("mon-fri = [\"10:00-13:00\", \"12:00-14:00\"]", &["5:27 error hours.mon-fri[2]"]),
        ("mon-fri = [\"13:00-10:00\"]", &["5:12 error hours.mon-fri[1]"]),
        ("mon-fri = [\"8:00-13:00\"]", &["5:12 warning hours.mon-fri[1]"]),
        (
            "mon = [\"10:00-13:00\", \"13:00-19:00\"]\nsun = [\"10:00-11:00\"]",
            &["5:23 warning hours.mon[2]", "6:8 warning hours.sun[1]"],
        ),
        ("mon-fri = \"10:00-13:00\"", &["5:11 error hours.mon-fri"]),
        ("mon-fri = [10]", &["5:12 error hours.mon-fri[1]"]),
        ("monday = [\"10:00-13:00\"]", &["5:1 error hours.monday"]),
        ("mon-fri = [\"10:00-13:00\"]\nfri = [\"10:00-11:00\"]", &["6:1 error hours.fri"]),
        (
            "mon = [\"10:00-13:00\"]\nclosed_dates = [\"2026-12-25\", \"25.12.2026\"]",
            &["6:31 error hours.closed_dates[2]"],
        ),
        ("mon = [\"10:00-13:00\"]\nclosed_dates = [2026-12-25]", &["6:17 error hours.closed_dates[1]"]),
        ("", &["4:1 error hours"]),
        ("mon-fri = []", &["4:1 error hours"]),
        ("closed_dates = [\"2026-12-25\"]", &["4:1 error hours"]),
    ] {
        assert_eq!(found_in(&format!("[hours]\n{hours}")), problems, "{hours}");
    }
    assert_eq!(found_in("hours = \"10-18\""), ["4:9 error hours"]);
}

#[test]
fn a_broken_line_does_not_hide_the_others() {
    let text = format!(
        "{GOOD}order = due\npriority = 0\nweight = 3 4\n[preview\nseconds_max = 1\n[attempts]\nnumber_max = 0\n"
    );
    let found = found(&text);
    for place in ["4:9 error", "5:12 error priority", "6:", "7:", "10:14 error attempts.number_max"] {
        assert!(found.iter().any(|problem| problem.starts_with(place)), "{place} is not in {found:#?}");
    }
    assert!(check(&text).rules.is_none());
    assert_eq!(self::found(&format!("{GOOD}team = \"c\"\n{CALLER_ID}")), ["4:1 error "]);
}

#[test]
fn a_file_cut_anywhere_is_answered() {
    let text = read(&campaigns().join("renewals-us.toml")).unwrap();
    for end in (0..text.len()).step_by(7) {
        let checked = check(&text[..end]);
        assert_eq!(checked.rules.is_none(), checked.has_errors(), "{end}");
        assert!(checked.problems.iter().all(|problem| problem.line <= text.lines().count() + 1 && problem.column > 0));
    }
}

#[test]
fn a_person_reads_what_is_wrong_and_what_would_be_right() {
    let text = "name = \"Gold Renewals\"\nteam = \"gold\"\ncountry = \"UK\"\n[retry.busy]\nthen = \"retyr\"\nafter_minutes = 50000\n\
                [preview]\npriority = 3\nsecond_max = 4\n[call]\nring_seconds_max = 5\n[hours]\nmonday = [\"9:00-12:00\"]\n";
    let checked = check(text);
    let shown: Vec<_> =
        checked.problems.iter().map(|problem| problem.shown_in("campaigns/gold.toml").to_string()).collect();
    insta::assert_snapshot!("problems_of_a_campaign_file", shown.join("\n"));
    let wide = check(&format!("{GOOD}[hours]\ndaily = [\"08:00-20:00\"]\n{CALLER_ID}"));
    assert!(wide.rules.is_some() && wide.problems.iter().all(|problem| problem.severity == Severity::Warning));
    insta::assert_snapshot!("hours_wider_than_cautious", wide.problems[0].shown_in("campaigns/wide.toml"));
}

/// Keys by the path of their table, as the JSON schema knows them: each with its words, if it is one of some words.
fn keys_of_schema() -> BTreeMap<String, Option<BTreeSet<String>>> {
    let root: Value = serde_json::from_str(&json_schema()).unwrap();
    let mut keys = BTreeMap::new();
    collect(&root, &root, "", &mut keys);
    keys
}

fn collect(root: &Value, table: &Value, path: &str, keys: &mut BTreeMap<String, Option<BTreeSet<String>>>) {
    for (name, property) in table["properties"].as_object().unwrap() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let places = ["/$ref", "/allOf/0/$ref", "/items/$ref"];
        let reference = places.iter().find_map(|place| property.pointer(place)?.as_str());
        let target = reference.map(|reference| root.pointer(&reference[1..]).unwrap());
        let words = target.and_then(|target| target["oneOf"].as_array());
        let words = words.map(|words| words.iter().map(|word| word["const"].as_str().unwrap().to_owned()).collect());
        let is_table = target.is_some_and(|target| target.get("properties").is_some()) && path != "hours";
        keys.insert(path.clone(), words);
        if is_table {
            collect(root, target.unwrap(), &path, keys);
        }
    }
}

/// What the checker knows is asked of the checker: a wrong value of each key must be found at that key.
#[test]
fn the_checker_knows_every_key_and_word_of_the_types() {
    let keys = keys_of_schema();
    assert!(keys.len() > 50 && keys.contains_key("retry.busy.after_minutes"), "{keys:#?}");
    for (path, words) in keys {
        // A list has no key that is one date and time, and no type here is one.
        let text = match path.strip_prefix("lists.") {
            Some(key) => format!("lists = [{{ {key} = 2026-11-23 }}]\n"),
            None => format!("{path} = 2026-11-23\n"),
        };
        let key = path.replacen("lists.", "lists[1].", 1);
        let problems = check(&text).problems;
        let own = problems.iter().find(|problem| problem.key == key).unwrap_or_else(|| panic!("{path} is not checked"));
        let message = own.wrong.message.to_string();
        assert!(message.contains("2026-11-23 is a date"), "{path} is not known to the checker: {message}");
        let Some(words) = words else { continue };
        let expected = own.wrong.expected.as_ref().unwrap().to_string().replace(" or ", ", ");
        let listed: BTreeSet<_> = expected.split(", ").map(|word| word.trim_matches('"').to_owned()).collect();
        assert_eq!(listed, words, "{path}");
    }
}

/// And the other way round: the checker knows no key that the types do not have.
#[test]
fn the_types_know_every_key_of_the_checker() {
    let keys = keys_of_schema();
    let tables: BTreeSet<_> = keys.keys().filter_map(|key| key.rsplit_once('.')).map(|(table, _)| table).collect();
    for table in tables.into_iter().chain([""]) {
        let known: BTreeSet<_> = keys
            .keys()
            .filter_map(|key| key.strip_prefix(table)?.strip_prefix('.').or((table.is_empty()).then_some(key)))
            .filter(|key| !key.contains('.'))
            .map(str::to_owned)
            .collect();
        let text = match table {
            "" => "zzzzzz = 1\n".to_owned(),
            "lists" => "lists = [{ zzzzzz = 1 }]\n".to_owned(),
            table => format!("[{table}]\nzzzzzz = 1\n"),
        };
        let problems = check(&text).problems;
        let unknown = problems.iter().find(|problem| problem.key.ends_with("zzzzzz")).unwrap();
        let expected = unknown.wrong.expected.as_ref().unwrap().to_string();
        let expected: BTreeSet<_> = expected.split(", ").map(str::to_owned).collect();
        assert_eq!(expected, known, "[{table}]");
    }
}

#[test]
fn the_schema_has_the_ranges_and_the_required_keys() {
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["name", "team", "country"]));
    let at = |pointer: &str| schema.pointer(pointer).unwrap();
    assert_eq!(at("/properties/priority/maximum"), 100);
    assert_eq!(at("/definitions/CallRules/properties/ring_seconds_max/minimum"), 15);
    assert_eq!(at("/definitions/RetryRule/properties/after_minutes/maximum"), 43_200);
    assert_eq!(at("/definitions/ListRules/properties/priority/minimum"), 1);
    assert!(schema.pointer("/properties/hours/default").is_none());
}

/// Rules that were read are written as a file that says the same, of which nothing is said that was not said before.
fn comes_back(text: &str) {
    let checked = check(text);
    let rules = checked.rules.unwrap_or_else(|| panic!("{text}\n{:#?}", checked.problems));
    let file = written(&rules);
    let again = check(&file);
    assert_eq!(again.rules, Some(rules), "{file}");
    let said = |problems: &[rappel::campaign_file::Problem]| -> BTreeSet<_> {
        // Days of the same hours are written as one.
        let table = |key: &str| key.split('.').next().map(str::to_owned);
        problems.iter().map(|p| (table(&p.key), p.wrong.to_string())).collect()
    };
    assert!(said(&again.problems).is_subset(&said(&checked.problems)), "{file}\n{:#?}", again.problems);
    assert_eq!(written(&again.rules.unwrap()), file, "it is written in one way");
}

#[test]
fn what_is_written_is_read_again_unchanged() {
    comes_back(GOOD);
    for file in fs::read_dir(campaigns()).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|end| end == "toml") {
            comes_back(&read(&file).unwrap());
        }
    }
}

/// A text as TOML, whatever is in it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

prop_compose! {
    fn some_file()(
        description in any::<String>(), priority in 1..=100, weight in 1..=1000, order in "due|fresh_first|retries_first",
        lists in prop::collection::btree_map("[^\\pC\\s]{1,20}", 1..=9, 0..4), fields in prop::collection::btree_set("[^\\pC\\s]{1,12}", 0..4),
        hours in prop::collection::btree_map("mon|tue|wed|thu|fri|sat|sun", (0..12u32, 13..=24u32), 1..7), closed in any::<bool>(),
        then in "retry|close|close_number", after in 0..=43_200, other in any::<bool>(), caller_id in any::<bool>(), recorded in any::<bool>(),
    ) -> String {
        let lists: Vec<_> = lists.iter().map(|(name, priority)| format!("[[lists]]\nname = {}\npriority = {priority}\n", quoted(name))).collect();
        let fields: Vec<_> = fields.iter().map(|field| quoted(field)).collect();
        let hours: Vec<_> = hours.iter().map(|(day, (from, until))| format!("{day} = [\"{from:02}:00-{until:02}:00\"]\n")).collect();
        let closed = if closed { "closed_dates = [\"2026-12-25\"]\n" } else { "" };
        let call = if caller_id { CALLER_ID } else { "" };
        format!(
            "{GOOD}description = {}\npriority = {priority}\nweight = {weight}\norder = \"{order}\"\n{}[preview]\nfields = [{}]\n\
             [hours]\n{}{closed}[retry.busy]\nthen = \"{then}\"\nafter_minutes = {after}\nother_day_part = {other}\n\
             [recording]\ncalls_recorded = {recorded}\n{call}",
            quoted(&description), lists.concat(), fields.join(", "), hours.concat(),
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_written_is_read_again_unchanged(text in some_file()) {
        comes_back(&text);
    }
}

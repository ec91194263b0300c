//! Queue files: everything that is wrong is found at once, at its place, and what the help shows is right.

use std::collections::BTreeSet;

use rappel::{
    campaign_file::{QUEUE_EXAMPLE, check_queue, written},
    domain::queue::{QueueRules, WhenNotAnswered},
};
use schemars::schema_for;
use serde_json::{Value, json};

const GOOD: &str = "name = \"support\"\nteam = \"north\"\n";

/// `line:column severity key` of each problem.
fn found(text: &str) -> Vec<String> {
    let problem =
        |p: &rappel::campaign_file::Problem| format!("{}:{} {} {}", p.line, p.column, p.severity.name(), p.key);
    check_queue(text).problems.iter().map(problem).collect()
}

#[test]
fn what_is_left_out_has_a_safe_default() {
    let rules = check_queue(GOOD).rules.unwrap();
    assert_eq!((rules.priority, rules.answer_seconds_max, rules.wait_seconds_max), (50, 20, 600));
    assert_eq!((rules.when_not_answered, rules.calls_in_a_row_max), (WhenNotAnswered::NotReady, 3));
    assert!(rules.description.is_empty() && rules.fields.is_empty() && rules.wrap_up.reasons.is_empty());
    assert_eq!(check_queue(&written(&rules)).rules, Some(rules), "what is shown can be applied again");
}

#[test]
fn every_field_is_checked_at_its_place() {
    for (lines, problems) in [
        ("", &[][..]),
        ("description = 3", &["3:15 error description"]),
        ("priority = 0", &["3:12 error priority"]),
        ("priority = 101", &["3:12 error priority"]),
        ("answer_seconds_max = 4", &["3:22 error answer_seconds_max"]),
        ("answer_seconds_max = 5", &[]),
        ("answer_seconds_max = 120", &[]),
        ("answer_seconds_max = 121", &["3:22 error answer_seconds_max"]),
        ("answer_seconds_max = \"20\"", &["3:22 error answer_seconds_max"]),
        ("when_not_answered = \"logged_out\"", &["3:21 error when_not_answered"]),
        ("when_not_answered = false", &["3:21 error when_not_answered"]),
        ("wait_seconds_max = 9", &["3:20 error wait_seconds_max"]),
        ("wait_seconds_max = 7200", &[]),
        ("wait_seconds_max = 7201", &["3:20 error wait_seconds_max"]),
        ("calls_in_a_row_max = 0", &["3:22 error calls_in_a_row_max"]),
        ("calls_in_a_row_max = 101", &["3:22 error calls_in_a_row_max"]),
        ("fields = \"language\"", &["3:10 error fields"]),
        ("fields = [\"a\", 3, \"a\"]", &["3:16 error fields[2]", "3:19 error fields[3]"]),
        ("wrap_up = 5", &["3:11 error wrap_up"]),
        ("[wrap_up]\nmode = \"always\"", &["4:8 error wrap_up.mode"]),
        ("[wrap_up]\nmode = \"required_with_reason\"", &["4:8 error wrap_up.mode"]),
        ("[wrap_up]\nseconds_max = 3601", &["4:15 error wrap_up.seconds_max"]),
        ("[wrap_up]\nreasons = [\"a\", \"a\"]", &["4:17 error wrap_up.reasons[2]"]),
        ("prioritty = 5", &["3:1 error prioritty"]),
        ("country = \"US\"", &["3:1 error country"]),
        // An agent may not be given longer to answer than the caller waits.
        ("wait_seconds_max = 10", &["3:20 warning answer_seconds_max"]),
        ("answer_seconds_max = 60\nwait_seconds_max = 30", &["3:22 warning answer_seconds_max"]),
        ("answer_seconds_max = 60\nwait_seconds_max = 60", &[]),
        ("answer_seconds_max = 600\nwait_seconds_max = 30", &["3:22 error answer_seconds_max"]),
        // Everything at once.
        (
            "priority = 0\nwait_seconds_max = 1\nfields = 1\n[wrap_up]\nmood = 1",
            &["3:12 error priority", "4:20 error wait_seconds_max", "5:10 error fields", "7:1 error wrap_up.mood"],
        ),
    ] {
        let text = format!("{GOOD}{lines}");
        assert_eq!(found(&text), problems, "{lines}");
        let has_errors = problems.iter().any(|problem| problem.contains("error"));
        assert_eq!(check_queue(&text).rules.is_none(), has_errors, "{lines}");
    }
    assert_eq!(found(""), ["1:1 error name", "1:1 error team"]);
    assert_eq!(found("name = \"Support Line\"\nteam = \" \"\n"), ["1:8 error name", "2:8 error team"]);
    assert_eq!(found("name = \n").len(), 1);
}

#[test]
fn a_person_reads_which_file_it_is() {
    let problems = check_queue(&format!("{GOOD}answer_second_max = 5\nmode = \"optional\"\n")).problems;
    let hint = |at: usize| problems[at].wrong.hint.as_ref().unwrap().to_string();
    assert_eq!(problems[0].wrong.message.to_string(), "is no key of a queue file");
    assert_eq!(hint(0), "did you mean answer_seconds_max?");
    assert_eq!(hint(1), "mode belongs in [wrap_up]");
}

#[test]
fn the_example_is_right_and_shows_every_key() {
    let checked = check_queue(QUEUE_EXAMPLE);
    assert_eq!(checked.problems, []);
    let example: Value = toml::from_str(QUEUE_EXAMPLE).unwrap();
    let whole = serde_json::to_value(checked.rules.unwrap()).unwrap();
    assert_eq!(example, whole);
    // It says of itself that it shows the defaults.
    let least = serde_json::to_value(check_queue(GOOD).rules.unwrap()).unwrap();
    let texts = ["name", "team", "description", "fields", "wrap_up"];
    for (key, value) in whole.as_object().unwrap() {
        assert!(texts.contains(&key.as_str()) || least[key] == *value, "{key}");
    }
    for key in ["mode", "seconds_max"] {
        assert_eq!(whole["wrap_up"][key], least["wrap_up"][key], "{key}");
    }
}

/// What the checker knows is asked of the checker: what a key may not be is told for each key of the type, and no more.
#[test]
fn the_checker_and_the_type_know_the_same_keys() {
    let schema = schema_for!(QueueRules).to_value();
    assert_eq!(schema["required"], json!(["name", "team"]));
    let keys: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    assert!(keys.len() >= 10, "{keys:?}");
    for key in &keys {
        let problems = check_queue(&format!("{key} = 2026-11-23\n")).problems;
        assert!(
            problems.iter().any(|p| p.key == *key && p.wrong.message.to_string().contains("is a date")),
            "{key} is not checked"
        );
    }
    let problems = check_queue(&format!("{GOOD}zzzzzz = 1\n")).problems;
    let expected = problems[0].wrong.expected.as_ref().unwrap().to_string();
    let known: BTreeSet<_> = expected.split(", ").map(str::to_owned).collect();
    assert_eq!(known, keys);
    let words = &schema["$defs"]["WhenNotAnswered"]["oneOf"];
    let words: Vec<_> = words.as_array().unwrap().iter().map(|word| word["const"].as_str().unwrap()).collect();
    assert_eq!(words, ["not_ready", "ready"]);
}

//! No line of the guide is forgotten.

use std::{fs, path::Path};

/// The tasks of the agent guide, and how many lines each has.
const LINES: [(usize, usize); 10] = [(1, 4), (2, 5), (3, 5), (4, 4), (5, 6), (6, 5), (7, 4), (8, 7), (9, 2), (10, 2)];

#[test]
fn every_line_of_the_guide_has_a_journey() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys_http");
    let mut missing = Vec::new();
    for (task, lines) in LINES {
        let source = fs::read_to_string(here.join(format!("t{task:02}.rs"))).unwrap_or_default();
        for line in 1..=lines {
            let test = format!("#[tokio::test]\nasync fn t{task:02}_{line}_");
            if !source.contains(&test) {
                missing.push(format!("T{task}.{line}"));
            }
        }
    }
    assert_eq!(LINES.iter().map(|(_, lines)| lines).sum::<usize>(), 44);
    assert!(missing.is_empty(), "without a journey: {}", missing.join(", "));
}

#[test]
fn every_line_of_the_guide_is_shown_in_the_browser() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/desktop");
    let mut missing = Vec::new();
    for (task, lines) in LINES {
        let source = fs::read_to_string(here.join(format!("t{task:02}.rs"))).unwrap_or_default();
        let (listed, written) = source.split_once(");").unwrap_or_default();
        for line in 1..=lines {
            let name = format!("t{task:02}_{line}_");
            if !listed.contains(&format!("    {name}")) || !written.contains(&format!("\nasync fn {name}")) {
                missing.push(format!("T{task}.{line}"));
            }
        }
    }
    assert!(missing.is_empty(), "not shown in the browser: {}", missing.join(", "));
}

//! The import law: which part of the house may know which. Read from the sources, so it cannot be forgotten.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each part may not mention, and why that is the law.
const LAW: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "crate::engine",
            "crate::ports",
            "crate::store",
            "crate::switch",
            "crate::runtime",
            "crate::http",
            "crate::sim",
            "crate::cli",
            "crate::telemetry",
            "crate::config",
            "tokio",
            "sqlx",
            "axum",
            "async ",
            "HashMap",
            "HashSet",
            "Timestamp::now",
            "SystemTime",
            "rand::",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "engine",
        &[
            "crate::ports",
            "crate::store",
            "crate::switch",
            "crate::runtime",
            "crate::http",
            "crate::sim",
            "crate::cli",
            "crate::telemetry",
            "tokio",
            "sqlx",
            "axum",
            "async ",
            "HashMap",
            "HashSet",
            "Timestamp::now",
            "SystemTime",
            "std::fs",
            "std::net",
        ],
    ),
    (
        "ports.rs",
        &["crate::store", "crate::switch", "crate::runtime", "crate::http", "crate::sim", "crate::cli", "sqlx", "axum"],
    ),
    ("store", &["crate::switch", "crate::runtime", "crate::http", "crate::sim", "crate::cli", "axum"]),
    ("switch", &["crate::store", "crate::runtime", "crate::http", "crate::sim", "crate::cli", "sqlx", "axum"]),
    ("runtime", &["crate::store", "crate::switch", "crate::http", "crate::sim", "crate::cli", "sqlx", "axum"]),
    ("http", &["crate::switch", "crate::sim", "crate::cli", "sqlx"]),
    ("sim", &["crate::http", "crate::cli", "sqlx", "axum", "tokio::time", "runtime::clock"]),
    ("forecast", &["crate::http", "crate::cli", "sqlx", "axum"]),
    (
        "campaign_file",
        &["crate::engine", "crate::store", "crate::runtime", "crate::http", "crate::cli", "sqlx", "tokio"],
    ),
    ("intake", &["crate::engine", "crate::store", "crate::runtime", "crate::http", "crate::cli", "sqlx", "tokio"]),
];

fn sources(under: &Path) -> Vec<PathBuf> {
    if under.is_file() {
        return vec![under.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(under).unwrap_or_else(|e| panic!("{}: {e}", under.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The product code of a file: without its tests and its comments.
fn product_code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code = |(i, line): (usize, &str)| {
        let code = line.split("//").next().unwrap_or_default();
        (i + 1, code.to_owned())
    };
    product.lines().enumerate().map(code).collect()
}

#[test]
fn each_part_knows_only_what_it_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for (part, forbidden) in LAW {
        for path in sources(&src.join(part)) {
            for (line, code) in product_code(&path) {
                for word in *forbidden {
                    if code.contains(word) {
                        broken.push(format!("{}:{line}: {part} may not mention `{word}`", path.display()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "the import law is broken:\n{}", broken.join("\n"));
}

#[test]
fn the_engine_answers_every_case_of_its_own_enums() {
    // `_ =>` on our own enums hides the case somebody adds tomorrow. Numbers and strings are matched elsewhere.
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine");
    let mut found = Vec::new();
    for path in sources(&src) {
        for (line, code) in product_code(&path) {
            if code.trim_start().starts_with("_ =>") {
                found.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "`_ =>` in the engine: {}", found.join(", "));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_small() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut problems = Vec::new();
    let mut sizes = BTreeMap::new();
    for path in sources(&src) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//!") {
            problems.push(format!("{}: begins without a //! that says what it is for", path.display()));
        }
        let lines = product_code(&path).len();
        if lines > 600 {
            problems.push(format!("{}: {lines} lines; look twice at 500", path.display()));
        }
        sizes.insert(path, lines);
    }
    assert!(sizes.len() > 20, "the sources were not found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn time_is_read_in_one_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src) {
        if path.ends_with("runtime/clock.rs") {
            continue;
        }
        for (line, code) in product_code(&path) {
            for word in ["Timestamp::now", "Instant::now", "SystemTime::now", "tokio::time::sleep"] {
                assert!(!code.contains(word), "{}:{line}: ask runtime::clock", path.display());
            }
        }
    }
}

#[test]
fn what_the_engine_says_nobody_else_may_say() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine");
    let mut said = Vec::new();
    for path in sources(&src) {
        for (_, code) in product_code(&path) {
            if let Some((_, rest)) = code.split_once("const REASON_")
                && let Some((_, text)) = rest.split_once(": &str = \"")
            {
                said.push(text.trim_end_matches("\";").to_owned());
            }
        }
    }
    assert!(said.len() >= 5, "the engine's reasons were not found: {said:?}");
    for reason in said {
        let reserved = rappel::domain::reason::RESERVED_LABELS.contains(&reason.as_str());
        assert!(reserved, "\"{reason}\" is missing in domain::reason::RESERVED_LABELS");
    }
}

//! `rappel check` and `rappel schema`: campaign files.

use std::path::{Path, PathBuf};

use super::{Outcome, counted, fail};
use crate::{
    campaign_file::{self, Checked},
    domain::campaign::CampaignRules,
};

/// Checks files and prints what is wrong with each.
pub fn check(files: &[PathBuf]) -> Outcome {
    let mut bad = 0;
    for path in files {
        let checked = read(path)?;
        print_problems(path, &checked);
        if checked.has_errors() {
            bad += 1;
        } else {
            let warnings = match checked.problems.len() as u64 {
                0 => String::new(),
                some => format!(", {}", counted(some, "warning")),
            };
            println!("{}: good{warnings}", path.display());
        }
    }
    let files = counted(files.len() as u64, "file");
    match bad {
        0 => Ok(()),
        1 => fail(format!("1 of {files} has errors")),
        _ => fail(format!("{bad} of {files} have errors")),
    }
}

fn read(path: &Path) -> Result<Checked, super::CliError> {
    let text = campaign_file::read(path)
        .map_err(|error| super::CliError::new(format!("{} cannot be read: {error}", path.display())))?;
    Ok(campaign_file::check(&text))
}

fn print_problems(path: &Path, checked: &Checked) {
    let file = path.display().to_string();
    for problem in &checked.problems {
        eprintln!("{}", problem.shown_in(&file));
    }
}

/// The rules in a file, if it has no error; what is wrong with it is printed.
pub fn rules(path: &Path) -> Result<CampaignRules, super::CliError> {
    let checked = read(path)?;
    print_problems(path, &checked);
    checked.rules.ok_or_else(|| super::CliError::new(format!("{} has errors; nothing was changed", path.display())))
}

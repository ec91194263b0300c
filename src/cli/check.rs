//! `rappel check` and `rappel schema`: campaign files.

use std::path::{Path, PathBuf};

use super::{Outcome, fail};
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
            let warnings = checked.problems.len();
            println!(
                "{}: good{}",
                path.display(),
                if warnings > 0 { format!(", {warnings} warnings") } else { String::new() }
            );
        }
    }
    if bad > 0 { fail(format!("{bad} of {} files have errors", files.len())) } else { Ok(()) }
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

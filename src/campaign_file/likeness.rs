//! "Did you mean": the known word that is nearest to what was written.

/// The candidate that `written` was probably meant to be.
pub(super) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = written.trim().to_lowercase().replace(['-', ' '], "_");
    let slips_max = (folded.chars().count() / 3).clamp(1, 3);
    let counted = candidates.into_iter().map(|candidate| (slips(&folded, candidate), candidate));
    counted.filter(|(slips, _)| *slips <= slips_max).min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate)
}

/// How many slips of the finger lie between two words: a character too many, missing, another, or two exchanged.
fn slips(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let other = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = other.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        let words = ["reject", "reject_and_not_ready", "accept", "close"];
        for (written, meant) in [
            ("rejct", Some("reject")),
            ("Reject", Some("reject")),
            ("reject-and-not-ready", Some("reject_and_not_ready")),
            ("acecpt", Some("accept")),
            ("clsoe", Some("close")),
            ("hang_up", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, words), meant, "{written}");
        }
    }
}

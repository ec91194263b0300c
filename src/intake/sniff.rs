//! Which sign stands between the cells of a text file: what the header has most of.

use super::options::Delimiter;

/// The delimiter, and whether the first line only names it (`sep=;`, as Excel writes).
pub(super) fn sniff(sample: &str) -> (Delimiter, bool) {
    let first = sample.lines().next().unwrap_or_default();
    let named = first.strip_prefix("sep=").map(|sign| if sign == "\t" { "tab" } else { sign.trim() });
    if let Some(Ok(delimiter)) = named.map(str::parse) {
        return (delimiter, true);
    }
    let mut counts = [0_usize; Delimiter::SNIFFED.len()];
    let mut in_quotes = false;
    for byte in sample.trim_start().bytes() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' | b'\r' if !in_quotes => break,
            _ if in_quotes => {}
            _ => counts
                .iter_mut()
                .zip(Delimiter::SNIFFED)
                .for_each(|(count, sign)| *count += usize::from(byte == sign.byte())),
        }
    }
    let best = Delimiter::SNIFFED.into_iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    (best.map_or(Delimiter::COMMA, |(sign, _)| sign), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells() {
        for (sample, sign, is_named) in [
            ("Name,Phone\nSmith;Ann;x;y,1\n", ",", false),
            ("Nom;Prénom;Tél\n", ";", false),
            ("Name\tPhone, mobile\tNote\n", "tab", false),
            ("a|b|c\r\n1,2,3,4,5\r\n", "|", false),
            ("\"Phone; mobile; or, home\";Name\n", ";", false),
            ("\"two\nlines;;;\",Phone\n", ",", false),
            ("phone\n+13125550142\n", ",", false),
            ("sep=;\nPhone;Name\n", ";", true),
            ("sep=\t\r\nPhone\tName\n", "tab", true),
            ("\n\nPhone;Name\n", ";", false),
            ("", ",", false),
        ] {
            let (found, named) = sniff(sample);
            assert_eq!((found.to_string().as_str(), named), (sign, is_named), "{sample:?}");
        }
    }
}

//! Letters as people search and compare them: without case and accents.

/// The letter without its accent, where the languages of Western Europe write one.
pub fn without_accent(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// The text in lower case and without accents, be they part of a letter or marks behind it.
pub fn folded(text: &str) -> String {
    let is_mark = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    text.chars().flat_map(char::to_lowercase).filter(|c| !is_mark(c)).map(without_accent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_are_gone_and_nothing_else() {
        for (text, plain) in [
            ("Hélène Müller", "helene muller"),
            ("HE\u{301}LE\u{300}NE", "helene"),
            ("ÉCOLE (2) #1", "ecole (2) #1"),
            ("Łódź 東京", "łodź 東京"),
        ] {
            assert_eq!(folded(text), plain);
            assert_eq!(folded(plain), plain);
        }
    }
}

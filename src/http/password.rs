//! Passwords: Argon2id with the parameters that OWASP's Password Storage Cheat Sheet recommends (19 MiB, 2 rounds, 1 lane),
//! which are the defaults of the `argon2` crate. Hashing is slow on purpose, so it waits its turn beside everything else.
//!
//! What may be a password follows NIST SP 800-63B-4, section 3.1.1.2: its length counts, what it is composed of does not, and
//! what everybody would try first is refused.

use std::{iter::successors, sync::LazyLock};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization as _;

use super::problem::{Code, FieldProblem, Problem};

/// Characters of a password at least, where nothing else is asked for.
const LENGTH_MIN: usize = 15;
/// Bytes at most: 64 characters of any script. Nobody makes us hash a book.
const BYTES_MAX: usize = 256;
/// What must be left when the words that everybody tries are taken out.
const OWN_MIN: usize = 8;
/// Words that everybody tries.
const COMMON: [&str; 9] =
    ["rappel", "password", "motdepasse", "mot de passe", "welcome", "bienvenue", "administrat", "letmein", "changeme"];
/// Rows that fingers and minds walk along.
const ROWS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz",
    "012345678901",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// How many are hashed at once: each takes 19 MiB and a core.
static TURNS: Semaphore = Semaphore::const_new(2);
/// How many may wait for that: whoever comes later is told so, and nothing heaps up.
static LINE: Semaphore = Semaphore::const_new(200);
/// What a password is held against when nobody has the name: whoever asks cannot tell by the time it takes.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password("nobody has this password"));

/// The hash of a password, in PHC form. It takes a moment of a core.
pub fn hash_password(password: &str) -> String {
    let hash = Argon2::default().hash_password(composed(password).as_bytes());
    hash.expect("the default parameters are good, and the system has randomness").to_string()
}

/// As [`hash_password`], beside the work of everybody else.
pub(super) async fn hash(password: String) -> Result<String, Problem> {
    in_turn(&LINE, move || hash_password(&password)).await
}

/// Is this the password? `hash` is none where nobody has the name, or they chose no password yet.
pub(super) async fn is_password(password: String, hash: Option<String>) -> Result<bool, Problem> {
    in_turn(&LINE, move || {
        let against = hash.as_deref().unwrap_or(&NOBODY);
        let fits = Argon2::default().verify_password(composed(&password).as_bytes(), against).is_ok();
        fits && hash.is_some()
    })
    .await
}

/// Refuses what is no good password for `login`.
pub(super) fn check(field: &str, password: &str, login: &str) -> Result<(), Problem> {
    let refuse = |code, why: String| Err(Problem::fields(code, vec![FieldProblem::new(field, why)]));
    let password = composed(password);
    if password.chars().count() < LENGTH_MIN {
        let why = format!("choose at least {LENGTH_MIN} characters; four words are a good start");
        return refuse(Code::PasswordTooShort, why);
    }
    if password.len() > BYTES_MAX {
        return refuse(Code::PasswordTooLong, format!("choose at most {BYTES_MAX} bytes"));
    }
    if is_easy(&password, login) {
        return refuse(Code::PasswordTooEasy, "many would try this first: choose some words of your own".to_owned());
    }
    Ok(())
}

/// The same for everybody who types the same, whatever their keyboard makes of an accent.
fn composed(password: &str) -> String {
    password.nfkc().collect()
}

/// Whole passwords that lists of known ones are full of: the account's own names and common words with little beside them,
/// one part over and over, a walk along the keyboard.
fn is_easy(password: &str, login: &str) -> bool {
    let plain = password.to_lowercase();
    let login = login.to_lowercase();
    let own = COMMON.iter().copied().chain([login.as_str()]).filter(|word| !word.is_empty());
    let own: Vec<char> = own.fold(plain, |left, word| left.replace(word, "")).chars().collect();
    own.len() < OWN_MIN || repeats(&own) || walks(&own)
}

fn repeats(text: &[char]) -> bool {
    (1..=text.len() / 2).any(|part| text[part..].iter().zip(text).all(|(one, before)| one == before))
}

/// Do two steps in three lead to the neighbour on a row, or stay?
fn walks(text: &[char]) -> bool {
    let is_step = |one: char, next: char| one == next || ROWS.iter().any(|row| are_neighbours(row, one, next));
    let steps = text.windows(2).filter(|pair| is_step(pair[0], pair[1])).count();
    steps * 3 >= (text.len() - 1) * 2
}

fn are_neighbours(row: &str, one: char, next: char) -> bool {
    let pairs = successors(Some(row), |rest| rest.get(1..)).filter_map(|rest| rest.get(..2));
    pairs
        .filter_map(|pair| Some((pair.chars().next()?, pair.chars().nth(1)?)))
        .any(|pair| pair == (one, next) || pair == (next, one))
}

/// The turn is given back when the work is done, also where nobody waits for it any more.
async fn in_turn<T: Send + 'static>(
    line: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let busy = || Problem::new(Code::TooManyRequests, "very many sign in at this moment; try again").retry_after(2);
    let place = line.try_acquire().map_err(|_| busy())?;
    let turn = TURNS.acquire().await.expect("it is never closed");
    let done = spawn_blocking(move || {
        let _held = (place, turn);
        work()
    });
    Ok(done.await.expect("hashing does not fail"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "plum tree by the gate";

    async fn fits(password: &str, hash: Option<&str>) -> bool {
        is_password(password.to_owned(), hash.map(str::to_owned)).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let kept = hash(GOOD.to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash_password(GOOD), "each has its salt");
        assert!(fits(GOOD, Some(&kept)).await);
        assert!(!fits("plum tree by the gates", Some(&kept)).await);
        assert!(!fits("nobody has this password", None).await);
    }

    #[tokio::test]
    async fn an_accent_is_one_however_it_is_typed() {
        let kept = hash_password("un \u{e9}t\u{e9} sur la Sa\u{f4}ne");
        assert!(fits("un e\u{301}te\u{301} sur la Sao\u{302}ne", Some(&kept)).await);
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        let code = |password: &str| {
            check("password", password, "kim").map_err(|p| serde_json::to_value(p.told()).unwrap()["code"].clone())
        };
        assert_eq!(code("fourteen chars").unwrap_err(), "password_too_short");
        assert_eq!(code(&"\u{1F600} word ".repeat(30)).unwrap_err(), "password_too_long");
        for easy in [
            "aaaaaaaaaaaaaaa",
            "kim-kim-kim-kim",
            "kimkimkimkim2026",
            "passwordpassword",
            "Motdepasse123456",
            "123456789012345",
            "987654321098765",
            "qwertyuiopasdfgh",
            "azertyuiopqsdfgh",
            "1qaz2wsx3edc4rfv",
            "1q2w3e4r5t6y7u8i",
            "ABCDEFGHIJKLMNOP",
            "Rappel-Rappel-2026",
        ] {
            assert_eq!(code(easy), Err("password_too_easy".into()), "{easy}");
        }
        for good in
            [GOOD, "quand les cerises", "il fait beau a Kimberley", "tr0ub4dor&3 tr0ub4", "000 111 hats 9 moons"]
        {
            assert_eq!(code(good), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn whoever_comes_when_the_line_is_full_is_told_so() {
        static FULL: Semaphore = Semaphore::const_new(0);
        let told = in_turn(&FULL, || ()).await.unwrap_err();
        assert_eq!(told.status().as_u16(), 429);
    }
}

//! Files that a program which was killed left behind: what was sent to it is about people, and nobody looks for it there.

use std::{fs, io, path::Path};

use jiff::{SignedDuration, Timestamp};

use super::body::PREFIX;
use crate::runtime::clock::Clock;

/// Whatever is being loaded was sent a shorter time ago.
const OLD: SignedDuration = SignedDuration::from_hours(24);

/// Removes files that were sent long ago to a program that is gone.
pub fn forget_old_uploads() {
    let removed = forget_in(&std::env::temp_dir(), Clock::world_now());
    if removed > 0 {
        tracing::info!(removed, "files of an earlier run were left behind");
    }
}

fn forget_in(folder: &Path, now: Timestamp) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_ours)).map(|entry| entry.path());
    ours.filter(|path| is_old(path, now).unwrap_or(false) && fs::remove_file(path).is_ok()).count()
}

/// As [`super::body`] names what was sent, and [`super::Upload`] what was refused of it.
fn is_ours(name: &str) -> bool {
    let Some(id) = name.strip_prefix(PREFIX) else { return false };
    let id = id.strip_suffix(".rejects.csv").unwrap_or(id);
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Was it written to long ago? What is no file is none of ours.
fn is_old(path: &Path, now: Timestamp) -> io::Result<bool> {
    let about = fs::symlink_metadata(path)?;
    let written_at = Timestamp::try_from(about.modified()?).map_err(io::Error::other)?;
    Ok(about.is_file() && now.duration_since(written_at) > OLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ours_and_only_the_old_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let id = "0123456789abcdef0123456789abcdef";
        let ours = [format!("rappel-{id}"), format!("rappel-{id}.rejects.csv")];
        let others = ["rappel-demo-17.db".to_owned(), format!("other-{id}"), format!("rappel-{id}.csv")];
        for name in ours.iter().chain(&others) {
            fs::write(folder.path().join(name), "Ada").unwrap();
        }
        let linked = format!("rappel-{}", id.replace('0', "f"));
        std::os::unix::fs::symlink(folder.path().join(&others[0]), folder.path().join(&linked)).unwrap();
        let now = Clock::world_now();
        assert_eq!(forget_in(folder.path(), now), 0, "they may be in use");
        assert_eq!(forget_in(folder.path(), now + SignedDuration::from_hours(25)), 2);
        let left: Vec<_> = others.iter().chain([&linked]).filter(|name| folder.path().join(name).exists()).collect();
        assert_eq!(left.len(), 4, "{left:?}");
    }
}

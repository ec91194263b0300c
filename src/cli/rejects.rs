//! The file that refused rows go to. Somebody may be mending the one of last time, so a file that is not what we would write
//! is never overwritten: the new one gets a number.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::CliError;
use crate::loading::rejects_name;

/// A rejects file that is being written. Nothing has its name before it is whole.
pub(super) struct RejectsFile {
    wanted: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
}

/// A rejects file that is there.
pub(super) struct Rejects {
    /// Where.
    pub path: PathBuf,
    /// The one that had its name already and is kept.
    pub kept: Option<PathBuf>,
}

impl RejectsFile {
    pub fn create(wanted: &Path) -> Result<Self, CliError> {
        let name = wanted.file_name().unwrap_or_default().to_string_lossy();
        let part = wanted.with_file_name(format!(".{name}.{}.part", std::process::id()));
        match File::create(&part) {
            Ok(file) => Ok(Self { wanted: wanted.to_owned(), part, file: BufWriter::new(file) }),
            Err(error) => {
                Err(CliError::new(format!("the rejects file {} cannot be written: {error}", wanted.display())))
            }
        }
    }

    /// Gives it its name, or the next that is free.
    pub fn finish(mut self) -> io::Result<Rejects> {
        self.file.flush()?;
        let mut path = self.wanted.clone();
        while path.exists() && !same(&path, &self.part)? {
            path = next(&path);
        }
        fs::rename(&self.part, &path)?;
        let kept = (path != self.wanted).then(|| self.wanted.clone());
        Ok(Rejects { path, kept })
    }
}

impl Write for RejectsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for RejectsFile {
    fn drop(&mut self) {
        fs::remove_file(&self.part).ok();
    }
}

impl Rejects {
    /// Says where the refused rows are.
    pub fn print(&self, what: &str) {
        if let Some(kept) = &self.kept {
            println!("{} is kept: it is not what would be written now, somebody may be mending it", kept.display());
        }
        println!("refused {what} are in {}: mend them there and load that file", self.path.display());
    }
}

fn same(one: &Path, other: &Path) -> io::Result<bool> {
    Ok(fs::metadata(one)?.len() == fs::metadata(other)?.len() && fs::read(one)? == fs::read(other)?)
}

/// The rejects file of a list, beside it.
pub(super) fn next(file: &Path) -> PathBuf {
    file.with_file_name(rejects_name(&file.file_name().unwrap_or_default().to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("l.rejects.csv");
        let write = |text: &str| {
            let mut file = RejectsFile::create(&wanted).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.finish().unwrap()
        };
        assert!(write("bad").kept.is_none());
        assert!(write("bad").kept.is_none(), "the same again is no other file");
        fs::write(&wanted, "mended").unwrap();
        let again = write("bad");
        assert_eq!((again.path.clone(), again.kept), (folder.path().join("l.rejects-2.csv"), Some(wanted.clone())));
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "mended");
        assert_eq!(fs::read_to_string(again.path).unwrap(), "bad");
        drop(RejectsFile::create(&wanted).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing half written stays");
    }
}

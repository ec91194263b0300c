//! One look at a whole file before it is read: its digest, and what kind of file it is.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::{ListProblem, TextEncoding};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text(TextEncoding),
    Workbook,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Scan {
    pub kind: Kind,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub digest: String,
    pub bytes_total: u64,
}

const PIECE_BYTES: usize = 64 * 1024;
const MARKS: [(&[u8], TextEncoding); 3] =
    [(b"\xef\xbb\xbf", TextEncoding::Utf8), (b"\xff\xfe", TextEncoding::Utf16Le), (b"\xfe\xff", TextEncoding::Utf16Be)];

/// Reads the file to its end. `forced` is the encoding that was asked for.
pub(super) fn scan(mut file: impl Read, forced: Option<TextEncoding>) -> Result<Scan, ListProblem> {
    let mut hash = Sha256::new();
    let mut utf8 = Utf8Check::default();
    let (mut head, mut bytes_total, mut has_nul) = (Vec::new(), 0, false);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = read_some(&mut file, &mut piece)?;
        let bytes = &piece[..count];
        if count == 0 {
            break;
        }
        if head.len() < 8 {
            head.extend_from_slice(&bytes[..count.min(8)]);
        }
        hash.update(bytes);
        utf8.add(bytes);
        has_nul |= bytes.contains(&0);
        bytes_total += count as u64;
    }
    let digest = hash.finalize().iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    let kind = kind(&head, has_nul, &utf8, forced)?;
    Ok(Scan { kind, digest, bytes_total })
}

fn kind(head: &[u8], has_nul: bool, utf8: &Utf8Check, forced: Option<TextEncoding>) -> Result<Kind, ListProblem> {
    if head.is_empty() {
        return Err(ListProblem::Empty);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Workbook);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ListProblem::OldWorkbook);
    }
    let marked = MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, encoding)| *encoding);
    let found = if utf8.is_valid() { TextEncoding::Utf8 } else { TextEncoding::Windows1252 };
    let encoding = marked.or(forced).unwrap_or(found);
    if has_nul && !encoding.is_utf16() {
        return Err(ListProblem::NotAList);
    }
    if encoding == TextEncoding::Utf8 && !utf8.is_valid() {
        return Err(ListProblem::NotUtf8 { line: utf8.bad_line() });
    }
    Ok(Kind::Text(encoding))
}

/// The next bytes, as many as there are at once; none at the end.
pub(super) fn read_some(file: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Is what was added so far UTF-8, and if not, from which line on?
#[derive(Default)]
struct Utf8Check {
    /// The first bytes of a character whose others are still to come.
    begun: Vec<u8>,
    line_breaks: u64,
    is_bad: bool,
}

impl Utf8Check {
    fn add(&mut self, bytes: &[u8]) {
        if self.is_bad {
            return;
        }
        let mut whole = std::mem::take(&mut self.begun);
        whole.extend_from_slice(bytes);
        let valid = match str::from_utf8(&whole) {
            Ok(_) => whole.len(),
            Err(problem) => {
                self.is_bad = problem.error_len().is_some();
                problem.valid_up_to()
            }
        };
        self.line_breaks += whole[..valid].split(|byte| *byte == b'\n').skip(1).count() as u64;
        self.begun = whole.split_off(valid);
    }

    fn is_valid(&self) -> bool {
        !self.is_bad && self.begun.is_empty()
    }

    fn bad_line(&self) -> u64 {
        self.line_breaks + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every character is cut.
    struct Drip<'b>(&'b [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn a_file_is_known_by_its_bytes() {
        let text = |encoding| Some(Kind::Text(encoding));
        for (bytes, kind) in [
            (&b"phone\n"[..], text(TextEncoding::Utf8)),
            ("Téléphone\n".as_bytes(), text(TextEncoding::Utf8)),
            (b"T\xe9l\xe9phone\n", text(TextEncoding::Windows1252)),
            (b"\xef\xbb\xbfphone\n", text(TextEncoding::Utf8)),
            (b"\xff\xfep\0", text(TextEncoding::Utf16Le)),
            (b"\xfe\xff\0p", text(TextEncoding::Utf16Be)),
            (b"PK\x03\x04\0\0", Some(Kind::Workbook)),
            (b"ab\0c", None),
            (b"phone \xc3", text(TextEncoding::Windows1252)),
        ] {
            assert_eq!(scan(Drip(bytes), None).ok().map(|scan| scan.kind), kind, "{bytes:?}");
        }
        assert!(matches!(scan(&b""[..], None), Err(ListProblem::Empty)));
        assert!(matches!(scan(&b"\xd0\xcf\x11\xe0\xa1"[..], None), Err(ListProblem::OldWorkbook)));
        let forced = scan(Drip(b"a\nb\n\xe9\n"), Some(TextEncoding::Utf8));
        assert!(matches!(forced, Err(ListProblem::NotUtf8 { line: 3 })), "{forced:?}");
    }

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let scan = scan(Drip(b"abc"), None).unwrap();
        assert_eq!(scan.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(scan.bytes_total, 3);
    }
}

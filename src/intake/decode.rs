//! From the bytes of a file to UTF-8, in pieces.

use std::{
    fmt,
    io::{self, Read},
    str::FromStr,
};

use encoding_rs::{Decoder, Encoding};

use super::{options::NotAnOption, scan::read_some};

/// How a text file writes its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8.
    Utf8,
    /// Windows-1252, which Latin-1 is a part of.
    Windows1252,
    /// UTF-16, the lower byte first: "Unicode text" of Excel.
    Utf16Le,
    /// UTF-16, the upper byte first.
    Utf16Be,
}

impl TextEncoding {
    pub(super) fn table(self) -> &'static Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        }
    }

    pub(super) fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table().name())
    }
}

impl FromStr for TextEncoding {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        let all = [Self::Utf8, Self::Windows1252, Self::Utf16Le, Self::Utf16Be];
        let table = Encoding::for_label(text.as_bytes());
        all.into_iter().find(|known| table == Some(known.table())).ok_or_else(|| NotAnOption {
            given: text.to_owned(),
            expected: "utf-8, windows-1252, latin1, utf-16le or utf-16be",
        })
    }
}

const PIECE_BYTES: usize = 16 * 1024;

/// A reader of UTF-8, without byte order mark, over a reader of another encoding.
pub(super) struct Decoded<R> {
    raw: R,
    decoder: Decoder,
    /// A piece of the file.
    piece: Vec<u8>,
    /// The same piece in UTF-8, and how much of it was given away.
    text: Vec<u8>,
    given: usize,
    at_end: bool,
    pub bytes_read: u64,
}

impl<R: Read> Decoded<R> {
    pub fn new(raw: R, encoding: TextEncoding) -> Self {
        let decoder = encoding.table().new_decoder();
        let text_bytes_max = decoder.max_utf8_buffer_length(PIECE_BYTES).expect("a few times the piece");
        Self {
            raw,
            decoder,
            piece: vec![0; PIECE_BYTES],
            text: Vec::with_capacity(text_bytes_max),
            given: 0,
            at_end: false,
            bytes_read: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let count = read_some(&mut self.raw, &mut self.piece)?;
        self.bytes_read += count as u64;
        self.at_end = count == 0;
        self.given = 0;
        self.text.resize(self.text.capacity(), 0);
        // The text has room for all that the piece can become.
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.piece[..count], &mut self.text, self.at_end);
        self.text.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.at_end {
            self.refill()?;
        }
        let count = into.len().min(self.text.len() - self.given);
        into[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: TextEncoding) -> String {
        let mut text = String::new();
        Decoded::new(bytes, encoding).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn each_encoding_becomes_the_same_text() {
        let text = "Zoë,10 €\r\n".repeat(5000);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (bytes, encoding) in [
            (text.as_bytes(), TextEncoding::Utf8),
            (&windows, TextEncoding::Windows1252),
            (&utf16, TextEncoding::Utf16Le),
            (&utf16_be, TextEncoding::Utf16Be),
            (&marked, TextEncoding::Windows1252),
        ] {
            assert!(decoded(bytes, encoding) == text, "{encoding}");
        }
        assert_eq!(decoded(b"", TextEncoding::Utf8), "");
    }

    #[test]
    fn names_of_encodings() {
        for (name, encoding) in [
            ("utf-8", Some("UTF-8")),
            ("latin1", Some("windows-1252")),
            ("ISO-8859-1", Some("windows-1252")),
            ("utf-16", Some("UTF-16LE")),
            ("big5", None),
        ] {
            assert_eq!(name.parse::<TextEncoding>().ok().map(|e| e.to_string()).as_deref(), encoding, "{name}");
        }
    }
}

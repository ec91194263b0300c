//! Lists as offices write them, read from files; what was refused, mended and loaded again.

use std::{fs, path::PathBuf};

use proptest::prelude::*;
use rappel::intake::{
    BadNumber, BookOptions, BookReader, BookRow, DialTime, IntakeContact, ListProblem, ListReader, ListRow,
    ROW_BYTES_MAX, ReadOptions, RejectsWriter, TextEncoding,
};
use tempfile::TempDir;

fn options() -> ReadOptions {
    ReadOptions::new("US".parse().unwrap())
}

/// A file that is gone when the test is over.
struct Listed {
    folder: TempDir,
}

impl Listed {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list.csv"), bytes).unwrap();
        Self { folder }
    }
    fn path(&self) -> PathBuf {
        self.folder.path().join("list.csv")
    }
    fn open(&self, options: &ReadOptions) -> Result<ListReader, ListProblem> {
        ListReader::open(&self.path(), options)
    }
}

fn rows_with(bytes: &[u8], options: &ReadOptions) -> Vec<ListRow> {
    Listed::new(bytes).open(options).unwrap().map(Result::unwrap).collect()
}

fn rows(bytes: &[u8]) -> Vec<ListRow> {
    rows_with(bytes, &options())
}

/// The contacts of a list in which no row is refused.
fn contacts(bytes: &[u8]) -> Vec<IntakeContact> {
    rows(bytes).into_iter().map(|row| row.contact.unwrap()).collect()
}

fn numbers(contact: &IntakeContact) -> Vec<&str> {
    contact.numbers.iter().map(|number| number.number.as_str()).collect()
}

/// `line:field:code` of each problem of each refused row.
fn refused(rows: &[ListRow]) -> Vec<String> {
    let problems = rows.iter().filter_map(|row| row.contact.as_ref().err()).flatten();
    problems.map(|problem| format!("{}:{}:{}", problem.line, problem.field, problem.code)).collect()
}

#[test]
fn a_file_of_uccx_is_read_without_a_word() {
    let list = "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time\n\
                A-1,Ann,Example,3125550142,+44 20 7946 0018,312-555-0142,2026-12-01 14:00\n\
                ,Bo,,,,3125550143,\n";
    let read = contacts(list.as_bytes());
    let [ann, bo] = &read[..] else { panic!("{read:?}") };
    assert_eq!(
        (ann.account_number.as_str(), ann.first_name.as_str(), ann.last_name.as_str()),
        ("A-1", "Ann", "Example")
    );
    assert_eq!(numbers(ann), ["+13125550142", "+442079460018"]);
    let labels: Vec<_> = ann.numbers.iter().map(|number| (number.label.as_str(), number.zones.to_string())).collect();
    assert_eq!(labels, [("Phone1", "America/Chicago".to_owned()), ("Phone2", "Europe/London".to_owned())]);
    assert_eq!(ann.dial_time, Some(DialTime::Wall("2026-12-01T14:00".parse().unwrap())));
    assert_eq!(ann.dedupe_key(), "account\u{1f}A-1");
    assert_eq!((numbers(bo), bo.line, bo.dial_time), (vec!["+13125550143"], 3, None));
    assert_eq!(bo.dedupe_key(), "numbers\u{1f}+13125550143\u{1f}bo\u{1f}");
}

#[test]
fn delimiters_encodings_and_line_ends_make_no_difference() {
    let text = "Nom;Prénom;Téléphone;Note\nBézier;Zoë;+33 1 99 00 12 34;\"deux\nlignes; ici\"\n";
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for bytes in [
        text.as_bytes().to_vec(),
        text.replace("\nB", "\r\nB").into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        format!("sep=;\r\n{text}").into_bytes(),
        format!("\n\n{text}").into_bytes(),
        text.replace("; ", "_ ").replace(';', "\t").replace("_ ", "; ").into_bytes(),
        text.replace("; ", "_ ").replace(';', "|").replace("_ ", "; ").into_bytes(),
        text.replace("; ", "_ ").replace(';', ",").replace("_ ", "; ").into_bytes(),
        text.trim_end().as_bytes().to_vec(),
        utf16,
        latin1,
    ] {
        let read = contacts(&bytes);
        let [contact] = &read[..] else { panic!("{read:?}") };
        assert_eq!((contact.last_name.as_str(), contact.first_name.as_str()), ("Bézier", "Zoë"));
        assert_eq!(numbers(contact), ["+33199001234"]);
        assert_eq!(contact.variables["Note"], "deux\nlignes; ici");
    }
}

#[test]
fn what_is_forced_is_taken() {
    let list = Listed::new(b"Tel^Note\n3125550142^caf\xe9,a;b\n");
    let forced = ReadOptions { delimiter: "^".parse().ok(), encoding: Some(TextEncoding::Windows1252), ..options() };
    let mut reader = list.open(&forced).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().contact.unwrap().variables["Note"], "café,a;b");
    assert_eq!(reader.encoding(), Some(TextEncoding::Windows1252));
    assert_eq!(reader.bytes_read(), reader.bytes_total());
    let utf8 = ReadOptions { encoding: Some(TextEncoding::Utf8), ..options() };
    assert!(matches!(list.open(&utf8), Err(ListProblem::NotUtf8 { line: 2 })));
}

#[test]
fn every_problem_of_a_row_is_found_at_once() {
    let list = "First Name,Phone1,Phone2,Time Zone,Dial Time,Note\n\
        Ann,3125550142,312555,America/Chicago,2026-12-01 14:00,\n\
        Bo,,,,,\n\
        Cy,555,x,EST,46357.75,\n\
        Di,3125550142,,Mars/Base,,\n\
        Ed,3125550142,,,,n,surplus\n\
        ,,,,,\n\
        Fy,1.6502530000E9,,,,\n";
    let read = rows(list.as_bytes());
    assert_eq!(
        refused(&read),
        [
            "2:Phone2:number_too_few_digits",
            "3:Phone1:no_number",
            "4:Time Zone:zone_unreadable",
            "4:Dial Time:dial_time_unreadable",
            "4:Phone1:number_too_few_digits",
            "4:Phone2:number_has_letters",
            "5:Time Zone:zone_unreadable",
            "6::too_many_cells",
            "8:Phone1:number_is_spreadsheet_quantity",
        ]
    );
    assert_eq!(read.len(), 6, "the blank row is none");
    let dropped = rows_with(list.as_bytes(), &ReadOptions { bad_number: BadNumber::Drop, ..options() });
    let ann = dropped[0].contact.as_ref().unwrap();
    assert_eq!(numbers(ann), ["+13125550142"]);
    assert_eq!((ann.dropped[0].field.as_str(), ann.dropped[0].value_shown.as_str()), ("Phone2", "312555"));
    assert!(dropped[2].contact.is_err(), "no number of Cy is good");
}

#[test]
fn stated_zones_are_kept() {
    let list = "Tel;TZ\n3125550142;America/New_York\n3125550142;America/New_York, America/Chicago\n3125550142;\n3125550142;unknown\n";
    let zones: Vec<_> = contacts(list.as_bytes())
        .into_iter()
        .map(|contact| contact.stated_zones.map_or_else(|| "-".to_owned(), |stated| stated.zones.to_string()))
        .collect();
    assert_eq!(zones, ["America/New_York", "America/Chicago,America/New_York", "-", "-"]);
}

#[test]
fn what_is_too_long_is_refused() {
    let row = |name: usize, note: usize| format!("{},3125550142,{}\n", "n".repeat(name), "é".repeat(note));
    let list = format!("First Name,Tel,Note\n{}{}{}", row(200, 2000), row(201, 0), row(0, 2001));
    assert_eq!(refused(&rows(list.as_bytes())), ["3:First Name:value_too_long", "4:Note:value_too_long"]);
    let huge = format!("Tel,Note\n3125550142,ok\n3125550143,\"{}", "x\n".repeat(ROW_BYTES_MAX));
    let list = Listed::new(huge.as_bytes());
    let mut reader = list.open(&options()).unwrap();
    assert!(reader.next().unwrap().unwrap().contact.is_ok());
    let problem = reader.next().unwrap().unwrap_err();
    assert!(matches!(problem, ListProblem::RowTooLong { line: 3, .. }), "{problem}");
    assert!(reader.next().is_none());
}

#[test]
fn a_file_that_ends_too_early_loses_no_row_silently() {
    let whole = "Tel,Name,City\n3125550142,Ann,Chicago\n3125550143,Bo,\"New\nYork\"";
    assert_eq!(refused(&rows(whole.as_bytes())), [""; 0], "the last line break may be missing");
    for (end, problem) in [(whole.len() - 1, "3::quote_not_closed"), (whole.len() - 11, "3::row_cut")] {
        assert_eq!(refused(&rows(&whole.as_bytes()[..end])), [problem], "{end}");
    }
    assert_eq!(
        refused(&rows(b"Tel,Name,City\n3125550142\n")),
        [""; 0],
        "cells at the end of a whole row may be missing"
    );
}

#[test]
fn what_is_no_list_is_said() {
    let said = |bytes: &[u8]| Listed::new(bytes).open(&options()).err().map(|problem| problem.to_string());
    let empty = Some("the list is empty: its first line must name the columns".to_owned());
    assert_eq!(said(b""), empty);
    assert_eq!(said(b"\xef\xbb\xbf\r\n"), empty);
    assert_eq!(said(b"Tel,Name\n"), None, "a list without rows is a list");
    assert_eq!(rows(b"Tel,Name\n"), []);
    assert!(said(b"Name,City\nAnn,Chicago\n").unwrap().ends_with("The headers are \"Name\", \"City\""));
    assert!(said(b"PK\x03\x04 not a workbook").unwrap().starts_with("the workbook cannot be read"));
    assert!(said(b"\x00\x01\x02").unwrap().starts_with("the file is neither text nor an .xlsx workbook"));
    let nowhere = ListReader::open(&PathBuf::from("/nowhere/list.csv"), &options());
    assert!(matches!(nowhere, Err(ListProblem::Io(_))));
}

fn workbook() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/contacts.xlsx")
}

#[test]
fn numbers_of_a_workbook_are_exact() {
    let mut reader = ListReader::open(&workbook(), &options()).unwrap();
    let read: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(read[0].cells, ["Ann", "Example", "13125550142", "3125550143", "2026-12-01 14:00:00", "19.99"]);
    let ann = read[0].contact.as_ref().unwrap();
    assert_eq!(numbers(ann), ["+13125550142", "+13125550143"]);
    assert_eq!(ann.dial_time, Some(DialTime::Wall("2026-12-01T14:00".parse().unwrap())));
    assert_eq!(ann.variables["Premium"], "19.99");
    let second = read[1].contact.as_ref().unwrap();
    assert_eq!((second.line, second.last_name.as_str(), numbers(second)), (4, "Beispiel", vec!["+13125550144"]));
    assert_eq!(second.dial_time, Some(DialTime::Wall("2026-12-02T00:00".parse().unwrap())));
    assert_eq!(refused(&read), ["5:Phone1:number_is_spreadsheet_quantity"]);
    assert_eq!(reader.encoding(), None);

    let other = ReadOptions { sheet: Some("Other".into()), ..options() };
    let mut reader = ListReader::open(&workbook(), &other).unwrap();
    assert_eq!(numbers(&reader.next().unwrap().unwrap().contact.unwrap()), ["+13125550145"]);
    let missing = ReadOptions { sheet: Some("Sales".into()), ..options() };
    let problem = ListReader::open(&workbook(), &missing).err().unwrap().to_string();
    assert_eq!(problem, "the workbook has no sheet \"Sales\"; it has \"Contacts\", \"Other\"");
}

/// The rejects file of a list.
fn rejects(reader: &mut ListReader) -> Vec<u8> {
    let mut writer = RejectsWriter::new(Vec::new(), reader).unwrap();
    for row in reader.by_ref() {
        writer.write(&row.unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn what_was_refused_is_mended_and_loaded_again() {
    let list = Listed::new("Nom;Tél;=cmd;\nZoë;+1 312 555;=1+1\nAnn;3125550142;\nBo;x;a;b\n".as_bytes());
    let file = String::from_utf8(rejects(&mut list.open(&options()).unwrap())).unwrap();
    insta::assert_snapshot!("a_rejects_file", file);
    let mended = file.replace("'+1 312 555", "+1 312 555 0143").replace(";x;", ";3125550144;");
    let list = Listed::new(mended.as_bytes());
    let mut reader = list.open(&options()).unwrap();
    assert!(reader.is_rejects_file());
    let zoe = reader.next().unwrap().unwrap().contact.unwrap();
    assert_eq!((numbers(&zoe), zoe.variables["=cmd"].as_str()), (vec!["+13125550143"], "=1+1"));
    let bo = reader.next().unwrap().unwrap();
    assert_eq!(refused(std::slice::from_ref(&bo)), ["3::too_many_cells"], "the surplus cell is still there");
    assert_eq!(bo.cells, ["Bo", "3125550144", "a", "b"]);
    assert!(reader.next().is_none());
}

#[test]
fn refused_rows_of_a_workbook_become_text() {
    let mut reader = ListReader::open(&workbook(), &options()).unwrap();
    let again = rows(&rejects(&mut reader));
    assert_eq!(again[0].cells, ["Ann", "", "1.6502530000E9", "", "", "=1+1"]);
}

#[test]
fn t01_3_a_phone_book_is_read_as_offices_write_it() {
    let list = Listed::new(
        b"Nom;Poste;Remarques\nH\xe9l\xe8ne;1-800-FLOWERS;\n\nB\xe9a;12;a;b\n;;?\nCl\xe9o;\xb2;x\nDan;\"7;\n",
    );
    let mut reader = BookReader::open(&list.path(), &BookOptions::default()).unwrap();
    let read: Vec<BookRow> = reader.by_ref().map(Result::unwrap).collect();
    let first = read[0].entry.as_ref().unwrap();
    assert_eq!((first.name(), first.number(), first.note()), ("Hélène", "1-800-FLOWERS", ""));
    let problems = read.iter().filter_map(|row| row.entry.as_ref().err()).flatten();
    let problems: Vec<_> = problems.map(|it| format!("{}:{}:{}", it.line, it.field, it.code)).collect();
    let wanted =
        ["4::too_many_cells", "5:Nom:no_name", "5:Poste:no_number", "6:Poste:not_on_dial_pad", "7::quote_not_closed"];
    assert_eq!(problems, wanted);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[^\\x00]{0,12}", "[=+@'\"\\-,;|\t\r\n a\u{feff}\u{1f}é]{0,8}", Just(String::new())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the cells say, they come back from a rejects file, and from the rejects of that.
    #[test]
    fn every_cell_comes_back(
        cells in prop::collection::vec([cell(), cell(), cell()], 1..6),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["Tel", "Note", "=Note", "Name"]).unwrap();
        for [note, other, name] in &cells {
            writer.write_record(["not a number", note, other, name]).unwrap();
        }
        let list = Listed::new(&writer.into_inner().unwrap());
        let first = rejects(&mut list.open(&options()).unwrap());
        let list = Listed::new(&first);
        let mut reader = list.open(&options()).unwrap();
        let read: Vec<_> = reader.by_ref().map(|row| row.unwrap().cells).collect();
        let written: Vec<_> = cells
            .iter()
            .map(|[note, other, name]| vec!["not a number".to_owned(), note.clone(), other.clone(), name.clone()])
            .collect();
        prop_assert_eq!(&read, &written);
        let headers: Vec<_> = reader.columns().iter().map(|column| column.header.clone()).collect();
        prop_assert_eq!(headers, ["Tel", "Note", "=Note", "Name"]);
        let second = rejects(&mut list.open(&options()).unwrap());
        let list = Listed::new(&second);
        let read: Vec<_> = list.open(&options()).unwrap().map(|row| row.unwrap().cells).collect();
        prop_assert_eq!(read, written);
    }
}

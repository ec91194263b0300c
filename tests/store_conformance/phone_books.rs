//! Phone books: filled, assigned, searched, removed.

use rappel::{
    domain::{
        ids::{PhoneBookEntryId, TeamId},
        phone_book::{BookEntry, ENTRIES_MAX, SearchWords},
    },
    store::{BookFill, BookFilled, BookTeam, Database, ManageError},
};

use super::{on_every_database, world::Place};

on_every_database!(
    t01_3_a_book_is_filled_once,
    t01_3_a_book_is_replaced_whole,
    t01_3_a_team_sees_its_books_and_those_for_all,
    t01_3_words_are_searched_in_name_number_and_note,
    a_book_is_changed_by_whom_it_belongs_to,
    a_book_has_an_end,
);

fn entry(name: &str, number: &str, note: &str) -> BookEntry {
    BookEntry::new(name, number, note).expect("an entry")
}

fn three() -> Vec<BookEntry> {
    vec![
        entry("Hélène Byron", "+1 (312) 555-0142", "Billing"),
        entry("Flowers", "1-800-FLOWERS", "50% off; open_late!"),
        entry("Desk", "1234", ""),
    ]
}

async fn fill(db: &Database, name: &str, fill: BookFill, entries: &[BookEntry]) -> BookFilled {
    db.phone_book_fill(name, BookTeam::Keep, fill, entries, None).await.expect("fills")
}

fn counts(filled: &BookFilled) -> (u64, u64, u64, u64) {
    (filled.added, filled.changed, filled.removed, filled.book.entries)
}

async fn names(db: &Database, text: &str, seen_by: Option<TeamId>) -> Vec<String> {
    let words = SearchWords::of(text).expect("words");
    let found = db.phone_book_search(&words, seen_by, 10).await.expect("searches");
    found.into_iter().map(|found| found.entry.name().to_owned()).collect()
}

async fn t01_3_a_book_is_filled_once(place: Place) {
    let db = &place.database;
    assert_eq!(counts(&fill(db, " house ", BookFill::Add, &three()).await), (3, 0, 0, 3));
    let book = db.phone_book_named("house").await.expect("reads").expect("is there");
    assert_eq!((book.team_id, book.team.as_deref()), (None, None));
    let entries = async || db.phone_book_entries(book.id, PhoneBookEntryId(0), 10).await.expect("entries");
    let before = entries().await;
    let kept: Vec<_> = before.iter().map(|it| it.entry.clone()).collect();
    assert_eq!(kept, three(), "as they were written, in the order of the file");
    for how in [BookFill::Add, BookFill::Replace] {
        assert_eq!(counts(&fill(db, "house", how, &three()).await), (0, 0, 0, 3));
        assert_eq!(entries().await, before);
    }
    let page = db.phone_book_entries(book.id, before[0].id, 1).await.expect("a page");
    assert_eq!(page, before[1..2]);
    // What stands twice is there once, with the last note; what has another number is another.
    let twice = [entry("Desk", "1234", "front"), entry("Desk", "1234", "back"), entry("Desk", "1235", "")];
    assert_eq!(counts(&fill(db, "house", BookFill::Add, &twice).await), (1, 1, 0, 4));
    assert_eq!(entries().await[2].entry.note(), "back");
    assert_eq!(names(db, "back", None).await, ["Desk"]);
}

async fn t01_3_a_book_is_replaced_whole(place: Place) {
    let db = &place.database;
    let first = fill(db, "house", BookFill::Add, &three()).await;
    let new = [entry("Desk", "1234", "front"), entry("Gate", "1236", "")];
    assert_eq!(counts(&fill(db, "house", BookFill::Replace, &new).await), (1, 1, 2, 2));
    let found = db.phone_book_search(&SearchWords::of("").expect("words"), None, 10).await.expect("searches");
    let found: Vec<_> = found.into_iter().map(|found| (found.book, found.entry)).collect();
    assert_eq!(found, new.map(|entry| ("house".to_owned(), entry)));
    let emptied = fill(db, "house", BookFill::Replace, &[]).await;
    assert_eq!((counts(&emptied), emptied.book.id), ((0, 0, 2, 0), first.book.id));
    assert_eq!(counts(&fill(db, "house", BookFill::Add, &[]).await), (0, 0, 0, 0));
    db.phone_book_remove("house", None).await.expect("removes");
    assert_eq!(db.phone_book_named("house").await.expect("reads"), None);
    let gone = db.phone_book_remove("house", None).await;
    assert!(matches!(gone, Err(ManageError::UnknownPhoneBook(_))), "{gone:?}");
}

/// Two teams, and books for all, for the first and for the second, one entry in each.
async fn three_books(db: &Database) -> (TeamId, TeamId) {
    let north = db.team_named("north").await.expect("a team").id;
    let south = db.team_named("south").await.expect("a team").id;
    for (name, team_id) in [("all", None), ("northern", Some(north)), ("southern", Some(south))] {
        let entries = [entry(&format!("Desk of {name}"), "1234", "")];
        db.phone_book_fill(name, BookTeam::Assign(team_id), BookFill::Add, &entries, None).await.expect("fills");
    }
    (north, south)
}

async fn t01_3_a_team_sees_its_books_and_those_for_all(place: Place) {
    let db = &place.database;
    let (north, south) = three_books(db).await;
    let books = async |seen_by| {
        let books = db.phone_books(seen_by).await.expect("books");
        books.into_iter().map(|book| (book.name, book.team)).collect::<Vec<_>>()
    };
    let all = ("all".to_owned(), None);
    let of_north = ("northern".to_owned(), Some("north".to_owned()));
    let of_south = ("southern".to_owned(), Some("south".to_owned()));
    assert_eq!(books(None).await, [all.clone(), of_north.clone(), of_south.clone()]);
    assert_eq!(books(Some(north)).await, [all.clone(), of_north.clone()]);
    assert_eq!(books(Some(south)).await, [all.clone(), of_south.clone()]);
    assert_eq!(names(db, "desk", Some(north)).await, ["Desk of all", "Desk of northern"]);
    assert_eq!(names(db, "desk", Some(south)).await, ["Desk of all", "Desk of southern"]);
    assert_eq!(names(db, "desk", None).await.len(), 3);

    let keep = fill(db, "northern", BookFill::Add, &[]).await;
    assert_eq!(keep.book.team_id, Some(north), "a book that is filled stays with its team");
    let assign = BookTeam::Assign(None);
    let assigned = db.phone_book_fill("northern", assign, BookFill::Add, &[], None).await.expect("assigns");
    assert_eq!((assigned.book.team_id, assigned.book.entries), (None, 1));
    assert_eq!(names(db, "northern", Some(south)).await, ["Desk of northern"]);
}

async fn t01_3_words_are_searched_in_name_number_and_note(place: Place) {
    let db = &place.database;
    fill(db, "house", BookFill::Add, &three()).await;
    let texts = [
        "",
        "HELENE",
        "hél bill",
        "312-555",
        "(312)",
        "800356",
        "flowers",
        "0%",
        "_late!",
        "e",
        "desk 9",
        "%",
        "%%",
        "\\",
        "'",
        "\0",
    ];
    for text in texts {
        let words = SearchWords::of(text).expect("words");
        let mut wanted: Vec<_> =
            three().into_iter().filter(|it| words.find(it)).map(|it| it.name().to_owned()).collect();
        wanted.sort();
        assert_eq!(names(db, text, None).await, wanted, "{text:?}");
    }
    assert_eq!(names(db, "", None).await.len(), 3);
    assert_eq!(names(db, "%", None).await, ["Flowers"]);
    let some = db.phone_book_search(&SearchWords::of("").expect("words"), None, 2).await.expect("searches");
    assert_eq!(some.len(), 2);
}

async fn a_book_is_changed_by_whom_it_belongs_to(place: Place) {
    let db = &place.database;
    let (north, south) = three_books(db).await;
    let new = [entry("New", "1", "")];
    for (name, team) in [
        ("all", BookTeam::Keep),
        ("southern", BookTeam::Keep),
        ("southern", BookTeam::Assign(Some(north))),
        ("northern", BookTeam::Assign(None)),
        ("northern", BookTeam::Assign(Some(south))),
        ("new", BookTeam::Keep),
        ("new", BookTeam::Assign(Some(south))),
    ] {
        let refused = db.phone_book_fill(name, team, BookFill::Replace, &new, Some(north)).await;
        assert!(matches!(refused, Err(ManageError::PhoneBookOfOthers(_))), "{name} {team:?}: {refused:?}");
    }
    assert_eq!(names(db, "new", None).await, Vec::<String>::new(), "nothing of a refused change is stored");
    assert_eq!(db.phone_books(None).await.expect("books").len(), 3);
    for name in ["all", "southern"] {
        let refused = db.phone_book_remove(name, Some(north)).await;
        assert!(matches!(refused, Err(ManageError::PhoneBookOfOthers(_))), "{name}: {refused:?}");
    }
    let assign = BookTeam::Assign(Some(north));
    let own = db.phone_book_fill("northern", assign, BookFill::Add, &new, Some(north)).await.expect("fills");
    assert_eq!(counts(&own), (1, 0, 0, 2));
    db.phone_book_remove("northern", Some(north)).await.expect("removes");
}

async fn a_book_has_an_end(place: Place) {
    let db = &place.database;
    let many: Vec<_> = (0..ENTRIES_MAX).map(|n| entry(&format!("Desk {n}"), &n.to_string(), "")).collect();
    assert_eq!(counts(&fill(db, "house", BookFill::Add, &many).await), (20_000, 0, 0, 20_000));
    let more = [entry("One more", "1", "")];
    let refused = db.phone_book_fill("house", BookTeam::Keep, BookFill::Add, &more, None).await;
    assert!(matches!(refused, Err(ManageError::PhoneBookFull(_))), "{refused:?}");
    assert_eq!(counts(&fill(db, "house", BookFill::Replace, &many).await), (0, 0, 0, 20_000));
    assert_eq!(counts(&fill(db, "house", BookFill::Replace, &more).await), (1, 0, 20_000, 1));
    for name in ["", " ", &"x".repeat(101)] {
        let refused = db.phone_book_fill(name, BookTeam::Keep, BookFill::Add, &[], None).await;
        assert!(matches!(refused, Err(ManageError::BadLength { field: "name", .. })), "{refused:?}");
    }
}

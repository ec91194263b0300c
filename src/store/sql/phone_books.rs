//! Phone books.

super::statements! { PHONE_BOOKS_SQL:
    PHONE_BOOK_ADDED = "INSERT INTO phone_books (name, team_id) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    /// A write that changes nothing holds the book until the end of the transaction, and it reads.
    PHONE_BOOK_HELD = "UPDATE phone_books SET name = name WHERE name = $1 RETURNING id, team_id";
    PHONE_BOOK_ASSIGNED = "UPDATE phone_books SET team_id = $2 WHERE id = $1";
    PHONE_BOOK_REMOVED = "DELETE FROM phone_books WHERE id = $1";
    PHONE_BOOK_EMPTIED = "DELETE FROM phone_book_entries WHERE book_id = $1";
    PHONE_BOOK_SIZE = "SELECT COUNT(*) AS entries FROM phone_book_entries WHERE book_id = $1";

    /// Those a team may see: for all teams, or for it.
    PHONE_BOOKS = "
        SELECT phone_books.id AS id, phone_books.name AS name, team_id, teams.name AS team,
            (SELECT COUNT(*) FROM phone_book_entries WHERE book_id = phone_books.id) AS entries
        FROM phone_books LEFT JOIN teams ON teams.id = team_id
        WHERE (CAST($1 AS BIGINT) IS NULL OR team_id IS NULL OR team_id = $1)
            AND (CAST($2 AS TEXT) IS NULL OR phone_books.name = $2)
        ORDER BY phone_books.name LIMIT 1000";

    /// Entries that the new book does not have.
    PHONE_BOOK_ENTRIES_GONE = "
        DELETE FROM phone_book_entries
        WHERE book_id = $2 AND (name, number) NOT IN (SELECT value->>'name', value->>'number' FROM " EACH ")";
    /// An entry is the same when name and number are; then its note is the new one.
    PHONE_BOOK_ENTRIES_LOADED = "
        INSERT INTO phone_book_entries (book_id, name, number, note, search_text)
        SELECT $2, value->>'name', value->>'number', value->>'note', value->>'search_text' FROM " EACH "
        WHERE true ON CONFLICT (book_id, name, number) DO UPDATE
            SET note = excluded.note, search_text = excluded.search_text
            WHERE phone_book_entries.note <> excluded.note";

    PHONE_BOOK_ENTRIES = "
        SELECT entries.id AS id, phone_books.name AS book, entries.name AS name, number, note
        FROM phone_book_entries AS entries JOIN phone_books ON phone_books.id = book_id
        WHERE book_id = $1 AND entries.id > $2 ORDER BY entries.id LIMIT $3";
    /// Each row is a word; no word may be missing. Name by name, as the search text begins with the name.
    PHONE_BOOK_ENTRIES_FOUND = "
        SELECT entries.id AS id, phone_books.name AS book, entries.name AS name, number, note
        FROM phone_book_entries AS entries JOIN phone_books ON phone_books.id = book_id
        WHERE (CAST($2 AS BIGINT) IS NULL OR team_id IS NULL OR team_id = $2)
            AND NOT EXISTS (SELECT 1 FROM " EACH "
                WHERE search_text NOT LIKE (value->>'text') ESCAPE '!'
                    AND search_text NOT LIKE (value->>'digits') ESCAPE '!')
        ORDER BY search_text, entries.id LIMIT $3";
}

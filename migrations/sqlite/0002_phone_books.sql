-- Phone books: names and numbers that an administrator assigns to all teams or to one.

CREATE TABLE phone_books (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    team_id INTEGER REFERENCES teams (id) -- none: all teams
) STRICT;
CREATE INDEX phone_books_of_team ON phone_books (team_id);

CREATE TABLE phone_book_entries (
    id          INTEGER PRIMARY KEY,
    book_id     INTEGER NOT NULL REFERENCES phone_books (id),
    name        TEXT    NOT NULL CHECK (name <> ''),
    number      TEXT    NOT NULL CHECK (length(number) BETWEEN 1 AND 64), -- as the administrator wrote it
    note        TEXT    NOT NULL,
    search_text TEXT    NOT NULL, -- the other three without case and accents; follows from them
    UNIQUE (book_id, name, number)
) STRICT;

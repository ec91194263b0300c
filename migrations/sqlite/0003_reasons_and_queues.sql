-- What agents choose from, and where customers who call wait.

CREATE TABLE reasons (
    id      INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL CHECK (kind IN ('wrap_up', 'not_ready')),
    code    INTEGER NOT NULL CHECK (code BETWEEN 1 AND 65535),
    label   TEXT    NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
    team_id INTEGER REFERENCES teams (id), -- none: every team
    UNIQUE (kind, code)
) STRICT;

CREATE TABLE queues (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES teams (id),
    name       TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'closed')),
    rules      TEXT    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX queues_of_team ON queues (team_id);

-- People who sign in with a name and a password. What they may do is as for a token: signing in makes one.

CREATE TABLE users (
    id                 INTEGER PRIMARY KEY,
    login              TEXT    NOT NULL UNIQUE CHECK (login <> ''),
    role               TEXT    NOT NULL CHECK (role IN ('agent', 'supervisor', 'manager', 'admin')),
    agent_id           INTEGER UNIQUE REFERENCES agents (id),
    team_id            INTEGER REFERENCES teams (id),
    password_hash      TEXT,             -- Argon2id in PHC form; none until the person has chosen one
    invitation_hash    TEXT UNIQUE CHECK (length(invitation_hash) = 64), -- SHA-256 of the code by which they choose it
    invitation_ends_at INTEGER,
    created_at         INTEGER NOT NULL,
    disabled_at        INTEGER,
    CHECK ((role = 'agent') = (agent_id IS NOT NULL)),
    CHECK ((invitation_hash IS NULL) = (invitation_ends_at IS NULL))
) STRICT;

ALTER TABLE tokens ADD COLUMN user_id INTEGER REFERENCES users (id);
CREATE INDEX tokens_of_user ON tokens (user_id) WHERE user_id IS NOT NULL AND revoked_at IS NULL;

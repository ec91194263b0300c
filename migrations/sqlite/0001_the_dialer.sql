-- Everything a dialer keeps. Instants are whole milliseconds since 1970-01-01T00:00:00Z; words are those of the domain;
-- JSON is text. What a state promises is a CHECK, what must not happen twice is a unique index.

CREATE TABLE teams (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    fence         INTEGER NOT NULL DEFAULT 0, -- the number of the engine that may commit
    last_seq      INTEGER NOT NULL DEFAULT 0,
    last_event_at INTEGER,
    last_notice   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE agents (
    id      INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (id),
    login   TEXT    NOT NULL UNIQUE CHECK (login <> ''),
    name    TEXT    NOT NULL
) STRICT;
CREATE INDEX agents_of_team ON agents (team_id);

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY,
    hash       TEXT    NOT NULL UNIQUE CHECK (length(hash) = 64), -- SHA-256 in hexadecimal; the token itself is not kept
    role       TEXT    NOT NULL CHECK (role IN ('agent', 'supervisor', 'manager', 'admin')),
    agent_id   INTEGER REFERENCES agents (id),
    team_id    INTEGER REFERENCES teams (id),
    label      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    CHECK ((role = 'agent') = (agent_id IS NOT NULL))
) STRICT;

CREATE TABLE campaigns (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES teams (id),
    name       TEXT    NOT NULL UNIQUE CHECK (name <> ''),
    state      TEXT    NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'ended')),
    rules      TEXT    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX campaigns_of_team ON campaigns (team_id);

CREATE TABLE lists (
    id          INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    name        TEXT    NOT NULL CHECK (name <> ''),
    UNIQUE (campaign_id, name)
) STRICT;

-- Few distinct sets, so that the claim index can hold their numbers.
CREATE TABLE zone_sets (
    id    INTEGER PRIMARY KEY,
    zones TEXT NOT NULL UNIQUE CHECK (zones <> '')
) STRICT;
INSERT INTO zone_sets (id, zones) VALUES (0, 'unknown');

CREATE TABLE contacts (
    id             INTEGER PRIMARY KEY,
    campaign_id    INTEGER NOT NULL REFERENCES campaigns (id),
    list_id        INTEGER NOT NULL REFERENCES lists (id),
    list_priority  INTEGER NOT NULL CHECK (list_priority BETWEEN 0 AND 255),
    account_number TEXT    NOT NULL,
    first_name     TEXT    NOT NULL,
    last_name      TEXT    NOT NULL,
    numbers        TEXT    NOT NULL,
    variables      TEXT    NOT NULL,
    dedupe_key     TEXT,
    stated_zones   TEXT,
    progress       TEXT    NOT NULL,
    attempts       INTEGER NOT NULL CHECK (attempts >= 0),
    state          TEXT    NOT NULL CHECK (state IN ('waiting', 'promised', 'in_progress', 'closed')),
    not_before_at  INTEGER,
    callback_id    TEXT,
    closed_reason  TEXT CHECK (closed_reason IN ('done', 'agent', 'attempts_used_up', 'no_number_left', 'suppressed',
                                                 'do_not_call', 'callback_missed', 'never_in_window')),
    rank           INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 255),
    zone_set_id    INTEGER NOT NULL REFERENCES zone_sets (id),
    next_at        INTEGER NOT NULL,
    CHECK ((state = 'waiting') = (not_before_at IS NOT NULL)),
    CHECK ((state = 'promised') = (callback_id IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_reason IS NOT NULL)),
    UNIQUE (campaign_id, dedupe_key)
) STRICT;
-- The next due contact is one seek for each rank and open zone set, however many contacts there are.
CREATE INDEX contacts_claim ON contacts (campaign_id, rank, zone_set_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX contacts_in_progress ON contacts (campaign_id) WHERE state = 'in_progress';

-- Which seeks are worth making: only grows.
CREATE TABLE campaign_zone_sets (
    campaign_id INTEGER NOT NULL,
    rank        INTEGER NOT NULL,
    zone_set_id INTEGER NOT NULL REFERENCES zone_sets (id),
    PRIMARY KEY (campaign_id, rank, zone_set_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
    id          TEXT    PRIMARY KEY,
    agent_id    INTEGER NOT NULL REFERENCES agents (id),
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    contact_id  INTEGER NOT NULL REFERENCES contacts (id),
    number      TEXT    NOT NULL,
    callback_id TEXT,
    offered_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    ended_how   TEXT CHECK (ended_how IN ('accepted', 'rejected', 'closed', 'lapsed_accepted', 'lapsed_rejected',
                                          'lapsed_closed', 'refused', 'agent_lost', 'campaign_stopped', 'suppressed')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reservations_one_open_per_contact ON reservations (contact_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX reservations_one_open_per_agent ON reservations (agent_id) WHERE ended_at IS NULL;

CREATE TABLE attempts (
    id                   TEXT    PRIMARY KEY,
    reservation_id       TEXT    NOT NULL REFERENCES reservations (id),
    agent_id             INTEGER NOT NULL REFERENCES agents (id),
    campaign_id          INTEGER NOT NULL REFERENCES campaigns (id),
    list_id              INTEGER NOT NULL REFERENCES lists (id),
    contact_id           INTEGER NOT NULL REFERENCES contacts (id),
    number               TEXT    NOT NULL,
    zones                TEXT    NOT NULL,
    tzdb_version         TEXT    NOT NULL,
    keeps_callback_id    TEXT,
    promises_callback_id TEXT,
    phase                TEXT    NOT NULL CHECK (phase IN ('dialing', 'talking', 'wrapping_up', 'ended')),
    opened_at            INTEGER NOT NULL,
    ringing_at           INTEGER,
    ring_until_at        INTEGER NOT NULL,
    answered_at          INTEGER,
    hang_up_asked_at     INTEGER,
    hung_up_at           INTEGER,
    wrap_up_ends_at      INTEGER,
    ended_at             INTEGER,
    classification       TEXT CHECK (classification IN ('voice', 'answering_machine', 'busy', 'fax', 'invalid_number',
                                                        'do_not_call')),
    wrap_up_reason       TEXT,
    outcome              TEXT CHECK (outcome IN ('voice', 'answering_machine', 'busy', 'fax', 'invalid_number',
                                                 'do_not_call', 'no_answer', 'abandoned', 'failed')),
    cause                TEXT CHECK (cause IN ('agent_phone', 'congestion', 'network', 'declined', 'lost')),
    disposition          TEXT CHECK (disposition IN ('retry', 'callback', 'close')),
    retry_at             INTEGER,
    callback_id          TEXT, -- the promise that decides what happens next
    close_reason         TEXT,
    CHECK ((phase = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((phase = 'ended') = (outcome IS NOT NULL)),
    CHECK ((phase = 'ended') = (disposition IS NOT NULL)),
    CHECK ((phase IN ('wrapping_up', 'ended')) = (hung_up_at IS NOT NULL)),
    CHECK ((phase = 'wrapping_up') = (wrap_up_ends_at IS NOT NULL)),
    CHECK (phase <> 'dialing' OR answered_at IS NULL),
    CHECK (phase NOT IN ('talking', 'wrapping_up') OR answered_at IS NOT NULL),
    CHECK ((outcome IS NOT NULL AND outcome = 'failed') = (cause IS NOT NULL)),
    CHECK ((disposition IS NOT NULL AND disposition = 'retry') = (retry_at IS NOT NULL)),
    CHECK ((disposition IS NOT NULL AND disposition = 'callback') = (callback_id IS NOT NULL)),
    CHECK ((disposition IS NOT NULL AND disposition = 'close') = (close_reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempts_one_open_per_contact ON attempts (contact_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX attempts_one_open_per_agent ON attempts (agent_id) WHERE ended_at IS NULL;
CREATE INDEX attempts_of_contact ON attempts (contact_id, opened_at);
CREATE INDEX attempts_by_time ON attempts (campaign_id, opened_at);

CREATE TABLE callbacks (
    id                   TEXT    PRIMARY KEY,
    contact_id           INTEGER NOT NULL REFERENCES contacts (id),
    campaign_id          INTEGER NOT NULL REFERENCES campaigns (id),
    number               TEXT    NOT NULL,
    wall_time            TEXT    NOT NULL, -- the promise itself; the instants follow from it
    zone_stated_by_agent INTEGER NOT NULL CHECK (zone_stated_by_agent IN (0, 1)),
    promised_at          INTEGER NOT NULL,
    due_at               INTEGER NOT NULL,
    tzdb_version         TEXT    NOT NULL,
    owner_id             INTEGER REFERENCES agents (id),
    promised_by          INTEGER NOT NULL REFERENCES agents (id),
    state                TEXT    NOT NULL CHECK (state IN ('scheduled', 'kept', 'missed', 'cancelled')),
    missed_at            INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX callbacks_scheduled ON callbacks (campaign_id, due_at) WHERE state = 'scheduled';
CREATE INDEX callbacks_of_contact ON callbacks (contact_id);

CREATE TABLE sessions (
    agent_id  INTEGER PRIMARY KEY REFERENCES agents (id),
    team_id   INTEGER NOT NULL REFERENCES teams (id),
    extension TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('not_ready', 'ready', 'reserved', 'talking', 'hold', 'wrap_up')),
    since_at  INTEGER NOT NULL,
    doc       TEXT    NOT NULL,
    UNIQUE (team_id, extension)
) STRICT;

CREATE TABLE suppressions (
    number      TEXT    NOT NULL,
    campaign_id INTEGER NOT NULL DEFAULT 0, -- 0: every campaign
    until_at    INTEGER,
    source      TEXT    NOT NULL,
    added_at    INTEGER,
    PRIMARY KEY (number, campaign_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    team_id     INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    agent_id    INTEGER,
    campaign_id INTEGER,
    contact_id  INTEGER,
    doc         TEXT    NOT NULL,
    PRIMARY KEY (team_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_kind ON events (kind, at);
CREATE INDEX events_of_contact ON events (contact_id) WHERE contact_id IS NOT NULL;

-- What managers changed, for the engine of the team; numbered by team without gaps.
CREATE TABLE notices (
    team_id INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (team_id, id)
) STRICT, WITHOUT ROWID;

-- Conversations. What a campaign's call led to stays with its attempt; who takes part, and the label that every agent on
-- it sees, belong to the dialog. Agents sign in again after this step: what they were doing is kept in another form now.

CREATE TABLE dialogs (
    id             TEXT    PRIMARY KEY,
    team_id        BIGINT NOT NULL REFERENCES teams (id),
    kind           TEXT    NOT NULL CHECK (kind IN ('outbound', 'inbound', 'placed', 'internal', 'consult')),
    attempt_id     TEXT REFERENCES attempts (id),
    queue_id       BIGINT REFERENCES queues (id),
    opened_at      BIGINT NOT NULL,
    answered_at    BIGINT,
    ended_at       BIGINT,
    settled_at     BIGINT, -- then nothing can change any more
    wrap_up_reason TEXT,
    doc            TEXT    NOT NULL,
    CHECK ((kind = 'outbound') = (attempt_id IS NOT NULL)),
    CHECK ((kind = 'inbound') = (queue_id IS NOT NULL)),
    CHECK (settled_at IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX dialogs_open ON dialogs (team_id) WHERE settled_at IS NULL;
CREATE INDEX dialogs_of_queue ON dialogs (queue_id, opened_at) WHERE queue_id IS NOT NULL;

-- An agent who passed a customer on is free, while the attempt goes on with somebody else.
DROP INDEX attempts_one_open_per_agent;
CREATE INDEX attempts_open_of_agent ON attempts (agent_id) WHERE ended_at IS NULL;
-- Deadlines of lines are kept with the participants of their dialog.
ALTER TABLE attempts DROP COLUMN ring_until_at;
ALTER TABLE attempts DROP COLUMN hang_up_asked_at;
DELETE FROM sessions;

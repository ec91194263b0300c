//! What is set up for the agents of teams: reasons to choose from, queues to answer.

super::statements! { SETUP:
    /// No row when another reason of the kind has the code.
    REASON_ADDED = "
        INSERT INTO reasons (kind, code, label, team_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, code) DO NOTHING RETURNING *";
    REASON_REMOVED = "DELETE FROM reasons WHERE id = $1 RETURNING *";
    REASON = "SELECT * FROM reasons WHERE id = $1";
    REASONS = "SELECT * FROM reasons ORDER BY kind, code";
    REASONS_OF_TEAM = "SELECT * FROM reasons WHERE team_id = $1 OR team_id IS NULL ORDER BY kind, code";

    /// No row when the queue belongs to another team.
    QUEUE_APPLIED = "
        INSERT INTO queues (team_id, name, state, rules, changed_at) VALUES ($1, $2, 'closed', $3, $4)
        ON CONFLICT (name) DO UPDATE SET rules = excluded.rules, changed_at = excluded.changed_at
        WHERE queues.team_id = excluded.team_id
        RETURNING *";
    QUEUE_STATE_SET = "UPDATE queues SET state = $2, changed_at = $3 WHERE name = $1 RETURNING *";
    QUEUE_NAMED = "SELECT * FROM queues WHERE name = $1";
    QUEUES = "SELECT * FROM queues WHERE id > $1 ORDER BY id LIMIT 1000";
    QUEUES_OF_TEAM = "SELECT * FROM queues WHERE team_id = $1 ORDER BY id";
}

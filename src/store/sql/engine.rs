//! What a team's engine says to the database.

super::statements! { ENGINE:
    /// The first statement of each commit: no row means that another engine has the team.
    TEAM_FENCED = "
        UPDATE teams SET last_seq = COALESCE($3, last_seq), last_event_at = COALESCE($4, last_event_at)
        WHERE id = $1 AND fence = $2";

    CONTACTS_CHANGED = "
        UPDATE contacts SET
            state = value->>'state',
            not_before_at = CAST(value->>'not_before_at' AS BIGINT),
            callback_id = value->>'callback_id',
            closed_reason = value->>'closed_reason',
            rank = CAST(value->>'rank' AS BIGINT),
            zone_set_id = CAST(value->>'zone_set_id' AS BIGINT),
            next_at = CAST(value->>'next_at' AS BIGINT),
            stated_zones = COALESCE(value->>'stated_zones', stated_zones),
            progress = value->>'progress',
            attempts = CAST(value->>'attempts' AS BIGINT)
        FROM " EACH "
        WHERE contacts.id = CAST(value->>'id' AS BIGINT)";

    ZONE_SETS_USED = "
        INSERT INTO campaign_zone_sets (campaign_id, rank, zone_set_id)
        SELECT CAST(value->>'campaign_id' AS BIGINT), CAST(value->>'rank' AS BIGINT),
            CAST(value->>'zone_set_id' AS BIGINT)
        FROM " EACH "
        WHERE true ON CONFLICT (campaign_id, rank, zone_set_id) DO NOTHING";

    /// What is over stays as it is.
    RESERVATIONS_CHANGED = "
        INSERT INTO reservations (id, agent_id, campaign_id, contact_id, number, callback_id, offered_at, expires_at,
            ended_at, ended_how)
        SELECT value->>'id', CAST(value->>'agent_id' AS BIGINT), CAST(value->>'campaign_id' AS BIGINT),
            CAST(value->>'contact_id' AS BIGINT), value->>'number', value->>'callback_id',
            CAST(value->>'offered_at' AS BIGINT), CAST(value->>'expires_at' AS BIGINT),
            CAST(value->>'ended_at' AS BIGINT), value->>'ended_how'
        FROM " EACH "
        WHERE true ON CONFLICT (id) DO UPDATE SET
            expires_at = excluded.expires_at, ended_at = excluded.ended_at, ended_how = excluded.ended_how
        WHERE reservations.ended_at IS NULL";

    /// What is over stays as it is.
    ATTEMPTS_CHANGED = "
        INSERT INTO attempts (id, reservation_id, agent_id, campaign_id, list_id, contact_id, number, zones, tzdb_version,
            keeps_callback_id, promises_callback_id, phase, opened_at, ringing_at, answered_at,
            hung_up_at, wrap_up_ends_at, ended_at, classification, wrap_up_reason, outcome, cause,
            disposition, retry_at, callback_id, close_reason, recording_path, recording_server, recording_state,
            recording_since_at, recording_paused_by)
        SELECT value->>'id', value->>'reservation_id', CAST(value->>'agent_id' AS BIGINT),
            CAST(value->>'campaign_id' AS BIGINT), CAST(value->>'list_id' AS BIGINT),
            CAST(value->>'contact_id' AS BIGINT), value->>'number', value->>'zones', value->>'tzdb_version',
            value->>'keeps_callback_id', value->>'promises_callback_id', value->>'phase',
            CAST(value->>'opened_at' AS BIGINT), CAST(value->>'ringing_at' AS BIGINT),
            CAST(value->>'answered_at' AS BIGINT), CAST(value->>'hung_up_at' AS BIGINT),
            CAST(value->>'wrap_up_ends_at' AS BIGINT), CAST(value->>'ended_at' AS BIGINT), value->>'classification',
            value->>'wrap_up_reason', value->>'outcome', value->>'cause', value->>'disposition',
            CAST(value->>'retry_at' AS BIGINT), value->>'callback_id', value->>'close_reason', value->>'recording_path',
            value->>'recording_server', value->>'recording_state', CAST(value->>'recording_since_at' AS BIGINT),
            CAST(value->>'recording_paused_by' AS BIGINT)
        FROM " EACH "
        WHERE true ON CONFLICT (id) DO UPDATE SET
            promises_callback_id = excluded.promises_callback_id, phase = excluded.phase,
            ringing_at = excluded.ringing_at, answered_at = excluded.answered_at,
            hung_up_at = excluded.hung_up_at, wrap_up_ends_at = excluded.wrap_up_ends_at, ended_at = excluded.ended_at,
            classification = excluded.classification, wrap_up_reason = excluded.wrap_up_reason,
            outcome = excluded.outcome, cause = excluded.cause, disposition = excluded.disposition,
            retry_at = excluded.retry_at, callback_id = excluded.callback_id, close_reason = excluded.close_reason,
            recording_path = excluded.recording_path, recording_server = excluded.recording_server,
            recording_state = excluded.recording_state, recording_since_at = excluded.recording_since_at,
            recording_paused_by = excluded.recording_paused_by
        WHERE attempts.ended_at IS NULL";

    /// What is settled stays as it is.
    DIALOGS_CHANGED = "
        INSERT INTO dialogs (id, team_id, kind, attempt_id, queue_id, opened_at, answered_at, ended_at, settled_at,
            wrap_up_reason, doc)
        SELECT value->>'id', $2, value->>'kind', value->>'attempt_id', CAST(value->>'queue_id' AS BIGINT),
            CAST(value->>'opened_at' AS BIGINT), CAST(value->>'answered_at' AS BIGINT),
            CAST(value->>'ended_at' AS BIGINT), CAST(value->>'settled_at' AS BIGINT), value->>'wrap_up_reason',
            value->>'doc'
        FROM " EACH "
        WHERE true ON CONFLICT (id) DO UPDATE SET
            answered_at = excluded.answered_at, ended_at = excluded.ended_at, settled_at = excluded.settled_at,
            wrap_up_reason = excluded.wrap_up_reason, doc = excluded.doc
        WHERE dialogs.settled_at IS NULL";

    CALLBACKS_CHANGED = "
        INSERT INTO callbacks (id, contact_id, campaign_id, number, wall_time, zone_stated_by_agent, promised_at, due_at,
            tzdb_version, owner_id, promised_by, state, missed_at)
        SELECT value->>'id', CAST(value->>'contact_id' AS BIGINT), CAST(value->>'campaign_id' AS BIGINT),
            value->>'number', value->>'wall_time', CAST(value->>'zone_stated_by_agent' AS BIGINT),
            CAST(value->>'promised_at' AS BIGINT), CAST(value->>'due_at' AS BIGINT), value->>'tzdb_version',
            CAST(value->>'owner_id' AS BIGINT), CAST(value->>'promised_by' AS BIGINT), value->>'state',
            CAST(value->>'missed_at' AS BIGINT)
        FROM " EACH "
        WHERE true ON CONFLICT (id) DO UPDATE SET
            number = excluded.number, wall_time = excluded.wall_time,
            zone_stated_by_agent = excluded.zone_stated_by_agent, promised_at = excluded.promised_at,
            due_at = excluded.due_at, tzdb_version = excluded.tzdb_version, owner_id = excluded.owner_id,
            promised_by = excluded.promised_by, state = excluded.state, missed_at = excluded.missed_at";

    /// Sessions are put aside and written again, so that two agents may swap their phones in one commit.
    SESSIONS_TOUCHED = "
        DELETE FROM sessions WHERE agent_id IN (SELECT CAST(value->>'agent_id' AS BIGINT) FROM " EACH ")";

    SESSIONS_CHANGED = "
        INSERT INTO sessions (agent_id, team_id, extension, state, since_at, doc)
        SELECT CAST(value->>'agent_id' AS BIGINT), $2, value->>'extension', value->>'state',
            CAST(value->>'since_at' AS BIGINT), value->>'doc'
        FROM " EACH "
        WHERE value->>'extension' IS NOT NULL";

    /// The longer prohibition stands.
    SUPPRESSIONS_ADDED = "
        INSERT INTO suppressions (number, campaign_id, until_at, source, added_at)
        SELECT value->>'number', CAST(value->>'campaign_id' AS BIGINT), CAST(value->>'until_at' AS BIGINT),
            value->>'source', CAST(value->>'added_at' AS BIGINT)
        FROM " EACH "
        WHERE true ON CONFLICT (number, campaign_id) DO UPDATE SET
            until_at = excluded.until_at, source = excluded.source, added_at = excluded.added_at
        WHERE suppressions.until_at IS NOT NULL
            AND (excluded.until_at IS NULL OR excluded.until_at > suppressions.until_at)";

    EVENTS_HAPPENED = "
        INSERT INTO events (team_id, seq, at, kind, agent_id, campaign_id, contact_id, doc)
        SELECT CAST(value->>'team_id' AS BIGINT), CAST(value->>'seq' AS BIGINT), CAST(value->>'at' AS BIGINT),
            value->>'kind', CAST(value->>'agent_id' AS BIGINT), CAST(value->>'campaign_id' AS BIGINT),
            CAST(value->>'contact_id' AS BIGINT), value->>'doc'
        FROM " EACH "
        WHERE true";

    TEAM_TAKEN_OVER = "
        UPDATE teams SET fence = fence + 1 WHERE id = $1 RETURNING fence, last_seq, last_event_at, last_notice";

    /// A new engine starts from what is stored, so that what was noticed before is known to it.
    NOTICES_KNOWN = "DELETE FROM notices WHERE team_id = $1";

    AGENTS_OF_TEAM = "SELECT * FROM agents WHERE team_id = $1 ORDER BY id";

    SESSIONS_OF_TEAM = "SELECT * FROM sessions WHERE team_id = $1 ORDER BY agent_id";

    /// An ended campaign is still needed while one of its calls goes on.
    CAMPAIGNS_AT_WORK = "
        SELECT * FROM campaigns WHERE team_id = $1 AND (state <> 'ended'
            OR id IN (SELECT campaign_id FROM reservations
                WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1))
            OR id IN (SELECT campaign_id FROM attempts
                WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1)))
        ORDER BY id";

    RESERVATIONS_OPEN = "
        SELECT * FROM reservations WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1)
        ORDER BY id";

    ATTEMPTS_OPEN = "
        SELECT * FROM attempts WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1)
        ORDER BY id";

    DIALOGS_OPEN = "SELECT * FROM dialogs WHERE team_id = $1 AND settled_at IS NULL ORDER BY id";

    CALLBACKS_SCHEDULED = "
        SELECT * FROM callbacks WHERE state = 'scheduled'
            AND campaign_id IN (SELECT id FROM campaigns WHERE team_id = $1 AND state <> 'ended')
        ORDER BY id";

    CONTACTS_AT_WORK = "
        SELECT * FROM contacts WHERE id IN (
            SELECT id FROM contacts WHERE state = 'in_progress'
                AND campaign_id IN (SELECT id FROM campaigns WHERE team_id = $1)
            UNION SELECT contact_id FROM reservations
                WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1)
            UNION SELECT contact_id FROM attempts
                WHERE ended_at IS NULL AND agent_id IN (SELECT id FROM agents WHERE team_id = $1))
        ORDER BY id";

    CONTACT = "SELECT * FROM contacts WHERE id = $1";

    SUPPRESSIONS_OF = "
        SELECT * FROM suppressions WHERE number IN (SELECT value->>'number' FROM " EACH ")
            AND (until_at IS NULL OR until_at > $2)
        ORDER BY number, campaign_id";

    CAMPAIGN_ZONE_SETS = "
        SELECT rank, zone_set_id FROM campaign_zone_sets WHERE campaign_id = $1 ORDER BY rank, zone_set_id";

    ZONE_SETS = "SELECT id, zones FROM zone_sets ORDER BY id";

    ZONE_SETS_NEW = "
        INSERT INTO zone_sets (zones) SELECT value->>'zones' FROM " EACH "
        WHERE true ON CONFLICT (zones) DO NOTHING";

    NOTICES_AFTER = "SELECT id, doc FROM notices WHERE team_id = $1 AND id > $2 ORDER BY id LIMIT 1000";
}

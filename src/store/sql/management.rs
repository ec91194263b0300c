//! What managers, the loader and the reports say to the database.

super::statements! { MANAGEMENT:
    SCHEMA_VERSION = "SELECT COALESCE(MAX(version), 0) AS version FROM schema_versions";
    SCHEMA_VERSION_REACHED = "INSERT INTO schema_versions (version) VALUES ($1)";

    /// A write that changes nothing holds the row until the end of the transaction, on both databases.
    TEAM_HELD = "UPDATE teams SET fence = fence WHERE id = $1";
    NOTICE_NUMBER = "UPDATE teams SET last_notice = last_notice + 1 WHERE id = $1 RETURNING last_notice";
    NOTICE_ADDED = "INSERT INTO notices (team_id, id, at, doc) VALUES ($1, $2, $3, $4)";
    NOTICES_WRITTEN = "SELECT CAST(COALESCE(SUM(last_notice), 0) AS BIGINT) AS written FROM teams";

    TEAM_ADDED = "INSERT INTO teams (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
    TEAM_NAMED = "SELECT * FROM teams WHERE name = $1";
    TEAM = "SELECT * FROM teams WHERE id = $1";
    TEAMS = "SELECT * FROM teams ORDER BY name LIMIT 1000";

    /// No row when the login belongs to another team.
    AGENT_ADDED = "
        INSERT INTO agents (team_id, login, name) VALUES ($1, $2, $3)
        ON CONFLICT (login) DO UPDATE SET name = excluded.name WHERE agents.team_id = excluded.team_id
        RETURNING *";
    AGENTS = "
        SELECT * FROM agents WHERE (CAST($1 AS BIGINT) IS NULL OR team_id = $1) AND id > $2 ORDER BY id LIMIT 1000";
    AGENT_BY_LOGIN = "SELECT * FROM agents WHERE login = $1";
    AGENT = "SELECT * FROM agents WHERE id = $1";

    TOKEN_CREATED = "
        INSERT INTO tokens (hash, role, agent_id, team_id, label, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hash) DO NOTHING RETURNING *";
    TOKEN_FOUND = "
        SELECT * FROM tokens WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    TOKEN_REVOKED = "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING *";
    /// What signing in made is its user's, and not listed.
    TOKENS = "SELECT * FROM tokens WHERE id > $1 AND user_id IS NULL ORDER BY id LIMIT 1000";

    CAMPAIGN_APPLIED = "
        INSERT INTO campaigns (team_id, name, state, rules, changed_at) VALUES ($1, $2, 'draft', $3, $4)
        ON CONFLICT (name) DO UPDATE SET rules = excluded.rules, changed_at = excluded.changed_at
        RETURNING *";
    CAMPAIGN_STATE_SET = "UPDATE campaigns SET state = $2, changed_at = $3 WHERE id = $1 RETURNING *";
    CAMPAIGN = "SELECT * FROM campaigns WHERE id = $1";
    CAMPAIGN_OF_CONTACT = "SELECT * FROM campaigns WHERE id = (SELECT campaign_id FROM contacts WHERE id = $1)";
    CAMPAIGN_NAMED = "SELECT * FROM campaigns WHERE name = $1";
    CAMPAIGNS = "SELECT * FROM campaigns WHERE id > $1 ORDER BY id LIMIT 1000";
    CAMPAIGN_PROGRESS = "
        SELECT state, closed_reason, waiting_in AS zone_set_id, COUNT(*) AS contacts, MIN(next_at) AS next_at
        FROM (SELECT state, closed_reason, next_at, CASE WHEN state = 'waiting' THEN zone_set_id END AS waiting_in
            FROM contacts WHERE campaign_id = $1) AS placed
        GROUP BY state, closed_reason, waiting_in";

    LIST_ADDED = "INSERT INTO lists (campaign_id, name) VALUES ($1, $2) ON CONFLICT (campaign_id, name) DO NOTHING";
    LIST_NAMED = "SELECT * FROM lists WHERE campaign_id = $1 AND name = $2";
    LISTS = "SELECT * FROM lists WHERE campaign_id = $1 ORDER BY id LIMIT 1000";

    CONTACTS_LOADED = "
        INSERT INTO contacts (campaign_id, list_id, list_priority, account_number, first_name, last_name, numbers,
            variables, dedupe_key, stated_zones, progress, attempts, state, not_before_at, rank, zone_set_id, next_at)
        SELECT $2, $3, CAST(value->>'list_priority' AS BIGINT), value->>'account_number', value->>'first_name',
            value->>'last_name', value->>'numbers', value->>'variables', value->>'dedupe_key', value->>'stated_zones',
            $4, 0, 'waiting', CAST(value->>'not_before_at' AS BIGINT), CAST(value->>'rank' AS BIGINT),
            CAST(value->>'zone_set_id' AS BIGINT), CAST(value->>'not_before_at' AS BIGINT)
        FROM " EACH "
        WHERE true ON CONFLICT (campaign_id, dedupe_key) DO NOTHING
        RETURNING dedupe_key";
    CONTACTS_BY_KEY = "
        SELECT * FROM contacts
        WHERE campaign_id = $2 AND dedupe_key IN (SELECT value->>'dedupe_key' FROM " EACH ")";
    /// Only a contact that still stands as it did when the change was decided.
    CONTACTS_UPDATED = "
        UPDATE contacts SET
            account_number = value->>'account_number', first_name = value->>'first_name',
            last_name = value->>'last_name', numbers = value->>'numbers', variables = value->>'variables',
            rank = CAST(value->>'rank' AS BIGINT), zone_set_id = CAST(value->>'zone_set_id' AS BIGINT)
        FROM " EACH "
        WHERE contacts.id = CAST(value->>'id' AS BIGINT) AND state IN ('waiting', 'promised')
            AND attempts = CAST(value->>'attempts' AS BIGINT)
        RETURNING dedupe_key";

    ZONE_SETS_RANKED = "
        INSERT INTO campaign_zone_sets (campaign_id, rank, zone_set_id)
        SELECT DISTINCT campaign_id, CAST($2 AS BIGINT), zone_set_id FROM campaign_zone_sets WHERE campaign_id = $1
        ON CONFLICT (campaign_id, rank, zone_set_id) DO NOTHING";
    CONTACT_LAST = "SELECT COALESCE(MAX(id), 0) AS id FROM contacts";
    /// The plus keeps the planner to the range of ids: a piece costs a piece.
    CONTACTS_RANKED = "
        UPDATE contacts SET list_priority = $4,
            rank = CASE WHEN attempts = 0 THEN CAST($5 AS BIGINT) ELSE CAST($6 AS BIGINT) END
        WHERE id > $1 AND id <= $2 AND +list_id = $3
            AND (list_priority <> $4
                OR rank <> CASE WHEN attempts = 0 THEN CAST($5 AS BIGINT) ELSE CAST($6 AS BIGINT) END)";

    CONTACT_ZONES_STATED = "UPDATE contacts SET stated_zones = $2, rank = $3, zone_set_id = $4 WHERE id = $1";
    /// As [`TEAM_HELD`], and it reads.
    CONTACT_HELD = "UPDATE contacts SET state = state WHERE id = $1 RETURNING *";
    /// The plus keeps the planner to the order of ids: a page costs a page.
    CONTACTS_OF_CAMPAIGN = "
        SELECT * FROM contacts
        WHERE +campaign_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) AND id > $3
        ORDER BY id LIMIT $4";
    CONTACTS_WITH_ACCOUNT = "
        SELECT * FROM contacts
        WHERE account_number = $1 AND account_number <> '' AND (CAST($2 AS BIGINT) IS NULL OR campaign_id = $2)
        ORDER BY id LIMIT $3";
    /// The number with its quotes is the whole value of a field, and never a part of one. A number has no wildcard in it.
    CONTACTS_WITH_NUMBER = "
        SELECT * FROM contacts
        WHERE numbers LIKE '%' || CAST($1 AS TEXT) || '%' AND (CAST($2 AS BIGINT) IS NULL OR campaign_id = $2)
        ORDER BY id LIMIT $3";
    ATTEMPT = "
        SELECT * FROM attempts WHERE id = $1";
    ATTEMPTS_OF_CONTACT = "
        SELECT * FROM attempts WHERE contact_id = $1 ORDER BY opened_at DESC, id DESC LIMIT $2";

    EVENTS_AFTER = "
        SELECT * FROM events WHERE team_id = $1 AND seq > $2 AND (CAST($3 AS BIGINT) IS NULL OR agent_id = $3)
        ORDER BY seq LIMIT $4";
    EVENTS_OF_CONTACT = "
        SELECT * FROM events WHERE contact_id = $1 ORDER BY at DESC, seq DESC LIMIT $2";

    CALLBACKS = "
        SELECT * FROM callbacks
        WHERE (CAST($1 AS BIGINT) IS NULL OR campaign_id IN (SELECT id FROM campaigns WHERE team_id = $1))
            AND (CAST($2 AS BIGINT) IS NULL OR campaign_id = $2)
            AND (CAST($3 AS BIGINT) IS NULL OR contact_id = $3)
            AND (CAST($4 AS BIGINT) IS NULL OR owner_id = $4 OR promised_by = $4)
            AND (CAST($5 AS TEXT) IS NULL OR state = $5) AND id > $6
        ORDER BY id LIMIT $7";
    CALLBACK = "SELECT * FROM callbacks WHERE id = $1";

    SUPPRESSION_REMOVED = "DELETE FROM suppressions WHERE number = $1 AND campaign_id = $2";
    SUPPRESSIONS = "
        SELECT * FROM suppressions
        WHERE (CAST($1 AS TEXT) IS NULL OR number = $1) AND (CAST($2 AS BIGINT) IS NULL OR campaign_id = $2)
            AND (CAST($3 AS TEXT) IS NULL OR source = $3)
            AND (number > $4 OR (number = $4 AND campaign_id > $5))
        ORDER BY number, campaign_id LIMIT $6";
}

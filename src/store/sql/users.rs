//! What people who sign in with a password need of the database.

super::statements! { USERS_SQL:
    USER_ADDED = "
        INSERT INTO users (login, role, agent_id, team_id, invitation_hash, invitation_ends_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING *";
    USERS = "SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT 1000";
    USER_NAMED = "SELECT * FROM users WHERE login = $1";
    USER_BY_LOGIN = "SELECT * FROM users WHERE login = $1 AND disabled_at IS NULL";
    USER_INVITED = "
        SELECT * FROM users WHERE invitation_hash = $1 AND invitation_ends_at > $2 AND disabled_at IS NULL";
    USER_INVITED_ANEW = "
        UPDATE users SET invitation_hash = $2, invitation_ends_at = $3, disabled_at = NULL WHERE id = $1 RETURNING *";
    USER_OF_AGENT = "SELECT * FROM users WHERE agent_id = $1";
    USER_CHANGED = "
        UPDATE users SET role = $2, agent_id = $3, team_id = $4 WHERE id = $1 AND disabled_at IS NULL RETURNING *";
    /// The condition on the invitation makes it good for one time only.
    USER_PASSWORD_CHOSEN = "
        UPDATE users SET password_hash = $2, invitation_hash = NULL, invitation_ends_at = NULL
        WHERE id = $1 AND disabled_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR invitation_hash = $3) RETURNING *";
    USER_DISABLED = "
        UPDATE users SET disabled_at = COALESCE(disabled_at, $2), password_hash = NULL, invitation_hash = NULL,
            invitation_ends_at = NULL WHERE id = $1 RETURNING *";
    USER_TOKENS_REVOKED = "UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    USER_SIGNED_OUT = "
        UPDATE tokens SET revoked_at = $2 WHERE hash = $1 AND user_id IS NOT NULL AND revoked_at IS NULL";
    USER_TOKEN_OF = "SELECT * FROM tokens WHERE hash = $1 AND label = $2 AND user_id IS NOT NULL";
    USER_TOKENS_FORGOTTEN = "DELETE FROM tokens WHERE user_id = $1 AND created_at < $2";
    USER_TOKEN_CREATED = "
        INSERT INTO tokens (hash, role, agent_id, team_id, label, created_at, expires_at, user_id)
        SELECT CAST($2 AS TEXT), role, agent_id, team_id, login, CAST($3 AS BIGINT), CAST($4 AS BIGINT), id FROM users
        WHERE id = $1 AND disabled_at IS NULL RETURNING *";
}

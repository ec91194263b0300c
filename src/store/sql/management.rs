//! What managers, the loader and the reports say to the database.

super::statements! { MANAGEMENT:
    SCHEMA_VERSION = "SELECT COALESCE(MAX(version), 0) AS version FROM schema_versions";
    SCHEMA_VERSION_REACHED = "INSERT INTO schema_versions (version) VALUES ($1)";

    NOTICE_NUMBER = "UPDATE teams SET last_notice = last_notice + 1 WHERE id = $1 RETURNING last_notice";
    NOTICE_ADDED = "INSERT INTO notices (team_id, id, at, doc) VALUES ($1, $2, $3, $4)";
}

//! What the reports say to the database, as far as it does not depend on the question: the rest is put together in
//! `reports`.

super::statements! { REPORTS:
    REPORT_CAMPAIGNS = "SELECT id, name FROM campaigns WHERE CAST($1 AS BIGINT) IS NULL OR team_id = $1";

    REPORT_AGENTS = "SELECT id, login AS name FROM agents WHERE CAST($1 AS BIGINT) IS NULL OR team_id = $1";

    REPORT_LISTS = "SELECT id, name FROM lists WHERE CAST($1 AS BIGINT) IS NULL OR campaign_id = $1";
}

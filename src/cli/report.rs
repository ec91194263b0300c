//! x
use super::{CliError, Outcome};
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {}
pub(super) async fn run(_: ReportArgs) -> Outcome { Ok(()) }
pub(super) async fn print_dispositions(db: &crate::store::Database, name: &str, _: crate::domain::zone::Zone, _: &crate::domain::zone_rules::ZoneRules, _: jiff::Timestamp) -> Outcome {
    let c = super::campaign(db, name).await?;
    println!("{name}: {:?}", db.campaign_progress(c.id).await?);
    Ok::<(), CliError>(())
}

//! Wall time.
use super::{zone::Zone, zone_rules::ZoneRules};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
/// Which of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    #[allow(missing_docs)]
    #[default]
    Earlier,
    #[allow(missing_docs)]
    Later,
}
/// Wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallTime {
    #[allow(missing_docs)]
    pub at: civil::DateTime,
    #[allow(missing_docs)]
    pub zone: Zone,
    #[allow(missing_docs)]
    pub fold: Fold,
}
/// Resolved.
pub struct Resolved {
    #[allow(missing_docs)]
    pub due_at: Timestamp,
}
impl WallTime {
    /// resolve
    pub fn resolve(&self, rules: &ZoneRules) -> Resolved {
        Resolved { due_at: rules.instants_of(self.at, self.zone).compatible().unwrap() }
    }
}

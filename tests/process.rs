//! The program itself, as people run it: commands, files, a server that is killed.

mod people;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const RULES: &str = r#"
name = "spring"
team = "north"
country = "US"
hours = { daily = ["00:00-24:00"] }
guard_seconds = 0
[retry]
rejected = { then = "retry", after_minutes = 30 }
[call]
caller_id = "+13125550100"
"#;

/// A folder with a database, and the program to run in it.
pub struct Place {
    folder: TempDir,
    /// None is the default: a file in the folder.
    database: Option<String>,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), database: None };
        fs::write(place.path("spring.toml"), RULES).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rappel"));
        command.args(args).current_dir(self.folder.path()).env_remove("RAPPEL_DATABASE").env_remove("RAPPEL_TELEPHONY");
        if let Some(url) = &self.database {
            command.env("RAPPEL_DATABASE", url);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.program(args).output().expect("the program runs")
    }

    /// Runs it and gives what it says; it must succeed.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let says = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{args:?}: {says}{}", String::from_utf8_lossy(&output.stderr));
        says
    }

    /// Runs it and gives its complaint; it must fail.
    fn fails(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?} should fail");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn with_campaign() -> Self {
        let place = Self::new();
        place.ok(&["campaign", "apply", "spring.toml"]);
        place
    }

    pub fn list(&self, name: &str, rows: &str) {
        fs::write(self.path(name), format!("Account Number,First Name,Last Name,Phone1\n{rows}")).unwrap();
    }
}

pub fn token(says: &str) -> String {
    says.lines().find_map(|line| line.strip_prefix("token (shown once): ")).expect("a token").to_owned()
}

#[test]
fn a_file_with_mistakes_is_refused_with_every_place_and_a_good_one_is_applied() {
    let place = Place::new();
    fs::write(place.path("bad.toml"), "name = \"x\"\nteam = \"t\"\ncountry = \"USA\"\npriority = 200\nprority = 1\n")
        .unwrap();
    let says = place.fails(&["check", "bad.toml", "spring.toml"]);
    for place_of_mistake in ["bad.toml:3:11", "bad.toml:4:12", "bad.toml:5:1", "1 of 2 files has errors"] {
        assert!(says.contains(place_of_mistake), "{place_of_mistake} is not in:\n{says}");
    }
    fs::write(place.path("latin.toml"), b"name = \"x\"\nteam = \"caf\xe9\"\n").unwrap();
    assert!(place.fails(&["check", "latin.toml"]).contains("line 2 is not UTF-8"));
    place.fails(&["campaign", "apply", "bad.toml", "spring.toml"]);
    assert!(place.ok(&["campaign", "list"]).contains("there is no campaign yet"), "nothing is half done");
    place.ok(&["campaign", "apply", "spring.toml"]);
    assert!(place.ok(&["campaign", "list"]).contains("spring"));
    // What is printed can be applied again, and changes nothing.
    let file = place.ok(&["campaign", "file", "spring"]);
    fs::write(place.path("again.toml"), &file).unwrap();
    assert!(place.ok(&["check", "again.toml"]).starts_with("again.toml: good"), "{file}");
    place.ok(&["campaign", "apply", "again.toml"]);
    assert_eq!(place.ok(&["campaign", "file", "spring"]), file);
    let schema: Value = serde_json::from_str(&place.ok(&["schema"])).unwrap();
    assert!(schema["properties"]["retry"].is_object());
}

#[test]
fn a_reader_who_goes_away_is_nothing_wrong() {
    let place = Place::new();
    for args in [&["sample-list", "--contacts", "20000"][..], &["schema"], &["serve", "--print-config"]] {
        let mut child = place.program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaint.is_empty(), "{args:?}: {complaint}");
    }
}

#[test]
fn a_list_loaded_twice_changes_nothing_and_refused_rows_can_be_mended() {
    let place = Place::with_campaign();
    place.list(
        "march.csv",
        "A1,Ann,One,312-555-0101\nA2,Bob,Two,312-555-01\nA3,Cleo,Three,=1+1\nA1,Ann,One,312-555-0101\n",
    );
    let first = place.ok(&["load", "march.csv", "--campaign", "spring"]);
    assert!(first.contains("1 loaded, 0 updated, 1 there already, 2 refused"), "{first}");
    let second = place.ok(&["load", "march.csv", "--campaign", "spring"]);
    assert!(second.contains("0 loaded, 0 updated, 2 there already, 2 refused"), "{second}");
    let rejects = fs::read_to_string(place.path("march.rejects.csv")).unwrap();
    assert!(rejects.contains("reject_reason") && rejects.contains("A2"), "{rejects}");
    let mended = rejects
        .replace("312-555-01,", "312-555-0102,")
        .replace("'=1+1", "312-555-0103")
        .replace("=1+1", "312-555-0103");
    fs::write(place.path("march.rejects.csv"), mended).unwrap();
    let third = place.ok(&["load", "march.rejects.csv", "--campaign", "spring"]);
    assert!(third.contains("2 loaded, 0 updated, 0 there already, 0 refused"), "{third}");
    assert!(place.ok(&["campaign", "show", "spring"]).contains("3 loaded: 3 waiting"));
}

#[test]
fn a_rejects_file_that_somebody_mends_is_kept_and_names_do_not_pile_up() {
    let place = Place::with_campaign();
    place.list("m.csv", "A1,Ann,One,312-555-0101\nA2,Bob,Two,312-555-01\nA3,Cleo,Three,312-555-02\n");
    let load = |file: &str| place.ok(&["load", file, "--campaign", "spring"]);
    load("m.csv");
    let mended = fs::read_to_string(place.path("m.rejects.csv")).unwrap().replace("312-555-01,", "312-555-0102,");
    fs::write(place.path("m.rejects.csv"), &mended).unwrap();
    let again = load("m.csv");
    assert!(again.contains("m.rejects.csv is kept") && again.contains("are in m.rejects-2.csv"), "{again}");
    assert_eq!(fs::read_to_string(place.path("m.rejects.csv")).unwrap(), mended);
    let shown = place.ok(&["campaign", "show", "spring"]);
    assert!(shown.contains("nobody is called while the campaign is draft") && !shown.contains("open now"), "{shown}");
    let rest = load("m.rejects.csv");
    assert!(rest.contains("1 loaded, 0 updated, 0 there already, 1 refused"), "{rest}");
    assert!(rest.contains("are in m.rejects-3.csv"), "{rest}");
    assert!(place.ok(&["campaign", "show", "spring"]).contains("2 loaded"));
}

#[test]
fn duplicates_can_be_updated_or_allowed() {
    let place = Place::with_campaign();
    place.list("l.csv", "A1,Ann,One,312-555-0101\n");
    place.ok(&["load", "l.csv", "--campaign", "spring"]);
    place.list("l.csv", "A1,Anna,One,312-555-0102\n");
    let update = place.ok(&["load", "l.csv", "--campaign", "spring", "--duplicates", "update"]);
    assert!(update.contains("0 loaded, 1 updated"), "{update}");
    assert!(place.ok(&["contact", "show", "1"]).contains("+13125550102"));
    for (once, says) in [(1, "1 loaded"), (2, "0 loaded")] {
        let allow = place.ok(&["load", "l.csv", "--campaign", "spring", "--duplicates", "allow"]);
        assert!(allow.contains(says), "load {once}: {allow}");
    }
}

#[test]
fn a_load_that_is_killed_halfway_is_run_again_with_nothing_doubled() {
    let place = Place::with_campaign();
    let list = fs::File::create(place.path("long.csv")).unwrap();
    rappel::cli::sample_list::write(list, 20_000, rappel::cli::sample_list::Numbers::Us, 3).unwrap();
    let mut load = place
        .program(&["load", "long.csv", "--campaign", "spring"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Killed as soon as something is there.
    let loaded = |says: &str| -> u64 {
        let line = says.lines().find(|line| line.contains(" loaded:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    while loaded(&place.ok(&["campaign", "show", "spring"])) == 0 {
        assert!(load.try_wait().unwrap().is_none(), "the load ended before it could be killed");
    }
    load.kill().unwrap();
    load.wait().unwrap();
    let halfway = loaded(&place.ok(&["campaign", "show", "spring"]));
    assert!((1..20_000).contains(&halfway), "{halfway} were loaded when it was killed");
    place.ok(&["load", "long.csv", "--campaign", "spring"]);
    assert_eq!(loaded(&place.ok(&["campaign", "show", "spring"])), 20_000);
}

#[test]
fn explain_names_every_rule_and_a_zone_can_be_set() {
    let place = Place::with_campaign();
    place.list("l.csv", "A1,Ann,One,800-555-0101\n");
    let load = place.ok(&["load", "l.csv", "--campaign", "spring"]);
    assert!(load.contains("1 without a known time zone"), "{load}");
    place.ok(&["campaign", "start", "spring"]);
    assert!(place.ok(&["explain", "1"]).contains("zone"));
    place.ok(&["contact", "zone", "1", "America/Denver"]);
    let explanation: Value = serde_json::from_str(&place.ok(&["explain", "1", "--format", "json"])).unwrap();
    assert_eq!(explanation["callable"], json!(true), "{explanation}");
    place.ok(&["suppress", "add", "800-555-0101"]);
    let explanation: Value = serde_json::from_str(&place.ok(&["explain", "1", "--format", "json"])).unwrap();
    assert_eq!(explanation["callable"], json!(false), "{explanation}");
    assert!(!explanation.to_string().contains("8005550101"), "the number is redacted");
}

#[test]
fn a_contact_is_found_by_its_id_its_account_or_its_telephone() {
    let place = Place::with_campaign();
    place.list("l.csv", "2,Ann,One,312-555-0101\nB7,Bob,Two,312-555-0102\n");
    place.ok(&["load", "l.csv", "--campaign", "spring"]);
    for named in ["B7", "312-555-0102", "+13125550102"] {
        assert!(place.ok(&["explain", named]).starts_with("contact 2 "), "{named}");
        assert!(place.ok(&["contact", "show", named]).contains("\"Bob\""), "{named}");
    }
    // 2 is the id of Bob and the account number of Ann.
    let says = place.fails(&["explain", "2"]);
    for part in ["spring", "Ann One", "Bob Two", "its id", "account number", "--id", "--account"] {
        assert!(says.contains(part), "{part} is not in:\n{says}");
    }
    assert!(place.ok(&["explain", "2", "--id"]).starts_with("contact 2 "));
    assert!(place.ok(&["explain", "2", "--account"]).starts_with("contact 1 "));
    assert!(place.fails(&["contact", "show", "nobody"]).contains("no contact"));

    fs::write(place.path("autumn.toml"), RULES.replace("spring", "autumn")).unwrap();
    place.ok(&["campaign", "apply", "autumn.toml"]);
    place.ok(&["load", "l.csv", "--campaign", "autumn"]);
    assert!(place.fails(&["explain", "B7"]).contains("--campaign NAME"));
    assert!(place.ok(&["explain", "B7", "--campaign", "autumn"]).starts_with("contact 4 "));
}

#[test]
fn numbers_are_suppressed_from_a_file_with_its_bad_lines_named() {
    let place = Place::with_campaign();
    fs::write(place.path("dnc.csv"), "number\n312-555-0101\nnonsense 7\n+13125550102\n").unwrap();
    let output = place.run(&["suppress", "load", "dnc.csv"]);
    let (says, complains) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && complains.contains("dnc.csv:3:"), "{complains}");
    assert!(says.contains("2 numbers added, 0 prolonged, 0 there already, 1 line refused"), "{says}");
    assert!(says.contains("refused lines are in dnc.rejects.csv"), "{says}");
    let list = place.ok(&["suppress", "list"]);
    assert!(list.contains("+13125550101") && list.contains("+13125550102"), "{list}");
    place.ok(&["suppress", "remove", "312-555-0101"]);
    assert!(!place.ok(&["suppress", "list"]).contains("+13125550101"));

    let mended = fs::read_to_string(place.path("dnc.rejects.csv")).unwrap().replace("nonsense 7", "312-555-0107");
    fs::write(place.path("dnc.rejects.csv"), mended).unwrap();
    let says = place.ok(&["suppress", "load", "dnc.rejects.csv"]);
    assert!(says.contains("1 number added, 0 prolonged, 0 there already, 0 lines refused"), "{says}");
    assert!(place.ok(&["suppress", "list"]).lines().all(|line| line.ends_with(" dnc.csv")));
}

#[test]
fn a_do_not_call_list_says_until_when_and_for_which_campaign() {
    let place = Place::with_campaign();
    let rows = "Phone;Until;Campaign;Remark\n312-555-0101;2199-01-01;spring;x\n312-555-0102;;;\n\
                312-555-0103;2020-01-01;;\n312-555-0104;;autumn;\n312-555-0105;soon;;\n";
    fs::write(place.path("dnc.csv"), rows).unwrap();
    let complains = place.fails(&["suppress", "load", "dnc.csv"]);
    for part in [
        "not used: Remark",
        "dnc.csv:4: until: 2020-01-01 is over",
        "dnc.csv:5: there is no campaign \"autumn\"",
        "dnc.csv:6: until: write a date",
    ] {
        assert!(complains.contains(part), "{part} is not in:\n{complains}");
    }
    let list = place.ok(&["suppress", "list"]);
    assert!(list.contains("campaign spring") && list.contains("until 2199-01-01T00:00:00Z"), "{list}");
    assert!(list.contains("all campaigns") && list.contains("for good"), "{list}");
    fs::write(place.path("again.csv"), "312-555-0101\n312-555-0102\n").unwrap();
    let says = place.ok(&["suppress", "load", "again.csv", "--campaign", "spring"]);
    assert!(says.contains("1 number added, 1 prolonged, 0 there already, 0 lines refused"), "{says}");
}

#[test]
fn the_longer_of_two_prohibitions_stands_and_one_that_is_over_is_refused() {
    let place = Place::new();
    let add = |more: &[&str]| place.ok(&[&["suppress", "add", "312-555-0101"], more].concat());
    assert!(add(&["--until", "2198-01-01"]).contains("+13125550101 must not be called from now on, until 2198-01-01"));
    assert!(add(&["--until", "2199-01-01"]).contains("now until 2199-01-01T00:00:00Z (it was until 2198-01-01"));
    assert!(add(&[]).contains("now for good"));
    assert!(add(&["--until", "2199-01-01"]).contains("already, for good: the longer one stands"));
    assert!(place.fails(&["suppress", "add", "312-555-0102", "--until", "2020-01-01"]).contains("2020-01-01 is over"));
}

#[test]
fn an_agent_is_added_once_to_a_team_that_is_there() {
    let place = Place::with_campaign();
    let says = place.fails(&["agent", "add", "ann", "--team", "nrth"]);
    assert!(says.contains("no team \"nrth\"") && says.contains("north") && says.contains("--new-team"), "{says}");
    token(&place.ok(&["agent", "add", "ann", "--team", "north"]));
    assert!(place.fails(&["agent", "add", "ann", "--team", "north"]).contains("already, in team north"));
    assert!(place.ok(&["agent", "add", "ann", "--team", "north", "--name", "Ann B."]).contains("is called Ann B."));
    token(&place.ok(&["agent", "add", "bob", "--team", "south", "--new-team"]));
    let list = place.ok(&["agent", "list"]);
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    let wanted =
        [vec!["id", "login", "team", "name"], vec!["1", "ann", "north", "Ann", "B."], vec!["2", "bob", "south", "bob"]];
    assert_eq!(lines, wanted);
}

#[test]
fn a_token_says_when_it_ends_and_is_not_made_for_the_past() {
    let place = Place::with_campaign();
    place.fails(&["token", "create", "--role", "admin", "--until", "2020-01-01"]);
    place.ok(&["token", "create", "--role", "manager", "--team", "north", "--until", "2199-01-01"]);
    let list = place.ok(&["token", "list"]);
    let line: Vec<&str> = list.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(line[..5], ["1", "manager", "valid", "2199-01-01T00:00:00Z", "north"], "{list}");
}

#[test]
fn an_unreachable_server_is_named_at_once() {
    let mut place = Place::new();
    place.database = Some("postgres://ann@127.0.0.1:1/nothing".to_owned());
    let says = place.fails(&["campaign", "list"]);
    for part in ["nothing", "127.0.0.1:1", "ann", "refused"] {
        assert!(says.contains(part), "{part} is not in:\n{says}");
    }
    assert!(!says.contains("timed out"), "{says}");
}

/// A simulation from a Monday morning in New York.
fn simulate(place: &Place, list: &str, more: &[&str]) -> String {
    let start = ["simulate", "spring.toml", "--list", list, "--from", "2026-11-30"];
    place.ok(&[&start, more].concat())
}

#[test]
fn simulate_says_when_a_list_is_done_and_what_cannot_be_called() {
    let place = Place::new();
    place.list("l.csv", "A1,Ann,One,312-555-0101\nA2,Bob,Two,800-555-0102\n");
    let says = simulate(&place, "l.csv", &["--agents", "1", "--days", "20"]);
    assert!(says.contains("1 agent, 20 working days from Mon 30 Nov 2026 to Fri 25 Dec 2026"), "{says}");
    assert!(says.contains("1 contact cannot be called and not counted: no known time zone"), "{says}");
    assert!(says.contains("\ndone "), "{says}");
    for refused in [["--agents", "0"], ["--days", "0"], ["--by", "someday"], ["--by", "2026-11-29"]] {
        place.fails(&[&["simulate", "spring.toml", "--list", "l.csv", "--from", "2026-11-30"][..], &refused].concat());
    }
}

#[test]
fn simulate_says_what_it_would_take_when_a_list_is_not_done() {
    let place = Place::new();
    let list = fs::File::create(place.path("long.csv")).unwrap();
    rappel::cli::sample_list::write(list, 150, rappel::cli::sample_list::Numbers::Us, 3).unwrap();
    let says = simulate(&place, "long.csv", &["--agents", "1", "--by", "mon", "--runs", "3", "--log", "events"]);
    assert!(says.contains("not done by Mon 30 Nov 2026, after 1 working day in 3 of 3 runs with 1 agent"), "{says}");
    for part in [" of 150 contacts are left (", "closed per agent hour", "with 1 agent it would", "agents it would"] {
        assert!(says.contains(part), "{part} is not in:\n{says}");
    }
    let log = fs::read(place.path("events")).unwrap();
    simulate(&place, "long.csv", &["--agents", "1", "--days", "1", "--log", "again"]);
    assert!(log == fs::read(place.path("again")).unwrap(), "the same seed gave two different logs");
}

#[test]
fn unknown_settings_are_refused() {
    let place = Place::new();
    let output = place.program(&["campaign", "list"]).env("RAPPEL_DATABSE", "sqlite:x").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("RAPPEL_DATABSE"));
    fs::write(place.path("rappel.toml"), "databse = \"sqlite:x\"\n").unwrap();
    let says = place.fails(&["serve", "--config", "rappel.toml"]);
    assert!(says.contains("line 1: ") && says.contains("databse"), "{says}");
    assert!(place.fails(&["serve", "--log", "bla,,"]).contains("write a level like info"));
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(place: &Place) -> Self {
        Self::start_with(place, &[], &[])
    }

    /// With more arguments, and variables of the environment.
    pub fn start_with(place: &Place, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = place
            .program(&[&["serve", "--listen", "127.0.0.1:0", "--log", "warn"], more].concat())
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the server says where it is").unwrap();
        let base = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        // What else it says is not to fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What an agent's page does.
pub struct Page {
    client: reqwest::Client,
    pub base: String,
    pub token: String,
}

impl Page {
    /// The server is another one from now on.
    pub fn moves_to(&mut self, server: &Server) {
        self.base.clone_from(&server.base);
    }

    pub fn new(server: &Server, token: &str) -> Self {
        Self { client: reqwest::Client::new(), base: server.base.clone(), token: token.to_owned() }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    /// The status and the bytes of what is asked for.
    pub async fn bytes(&self, path: &str) -> (u16, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// What lies there, whatever it is.
    pub async fn text(&self, path: &str) -> String {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        response.text().await.unwrap()
    }

    /// A header of what lies there.
    pub async fn header(&self, path: &str, name: &str) -> String {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        response.headers()[name].to_str().unwrap().to_owned()
    }

    /// The status of what lies there, for a browser that has it with this tag.
    pub async fn status_with(&self, path: &str, tag: &str) -> u16 {
        let ask = self.client.get(format!("{}{path}", self.base)).header("if-none-match", tag);
        ask.send().await.unwrap().status().as_u16()
    }

    async fn ready(&self) -> Value {
        let (status, view) = self.ask("POST", "/v1/me/session", Some(json!({"extension": "1001"}))).await;
        assert_eq!(status, 200, "{view}");
        self.ask("PUT", "/v1/me/state", Some(json!({"state": "ready"}))).await;
        self.until(|view| view["preview"].is_object()).await
    }

    /// Asks until the view is as wanted.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        // A page looks often, and not more often than it may.
        let mut again = tokio::time::interval(std::time::Duration::from_millis(50));
        let looks = async {
            loop {
                again.tick().await;
                let (status, view) = self.ask("GET", "/v1/me", None).await;
                if status == 200 && wanted(&view) {
                    return view;
                }
                self.ask("POST", "/v1/me/presence", None).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), looks).await.expect("the state comes")
    }
}

/// A place with one contact, an agent who has accepted it, and the server that is about to be killed.
async fn accepted(place: &Place) -> (Server, String, String) {
    let token = token(&place.ok(&["agent", "add", "ann", "--team", "north"]));
    let server = Server::start(place);
    // Loaded by another process while the server runs: it is pushed at once.
    place.list("l.csv", "A1,Ann,One,312-555-0101\n");
    place.ok(&["campaign", "start", "spring"]);
    place.ok(&["load", "l.csv", "--campaign", "spring"]);
    let page = Page::new(&server, &token);
    let view = page.ready().await;
    let reservation = view["preview"]["reservation_id"].as_str().unwrap().to_owned();
    let (status, view) = page.ask("POST", &format!("/v1/me/preview/{reservation}/accept"), None).await;
    assert_eq!(status, 200, "{view}");
    let attempt = view["dialogs"][0]["dialog_id"].as_str().unwrap().to_owned();
    (server, token, attempt)
}

#[tokio::test]
async fn killed_in_a_call_nothing_is_dialled_again_and_everything_is_settled() {
    let place = Place::with_campaign();
    let (server, token, attempt) = accepted(&place).await;
    server.kill();

    let server = Server::start(&place);
    let page = Page::new(&server, &token);
    // The simulated network died with the process: the switch does not have the call any more.
    let view = page.until(|view| view["dialogs"] == json!([])).await;
    assert!(matches!(view["state"].as_str(), Some("ready" | "reserved")), "{view}");
    let admin = self::token(&place.ok(&["token", "create", "--role", "admin"]));
    let admin = Page::new(&server, &admin);
    let (_, attempts) = admin.ask("GET", "/v1/contacts/1/attempts", None).await;
    let attempts = attempts.as_array().cloned().or_else(|| attempts["attempts"].as_array().cloned()).unwrap();
    assert_eq!(attempts.len(), 1, "{attempts:?}");
    assert_eq!(attempts[0]["id"], json!(attempt), "the acknowledged accept is there, once");
    assert!(attempts[0].to_string().contains("lost") || attempts[0].to_string().contains("voice"), "{attempts:?}");
    drop(server);
    assert!(place.ok(&["report", "attempts"]).contains("spring"));
}

#[tokio::test]
async fn an_acknowledged_reject_survives_a_kill() {
    let place = Place::with_campaign();
    let token = token(&place.ok(&["agent", "add", "ann", "--team", "north"]));
    place.list("l.csv", "A1,Ann,One,312-555-0101\n");
    place.ok(&["load", "l.csv", "--campaign", "spring"]);
    place.ok(&["campaign", "start", "spring"]);
    for round in 0..5 {
        let server = Server::start(&place);
        let page = Page::new(&server, &token);
        if round == 0 {
            let view = page.ready().await;
            let reservation = view["preview"]["reservation_id"].as_str().unwrap().to_owned();
            let (status, _) = page.ask("POST", &format!("/v1/me/preview/{reservation}/reject"), None).await;
            assert_eq!(status, 200);
        } else {
            let (_, view) = page.ask("GET", "/v1/me", None).await;
            assert_eq!(view["preview"], Value::Null, "round {round}: rejected, for half an hour");
        }
        server.kill();
    }
    let report: Value = serde_json::from_str(&place.ok(&["report", "dispositions", "--format", "json"])).unwrap();
    assert!(report.to_string().contains("rejected"), "{report}");
}

#[tokio::test]
async fn a_number_suppressed_by_another_process_takes_the_open_preview_away() {
    let place = Place::with_campaign();
    let token = token(&place.ok(&["agent", "add", "ann", "--team", "north"]));
    place.list("l.csv", "A1,Ann,One,312-555-0101\n");
    place.ok(&["load", "l.csv", "--campaign", "spring"]);
    place.ok(&["campaign", "start", "spring"]);
    let server = Server::start(&place);
    let page = Page::new(&server, &token);
    page.ready().await;
    place.ok(&["suppress", "add", "312-555-0101"]);
    let view = page.until(|view| view["preview"].is_null()).await;
    assert_eq!(view["state"], json!("ready"));
    drop(server);
    assert!(place.ok(&["campaign", "show", "spring"]).contains("closed: suppressed"));
}

#[tokio::test]
async fn the_same_on_postgresql_with_news_from_other_processes_and_a_kill() {
    let mut place = Place::new();
    place.database = Some(crate::support::postgres::new_database().await);
    place.ok(&["campaign", "apply", "spring.toml"]);
    let (server, token, attempt) = accepted(&place).await;
    server.kill();
    let server = Server::start(&place);
    let page = Page::new(&server, &token);
    page.until(|view| view["dialogs"] == json!([])).await;
    drop(server);
    let report: Value = serde_json::from_str(&place.ok(&["report", "attempts", "--format", "json"])).unwrap();
    assert!(report.to_string().contains("spring"), "{report}, attempt {attempt}");
}

#[test]
fn the_examples_simulate_to_a_forecast() {
    let place = Place::new();
    let campaigns = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns");
    let mut list = fs::File::create(place.path("list.csv")).unwrap();
    list.write_all(place.ok(&["sample-list", "--contacts", "30"]).as_bytes()).unwrap();
    let file = campaigns.join("renewals-us.toml");
    let args = [
        "simulate",
        file.to_str().unwrap(),
        "--list",
        "list.csv",
        "--agents",
        "4",
        "--days",
        "3",
        "--shift",
        "09:00-19:00",
    ];
    let says = place.ok(&args);
    assert!(says.contains("done "), "{says}");
    assert!(says.contains("dispositions"), "{says}");
}

#[test]
fn reasons_are_created_assigned_and_removed() {
    let place = Place::new();
    assert!(place.ok(&["reason", "list"]).contains("there is no reason yet"));
    let says = place.fails(&["reason", "add", "not-ready", "Lunch", "--code", "1", "--team", "north"]);
    assert!(says.contains("there is no team \"north\""), "{says}");
    place.ok(&["agent", "add", "ann", "--team", "north", "--new-team"]);
    let says = place.ok(&["reason", "add", "not-ready", "Lunch", "--code", "1", "--team", "north"]);
    assert!(says.contains("agents of team north can choose \"Lunch\" from now on"), "{says}");
    place.ok(&["reason", "add", "wrap-up", "Sale", "--code", "1"]);
    let list = place.ok(&["reason", "list", "--team", "north"]);
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1..], [vec!["1", "not_ready", "1", "Lunch", "north"], vec!["2", "wrap_up", "1", "Sale", "all"]]);
    for (args, why) in [
        (["not-ready", "signed_in", "--code", "2"], "the system itself uses this label"),
        (["wrap-up", "Other", "--code", "1"], "has the code 1"),
        (["wrap-up", "Sale", "--code", "2"], "has the label \"Sale\" already"),
        (["wrap-up", "Other", "--code", "0"], "invalid value '0'"),
        (["wrap-up", "Other", "--code", "65536"], "invalid value '65536'"),
    ] {
        let says = place.fails(&[&["reason", "add"], &args[..]].concat());
        assert!(says.contains(why), "{args:?}: {says}");
    }
    assert!(place.ok(&["reason", "remove", "1"]).contains("nobody can choose \"Lunch\" any more"));
    assert!(place.fails(&["reason", "remove", "1"]).contains("there is no reason 1"));
    assert!(!place.ok(&["reason", "list"]).contains("Lunch"));
}

#[test]
fn the_queue_that_the_help_shows_can_be_applied_opened_and_closed() {
    let place = Place::new();
    let help = place.ok(&["queue", "--help"]);
    let (_, example) = help.split_once("such a file may hold:\n").expect("the help shows a file");
    fs::write(place.path("support.toml"), example).unwrap();
    fs::write(place.path("bad.toml"), "name = \"billing\"\nteam = \"north\"\npriority = 0\nanswer_second_max = 5\n")
        .unwrap();
    let says = place.fails(&["queue", "apply", "support.toml", "bad.toml"]);
    for place_of_mistake in ["bad.toml:3:12", "bad.toml:4:1", "did you mean answer_seconds_max?"] {
        assert!(says.contains(place_of_mistake), "{place_of_mistake} is not in:\n{says}");
    }
    assert!(place.ok(&["queue", "list"]).contains("there is no queue yet"), "nothing is half done");

    assert!(place.ok(&["queue", "apply", "support.toml"]).contains("queue support is closed"));
    assert!(place.ok(&["queue", "open", "support"]).contains("is open from now on"));
    assert!(place.ok(&["queue", "open", "support"]).contains("is open already"));
    let shown = place.ok(&["queue", "show", "support"]);
    assert!(shown.contains("# queue support is open") && shown.contains("answer_seconds_max = 20"), "{shown}");
    fs::write(place.path("shown.toml"), &shown).unwrap();
    place.ok(&["queue", "apply", "shown.toml"]);
    assert_eq!(place.ok(&["queue", "show", "support"]), shown, "what is shown can be applied");
    assert!(place.ok(&["queue", "close", "support"]).contains("is closed from now on"));
    let list = place.ok(&["queue", "list"]);
    assert_eq!(
        list.lines().last().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["support", "closed", "renewals", "50"]
    );
    assert!(place.fails(&["queue", "open", "none"]).contains("there is no queue \"none\""));
}

#[test]
fn t01_3_a_phone_book_is_loaded_searched_mended_and_removed() {
    let place = Place::new();
    place.ok(&["agent", "add", "ann", "--team", "north", "--new-team"]);
    fs::write(
        place.path("house.csv"),
        "Nom;Prénom;Téléphone;Service;Étage\nByron;Hélène;(312) 555-0142;Billing;2\nFlowers;;1-800-FLOWERS;;\n;;1234;;\n\
         Desk;;12\u{a0}34;;\n",
    )
    .unwrap();
    let args = ["phone-book", "load", "house.csv", "--name", "house", "--team", "north"];
    let first = place.ok(&args);
    assert!(first.contains("2 added, 0 changed, 0 removed, 0 there already, 2 refused"), "{first}");
    assert!(first.contains("team north"), "{first}");
    let again = place.ok(&args);
    assert!(again.contains("0 added, 0 changed, 0 removed, 2 there already, 2 refused"), "{again}");
    let shown = place.ok(&["phone-book", "show", "house"]);
    assert!(shown.contains("Hélène Byron") && shown.contains("1-800-FLOWERS"), "{shown}");

    let rejects = fs::read_to_string(place.path("house.rejects.csv")).unwrap();
    assert!(rejects.contains("there is no name") && rejects.contains("(character 3)"), "{rejects}");
    let mended = rejects.replace("12\u{a0}34", "1234").replace("\n;;1234", "\nGate;;1235");
    fs::write(place.path("house.rejects.csv"), mended).unwrap();
    let load = |more: &[&'static str]| {
        let args = ["phone-book", "load", "house.rejects.csv", "--name", "house"];
        args.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let says = place.fails(&load(&["--replace"]));
    assert!(says.contains("only a part of the book"), "{says}");
    let mended = place.ok(&load(&[]));
    assert!(mended.contains("2 added") && mended.contains("0 refused") && mended.contains("team north"), "{mended}");

    let found = place.ok(&["phone-book", "search", "desk 1234", "--team", "north"]);
    assert!(found.contains("Desk") && !found.contains("Gate"), "{found}");
    place.ok(&["agent", "add", "bob", "--team", "south", "--new-team"]);
    let found = place.ok(&["phone-book", "search", "desk", "--team", "south"]);
    assert!(found.contains("nothing has all these words"), "{found}");
    fs::write(place.path("small.csv"), "Name,Number\nDesk,1234\n").unwrap();
    let small = ["phone-book", "load", "small.csv", "--name", "house", "--replace", "--all-teams"];
    let replaced = place.ok(&small);
    assert!(replaced.contains("0 added, 0 changed, 3 removed, 1 there already"), "{replaced}");
    assert!(place.ok(&["phone-book", "search", "desk", "--team", "south"]).contains("Desk"));
    assert!(place.ok(&["phone-book", "list"]).contains("all teams"));

    fs::write(place.path("bad.csv"), "Name,City\nDesk,Rome\n").unwrap();
    assert!(place.fails(&["phone-book", "load", "bad.csv", "--name", "x"]).contains("--column number=HEADER"));
    fs::write(place.path("empty.csv"), "Name,Number\n").unwrap();
    let says = place.fails(&["phone-book", "load", "empty.csv", "--name", "house", "--replace"]);
    assert!(says.contains("stays as it is"), "{says}");
    place.ok(&["phone-book", "remove", "house"]);
    assert!(place.fails(&["phone-book", "show", "house"]).contains("there is no phone book"));
    assert!(place.ok(&["phone-book", "--help"]).contains("Name,Number,Note"));
}

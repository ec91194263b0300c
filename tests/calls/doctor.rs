//! `rappel doctor` on a real Asterisk: what is good, what is not, and what to change.

use std::fs;

use reqwest::Method;
use serde_json::json;

use super::house::{CAMPAIGN, House};

/// What it says with these settings of the switch, and whether all is well.
fn doctor(house: &House, settings: &str, password: &str) -> (bool, String) {
    fs::write(house.place.path("doctor.toml"), settings).unwrap();
    let mut doctor = house.place.program(&["doctor", "--switch", "asterisk", "--config", "doctor.toml"]);
    let output = doctor.env("RAPPEL_ASTERISK_PASSWORD", password).output().unwrap();
    let says = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    (output.status.success(), says)
}

fn url(house: &House) -> String {
    format!("[asterisk]\nurls = [\"{}\"]\n", house.rig.ari_url.trim_end_matches("/ari"))
}

fn says_all(says: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(says.contains(wanted), "{wanted}\n{says}");
    }
}

#[tokio::test]
async fn a_switch_that_works_is_found_good() {
    let house = House::with(&[]).await;
    let (is_well, says) = doctor(&house, &url(&house), &house.rig.password);
    assert!(is_well, "{says}");
    says_all(
        &says,
        &[
            "Asterisk 22.",
            "the trunk trunk is online",
            "4 phones are registered",
            "4 phones share a codec with the trunk",
            "and ours agree",
        ],
    );
    let (is_well, says) = doctor(&house, &url(&house), "wrong");
    assert!(!is_well);
    says_all(&says, &["the ARI user or its password is wrong"]);
    // Whoever works was not disturbed.
    house.connected(true).await;
}

#[tokio::test]
async fn a_phone_that_cannot_speak_with_the_trunk_is_named() {
    let house = House::with(&[]).await;
    let fields = json!({ "fields": [
        { "attribute": "disallow", "value": "all" }, { "attribute": "allow", "value": "gsm" },
    ] });
    let path = "/asterisk/config/dynamic/res_pjsip/endpoint/8099";
    house.rig.ari().done(Method::PUT, path, &fields).await;
    let (is_well, says) = doctor(&house, &url(&house), &house.rig.password);
    assert!(!is_well);
    says_all(
        &says,
        &["8099 (gsm) and the trunk trunk (alaw) have no codec in common", "allow = alaw for the endpoint 8099"],
    );
}

#[tokio::test]
async fn what_campaigns_wish_is_looked_for() {
    let house = House::listening(&[]).await;
    let without = |module: &str| {
        house.rig.cli(&format!("module unload {module}"));
        let told = doctor(&house, &url(&house), &house.rig.password);
        house.rig.cli(&format!("module load {module}"));
        told
    };
    for (module, what) in [("app_amd.so", "answering machines"), ("res_tonedetect.so", "faxes")] {
        let (is_well, says) = without(module);
        assert!(!is_well, "{says}");
        let missing = format!("{module} does not run: telling {what} will not work");
        says_all(&says, &[&missing, &format!("load = {module} in modules.conf")]);
    }
    let recording = "res_ari_recordings.so";
    let (is_well, says) = without(recording);
    assert!(is_well, "nobody has calls recorded: {says}");
    let wish = format!("{CAMPAIGN}recording = {{ calls_recorded = true }}\n");
    fs::write(house.place.path("spring.toml"), wish).unwrap();
    house.place.ok(&["campaign", "apply", "spring.toml"]);
    let (is_well, says) = without(recording);
    assert!(!is_well);
    says_all(&says, &[&format!("{recording} does not run: recordings will not work")]);
    let (is_well, says) = without("app_amd.so");
    assert!(is_well, "nobody asks for machines any more: {says}");
}

#[tokio::test]
async fn telephones_in_browsers_are_tried() {
    let house = House::with(&[]).await;
    fs::write(house.place.path("phone.js"), "let phone;").unwrap();
    let good = "[softphone]\nwebsocket_url = \"ws://127.0.0.1:8088/ws\"\nlibrary = \"phone.js\"\n";
    let (is_well, says) = doctor(&house, &format!("{}{good}", url(&house)), &house.rig.password);
    assert!(is_well, "{says}");
    says_all(&says, &["phone.js, and not the file that was tested", "telephones in browsers can have accounts"]);
    assert!(!house.rig.cli("pjsip show endpoints").contains("809223372036854775807"), "the trial is over");

    let bad = "[softphone]\nwebsocket_url = \"ws://pbx.example.org/ws\"\ncodecs = [\"tin\"]\n";
    let (is_well, says) = doctor(&house, &format!("{}{bad}", url(&house)), &house.rig.password);
    assert!(!is_well);
    says_all(&says, &["with TLS only", "softphone.library is empty", "Asterisk answers 400 to endpoint"]);
}

#[tokio::test]
async fn tls_is_believed_by_its_ca_alone() {
    let house = House::with(&[]).await;
    let with = |ca: &str| {
        let ca = house.rig.certificate(ca);
        format!("[asterisk]\nurls = [\"{}\"]\nca_file = \"{}\"\n", house.rig.tls_url, ca.display())
    };
    let (is_well, says) = doctor(&house, &with("ca.pem"), &house.rig.password);
    assert!(is_well, "{says}");
    says_all(&says, &["Asterisk 22.", "4 phones are registered"]);
    for settings in [with("other-ca.pem"), format!("[asterisk]\nurls = [\"{}\"]\n", house.rig.tls_url)] {
        let (is_well, says) = doctor(&house, &settings, &house.rig.password);
        assert!(!is_well);
        says_all(&says, &["its certificate is not to be believed (", "asterisk.ca_file"]);
    }
    let clear = house.rig.tls_url.replacen("https", "http", 1);
    let (is_well, says) = doctor(&house, &format!("[asterisk]\nurls = [\"{clear}\"]\n"), &house.rig.password);
    assert!(!is_well, "{says}");
    let swapped = house.rig.ari_url.trim_end_matches("/ari").replacen("http", "https", 1);
    let (is_well, says) = doctor(&house, &format!("[asterisk]\nurls = [\"{swapped}\"]\n"), &house.rig.password);
    assert!(!is_well);
    says_all(&says, &["tlsbindaddr"]);
}

//! The carrier: its table of numbers, and the scenario for `SIPp` made from it.

use std::{fmt::Write, path::Path};

/// What the last two digits choose, where tests read it.
const TABLE: &str = include_str!("../../telephony/carrier.csv");

/// One thing that the carrier does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Trying,
    /// Until the caller gives up, where there is no time.
    Ring(Option<u32>),
    Early(u32),
    Answer(String),
    HangUp(u32),
    Refuse(u16),
    Ask(u16),
}

/// A row of the table.
#[derive(Debug, Clone)]
pub struct Row {
    pub digits: String,
    pub steps: Vec<Step>,
    /// The status of SIP and the cause that the call ends with, where the carrier refuses it.
    pub ends: Option<(u16, u16)>,
}

impl Row {
    /// A number in Chicago that chooses this row.
    pub fn number(&self) -> String {
        format!("+131255501{}", self.digits)
    }

    pub fn answers(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Answer(_)))
    }

    pub fn asks_elsewhere(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Ask(_)))
    }

    pub fn hangs_up(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::HangUp(_)))
    }
}

/// The whole table.
pub fn table() -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(TABLE.as_bytes());
    let row = |record: csv::StringRecord| {
        let steps = record[1].split(';').map(str::trim).filter(|step| !step.is_empty()).map(read_step).collect();
        let number = |field: &str| field.parse::<u16>().ok();
        Row { digits: record[0].to_owned(), steps, ends: number(&record[2]).zip(number(&record[3])) }
    };
    reader.records().map(|record| row(record.expect("a row of carrier.csv"))).collect()
}

fn read_step(text: &str) -> Step {
    let mut words = text.split_whitespace();
    let word = words.next().unwrap_or_default();
    let with = words.next();
    let number = || with.and_then(|with| with.parse().ok()).unwrap_or_else(|| panic!("carrier.csv: {text}: a number"));
    match word {
        "trying" => Step::Trying,
        "ring" => Step::Ring(with.map(|_| number())),
        "early" => Step::Early(number()),
        "answer" => Step::Answer(with.unwrap_or("echo").to_owned()),
        "hang_up" => Step::HangUp(number()),
        "refuse" => Step::Refuse(u16::try_from(number()).expect("a status")),
        "ask" => Step::Ask(u16::try_from(number()).expect("a port")),
        other => panic!("carrier.csv: unknown step {other}"),
    }
}

/// The scenario that `SIPp` plays. `sounds` is the folder where the sounds lie.
pub fn scenario(sounds: &Path) -> String {
    let rows = table();
    let mut xml = String::from(BEGINNING);
    for Row { digits, .. } in &rows {
        let _ = writeln!(
            xml,
            r#"<ereg regexp="^INVITE sip:[+]?1?[2-9][0-9][0-9]55501{digits}@" search_in="msg" assign_to="n{digits}"/>"#
        );
    }
    xml.push_str("</action></recv>\n");
    for Row { digits, .. } in &rows {
        let _ = writeln!(xml, r#"<nop next="row{digits}" test="n{digits}"/>"#);
    }
    xml.push_str(&refuse(404));
    for row in &rows {
        let Row { digits, steps, .. } = row;
        let _ = writeln!(xml, r#"<label id="row{digits}"/>"#);
        if steps.is_empty() {
            xml.push_str(WAIT_SILENTLY);
        }
        for (i, step) in steps.iter().enumerate() {
            let then = format!("row{digits}.{}", i + 1);
            let _ = writeln!(xml, r#"{}<label id="{then}"/>"#, play(step, &then, sounds));
        }
        if row.answers() && !row.hangs_up() {
            xml.push_str(UNTIL_BYE);
        }
    }
    xml.push_str(ENDING);
    xml
}

fn play(step: &Step, then: &str, sounds: &Path) -> String {
    match step {
        Step::Trying => reply("100 Trying", false, "") + WAIT_FOR_CANCEL,
        Step::Ring(None) => reply("180 Ringing", true, "") + WAIT_FOR_CANCEL,
        Step::Ring(Some(ms)) => reply("180 Ringing", true, "") + &unless_cancelled(*ms, then),
        Step::Early(ms) => {
            let early = reply("183 Session Progress", true, &sdp("[rtpstream_audio_port]"));
            early + &stream(sounds, "early") + &unless_cancelled(*ms, then)
        }
        Step::Answer(sound) if sound == "echo" => answer(&sdp("[media_port]")),
        Step::Answer(sound) => answer(&sdp("[rtpstream_audio_port]")) + &stream(sounds, sound),
        Step::HangUp(ms) => {
            format!("<recv request=\"BYE\" timeout=\"{ms}\" ontimeout=\"{then}.bye\" next=\"bye\"/>\n")
                + &format!("<label id=\"{then}.bye\"/>{GOODBYE}")
        }
        Step::Refuse(status) => refuse(*status),
        Step::Ask(port) => {
            let contact = format!("Contact: <sip:[$user]@[local_ip]:{port}>\r\nContent-Length: 0\r\n");
            acknowledged(&reply("302 Moved Temporarily", true, &contact))
        }
    }
}

/// A reply to the INVITE, with the headers kept from it: by then the last message may be another.
fn reply(status: &str, with_tag: bool, rest: &str) -> String {
    let tag = if with_tag { ";tag=carrier[call_number]" } else { "" };
    let rest = if rest.is_empty() { "Content-Length: 0\n\n" } else { rest };
    format!(
        "<send><![CDATA[\nSIP/2.0 {status}\nVia:[$via]\nFrom:[$from]\nTo:[$to]{tag}\n[last_Call-ID:]\nCSeq:[$cseq]\n\
         {rest}\n]]></send>\n"
    )
}

/// The same, until it is acknowledged; that is the end of the call.
fn acknowledged(reply: &str) -> String {
    let retried = reply.replacen("<send>", "<send retrans=\"500\">", 1);
    retried + "<recv request=\"ACK\" next=\"end\"/>\n"
}

fn refuse(status: u16) -> String {
    acknowledged(&reply(&format!("{status} Refused"), true, ""))
}

fn answer(sdp: &str) -> String {
    reply("200 OK", true, sdp).replacen("<send>", "<send retrans=\"500\">", 1) + "<recv request=\"ACK\"/>\n"
}

fn sdp(port: &str) -> String {
    format!(
        "Contact: <sip:carrier@[local_ip]:[local_port]>\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\n\
         Content-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=carrier 1 1 IN IP4 [media_ip]\ns=-\n\
         c=IN IP4 [media_ip]\nt=0 0\nm=audio {port} RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\n\
         a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n"
    )
}

fn stream(sounds: &Path, sound: &str) -> String {
    let file = sounds.join(sound).with_extension("alaw");
    format!("<nop><action><exec rtp_stream=\"{},-1,8,PCMA/8000\"/></action></nop>\n", file.display())
}

fn unless_cancelled(ms: u32, then: &str) -> String {
    format!("<recv request=\"CANCEL\" timeout=\"{ms}\" ontimeout=\"{then}\" next=\"cancelled\"/>\n")
}

const BEGINNING: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="carrier">
<recv request="OPTIONS" optional="true" next="reachable"/>
<recv request="INVITE"><action>
<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
<ereg regexp="sip:([^@]*)@" search_in="msg" assign_to="userpart,user"/>
"#;

/// The caller sends its INVITE again and again, and gives up some time.
const WAIT_SILENTLY: &str = r#"<recv request="CANCEL" timeout="40000" ontimeout="end" next="cancelled"/>
"#;

const WAIT_FOR_CANCEL: &str = r#"<recv request="CANCEL" timeout="300000" ontimeout="end" next="cancelled"/>
"#;

const UNTIL_BYE: &str = r#"<recv request="BYE" next="bye"/>
"#;

const GOODBYE: &str = r#"
<send retrans="500"><![CDATA[
BYE [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=carrier[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200" next="end"/>
"#;

const ENDING: &str = r#"
<label id="reachable"/>
<label id="bye"/>
<send next="end"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="cancelled"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 487 Request Terminated
Via:[$via]
From:[$from]
To:[$to];tag=carrier[call_number]
[last_Call-ID:]
CSeq:[$cseq]
Content-Length: 0

]]></send>
<recv request="ACK"/>
<label id="end"/>
<nop/>
<Reference variables="userpart"/>
</scenario>
"#;

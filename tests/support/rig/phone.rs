//! A telephone: baresip, steered over TCP. It plays a tone of its own and records what it hears.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
};

use super::{
    PATIENCE,
    process::{Program, last_words},
    sound::{self, RATE},
};

/// What makes one phone another than the next.
pub struct Account {
    /// What the phone is called by: an extension, or a customer's number.
    pub name: String,
    pub address: Ipv4Addr,
    pub port: u16,
    pub control: u16,
    /// Of a phone of the switch; customers need none.
    pub password: Option<String>,
    pub switch: Ipv4Addr,
    pub answers_by_itself: bool,
    pub frequency: u32,
}

pub struct Phone {
    pub account: Account,
    folder: PathBuf,
    _program: Program,
    line: Option<Line>,
}

/// The connection of one test with the phone: each test runs on a runtime of its own.
struct Line {
    writer: OwnedWriteHalf,
    events: mpsc::UnboundedReceiver<Value>,
    answers: mpsc::UnboundedReceiver<Value>,
}

impl Phone {
    pub fn start(prefix: &Path, folder: PathBuf, account: Account) -> Self {
        fs::create_dir_all(folder.join("heard")).expect("a folder can be made");
        sound::write_wav(&folder.join("tone.wav"), &sound::long_tone(account.frequency, 120)).expect("a file");
        fs::write(folder.join("config"), config(prefix, &folder, &account)).expect("a file");
        fs::write(folder.join("accounts"), registration(&account)).expect("a file");
        fs::write(folder.join("contacts"), "").expect("a file");
        let program = Program::start(
            &folder.join("log"),
            &prefix.join("usr/bin/baresip"),
            &["-f", folder.to_str().expect("a plain path"), "-s"],
        );
        Self { account, folder, _program: program, line: None }
    }

    /// Hangs up what a test before has left, and begins to listen to events.
    pub async fn take_up(&mut self) {
        let address = (self.account.address, self.account.control);
        let connected = async {
            let mut again = tokio::time::interval(Duration::from_millis(20));
            loop {
                again.tick().await;
                if let Ok(stream) = TcpStream::connect(address).await {
                    return stream;
                }
            }
        };
        let Ok(stream) = tokio::time::timeout(PATIENCE, connected).await else {
            panic!("phone {} does not start. {}", self.account.name, last_words(&self.folder.join("log")));
        };
        stream.set_nodelay(true).ok();
        let (reader, writer) = stream.into_split();
        let ((tell_event, events), (tell_answer, answers)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        tokio::spawn(listen(reader, tell_event, tell_answer));
        self.line = Some(Line { writer, events, answers });
        self.hang_up().await;
    }

    fn line(&mut self) -> &mut Line {
        self.line.as_mut().expect("a test has taken up the rig")
    }

    /// Gives the phone a command of baresip's and returns its answer.
    pub async fn command(&mut self, command: &str, params: &str) -> Value {
        let text = json!({"command": command, "params": params, "token": command}).to_string();
        let name = self.account.name.clone();
        let line = self.line();
        let sent = line.writer.write_all(format!("{}:{text},", text.len()).as_bytes()).await;
        sent.unwrap_or_else(|error| panic!("phone {name} is gone: {error}"));
        let answer = tokio::time::timeout(PATIENCE, line.answers.recv()).await;
        answer.ok().flatten().unwrap_or_else(|| panic!("phone {name} does not answer to {command}"))
    }

    /// Takes the call that rings.
    pub async fn accept(&mut self) {
        self.command("accept", "").await;
    }

    /// Ends all calls, also those that ring.
    pub async fn hang_up(&mut self) {
        self.command("hangupall", "").await;
    }

    /// Calls a number by way of the switch.
    pub async fn dial(&mut self, number: &str) {
        let uri = format!("sip:{number}@{}", self.account.switch);
        self.command("dial", &uri).await;
    }

    /// Presses keys during a call.
    pub async fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.command("sndcode", &key.to_string()).await;
        }
    }

    /// Waits for the next event of a type, for example `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`. Events before
    /// it are forgotten.
    pub async fn until(&mut self, event: &str) -> Value {
        let name = self.account.name.clone();
        let mut others = Vec::new();
        let events = &mut self.line().events;
        let wait = async {
            while let Some(next) = events.recv().await {
                if next["type"] == event {
                    return Some(next);
                }
                others.push(next["type"].to_string());
            }
            None
        };
        let came = tokio::time::timeout(PATIENCE, wait).await.ok().flatten();
        came.unwrap_or_else(|| panic!("phone {name}: no {event} came, but {}", others.join(" ")))
    }

    /// How many calls were established that nobody has waited for.
    pub fn established(&mut self) -> usize {
        let events = &mut self.line().events;
        std::iter::from_fn(|| events.try_recv().ok()).filter(|event| event["type"] == "CALL_ESTABLISHED").count()
    }

    /// The tones heard in the second from now; none when nothing at all comes.
    pub async fn hears(&self) -> BTreeSet<u32> {
        let before = self.recordings();
        let mut again = tokio::time::interval(Duration::from_millis(50));
        // Recordings are written late, in pieces: what comes first is older than now.
        let (late, second) = (RATE as usize / 4, RATE as usize);
        for _ in 0..60 {
            again.tick().await;
            let mut heard = BTreeSet::new();
            let mut complete = false;
            for (file, samples) in self.recordings() {
                let new = samples.len() - before.get(&file).map_or(0, Vec::len).min(samples.len());
                if new >= late + second {
                    complete = true;
                    heard.extend(sound::frequencies(&samples[samples.len() - second..]));
                }
            }
            if complete {
                return heard;
            }
        }
        BTreeSet::new()
    }

    /// Waits until sound comes, and says nothing for a whole second.
    pub async fn until_is_silent(&self) {
        for _ in 0..8 {
            let before: usize = self.recordings().values().map(Vec::len).sum();
            let heard = self.hears().await;
            let after: usize = self.recordings().values().map(Vec::len).sum();
            if heard.is_empty() && after >= before + RATE as usize {
                return;
            }
        }
        panic!("phone {} hears sound, or nothing at all comes", self.account.name);
    }

    /// Waits until exactly these tones are heard for a whole second.
    pub async fn until_hears(&self, tones: &[u32]) {
        let wanted = tones.iter().copied().collect::<BTreeSet<u32>>();
        let mut heard = BTreeSet::new();
        for _ in 0..8 {
            heard = self.hears().await;
            if heard == wanted {
                return;
            }
        }
        panic!("phone {} should hear {wanted:?} and hears {heard:?}", self.account.name);
    }

    /// What was heard in each call: samples, after the header of the file.
    fn recordings(&self) -> BTreeMap<PathBuf, Vec<i16>> {
        let files = fs::read_dir(self.folder.join("heard")).into_iter().flatten().flatten().map(|entry| entry.path());
        let heard = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav"));
        heard.map(|path| (path.clone(), samples(&path))).collect()
    }
}

/// The samples of a file of sound, as far as it is written.
pub fn samples(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap_or_default();
    let pairs = bytes.get(44..).unwrap_or_default().chunks_exact(2);
    pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Reads netstrings of JSON: events and answers to commands.
async fn listen(
    mut reader: OwnedReadHalf,
    events: mpsc::UnboundedSender<Value>,
    answers: mpsc::UnboundedSender<Value>,
) {
    let mut read = Vec::new();
    while let Ok(1..) = reader.read_buf(&mut read).await {
        while let Some((text, used)) = netstring(&read) {
            let said: Value = serde_json::from_slice(text).expect("baresip speaks JSON");
            let told = if said["event"] == true { &events } else { &answers };
            told.send(said).ok();
            read.drain(..used);
        }
    }
}

/// The first netstring, and how long it is with its length and its comma.
fn netstring(read: &[u8]) -> Option<(&[u8], usize)> {
    let colon = read.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(&read[..colon]).ok()?.parse().ok()?;
    let end = colon + 1 + length;
    (read.len() > end).then(|| (&read[colon + 1..end], end + 1))
}

fn registration(account: &Account) -> String {
    let Account { name, switch, .. } = account;
    let answer = if account.answers_by_itself { "auto" } else { "manual" };
    let always = format!("answermode={answer};sip_autoanswer=yes;audio_codecs=PCMA/8000/1;ptime=20;catchall=yes");
    match &account.password {
        Some(password) => {
            // Once for the whole run: one that finds the switch away tries again much later, and is offline meanwhile.
            format!("<sip:{name}@{switch};transport=udp>;auth_user={name};auth_pass={password};regint=3600;{always}\n")
        }
        None => format!("<sip:{name}@{switch};transport=udp>;regint=0;{always}\n"),
    }
}

fn config(prefix: &Path, folder: &Path, account: &Account) -> String {
    let Account { address, port, control, .. } = account;
    let folder = folder.display();
    format!(
        "\
sip_listen {address}:{port}
net_interface {address}
rtp_ports 30000-39999
call_max_calls 4
audio_source aufile,{folder}/tone.wav
audio_player aubridge,ear
audio_alert aubridge,bell
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
snd_path {folder}/heard
sip_autoanswer_beep no
statmode_default off
ctrl_tcp_listen {address}:{control}
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
",
        modules = prefix.join("usr/lib/baresip/modules").display()
    )
}

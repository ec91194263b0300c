//! Guessing who answered, while customer and agent are connected already and nobody waits for it.
//!
//! A fax is known by the tone with which it answers: the customer's own channel listens for that. For a machine a channel that
//! snoops on what the customer says goes through the dial plan's `amd`, where Asterisk's `AMD()` has a guess, and comes back
//! with it. Such a channel is no line of ours: its name says whose it is, and it is put away when it has come back. A restart in
//! the middle changes nothing of that; a guess that is ready while nobody is connected is lost, and the call has none.

use serde_json::json;

use super::{
    Conductor,
    line::{Asked, Role, Stage},
};
use crate::{
    domain::{
        attempt::{CallProgress, Heard},
        ids::ChannelId,
    },
    switch::ari::events::ChannelInfo,
};

/// Makes a channel listen for the answering tone of a fax: 2100 Hz, most of a second of it (ITU-T T.30). A fax that calls says
/// so with 1100 Hz, and nobody whom we call is one; who calls a queue is not classified.
pub(super) const FAX_TONE: &str = "TONE_DETECT(2100,800)";
/// Where the dial plan guesses.
const CONTEXT: &str = "amd";

impl Conductor {
    /// The tone that this channel was to listen for was heard.
    pub(super) fn hears_tone(&mut self, channel: &ChannelInfo) {
        if let Some(id) = self.line_of(&channel.id) {
            self.tell(id, CallProgress::Heard { what: Heard::Fax });
        }
    }

    /// Begins to listen to a customer who has answered, where that is wanted.
    pub(super) fn listen_for_machine(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get(&id) else { return };
        if !matches!(&line.role, Role::Dialled { listens_for, .. } if listens_for.answering_machine) {
            return;
        }
        let uri = format!("channels/{}/snoop/{}", line.name, self.listener_of(id));
        let body = json!({ "app": self.plan.application, "appArgs": "listen", "spy": "in", "whisper": "none" });
        self.ask(Asked::Anything, "POST", uri, Some(body));
    }

    /// Is it a channel that listens to a customer? It is sent to the dial plan, or is back from there with a guess.
    pub(super) fn listens(&mut self, name: &str, args: &[String]) -> bool {
        let Some(how) = args.first().filter(|how| ["listen", CONTEXT].contains(&how.as_str())) else { return false };
        let id = self.plan.channel_id(name);
        let Some(customer) = self.lines.keys().copied().find(|line| self.listener_of(*line) == id) else {
            return false;
        };
        if how == "listen" {
            let body = json!({ "context": CONTEXT, "extension": "s", "priority": 1 });
            self.ask(Asked::Anything, "POST", format!("channels/{name}/continue"), Some(body));
            return true;
        }
        if is_machine(&args[1..]) && self.lines.get(&customer).is_some_and(|line| line.stage == Stage::Up) {
            self.tell(customer, CallProgress::Heard { what: Heard::AnsweringMachine });
        }
        self.ask(Asked::Anything, "DELETE", format!("channels/{name}"), None);
        true
    }

    /// The channel that listens to this customer.
    fn listener_of(&self, customer: ChannelId) -> ChannelId {
        self.plan.channel_id(&format!("listens to {customer}"))
    }
}

/// Was a greeting heard? Whoever says nothing is not called a machine: people wait for the other to speak.
fn is_machine(guess: &[String]) -> bool {
    let [status, cause, ..] = guess else { return false };
    status == "MACHINE" && !cause.starts_with("INITIALSILENCE")
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            DIALOG_VARIABLE,
            tests::{Bench, CUSTOMER, ROOM},
        },
        *,
    };
    use crate::switch::ari::{AriPlan, events};

    #[test]
    fn a_greeting_is_a_machines_and_silence_is_nobodys() {
        let guess = |status: &str, cause: &str| is_machine(&[status.to_owned(), cause.to_owned()]);
        assert!(guess("MACHINE", "LONGGREETING-1500-1500") && guess("MACHINE", "MAXWORDS-3-2"));
        assert!(!guess("MACHINE", "INITIALSILENCE-2500-2500"));
        assert!(!guess("HUMAN", "HUMAN-800-800") && !guess("NOTSURE", "TOOLONG-5000") && !guess("HANGUP", ""));
        assert!(!is_machine(&[]) && !is_machine(&["MACHINE".to_owned()]), "a dial plan that does not say why");
    }

    #[test]
    fn a_new_program_takes_up_the_guesses_of_the_old_one() {
        let listener = AriPlan::default().channel_id(&format!("listens to {CUSTOMER}")).to_string();
        let found = |app_data: &str| {
            let mut bench = Bench::new();
            let info = |id: &str, name: &str, app_data: &str| events::ChannelInfo {
                id: id.to_owned(),
                name: name.to_owned(),
                state: "Up".to_owned(),
                dialplan: events::DialplanInfo { app_data: app_data.to_owned() },
                channelvars: [(DIALOG_VARIABLE.to_owned(), AriPlan::default().mark(ROOM))].into(),
                ..Default::default()
            };
            let customer = info(&CUSTOMER.to_string(), "PJSIP/trunk-00000002", "rappel,dialled");
            let snoop = info(&listener, "Snoop/x-1", app_data);
            bench.conductor.connected(&[snoop, customer], &[(ROOM, vec![CUSTOMER.to_string()])]);
            let said = bench.said().into_iter().filter(|said| said.contains(&listener) || said.starts_with("news"));
            let said = said.map(|said| said.replace(&listener, "LISTENER")).collect::<Vec<_>>();
            (bench, said)
        };
        let heard = r#"news CUSTOMER {"event":"heard","what":"answering_machine"}"#;
        assert_eq!(found("rappel,listen").1, ["POST channels/LISTENER/continue"]);
        assert_eq!(found("rappel,amd,MACHINE,LONGGREETING-1500-1500").1, [heard, "DELETE channels/LISTENER"]);
        assert_eq!(found("rappel,amd,HUMAN,HUMAN-800-800").1, ["DELETE channels/LISTENER"]);
        assert_eq!(found("other,amd,MACHINE,LONGGREETING-1500-1500").1, [] as [&str; 0], "another program's");
        // In the middle of its guess it is left alone, and comes back.
        let (mut bench, said) = found("");
        assert_eq!(said, [] as [&str; 0]);
        let back = bench.frame(&format!(
            r#"{{"type":"StasisStart","args":["amd","MACHINE","MAXWORDS-3-2"],"channel":{{"id":"{listener}","name":"Snoop/x-1","state":"Up"}}}}"#
        ));
        assert!(back.contains(&heard.to_owned()), "{back:?}");
    }
}

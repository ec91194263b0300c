//! What an agent does in and about a dialog, from its first ring to the end of wrap-up.

use axum::{Json, extract::State};
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Me,
    extract::{Body, Path, Query},
    me::View,
    problem::Problem,
};
use crate::{
    domain::{
        campaign::CallbackOwner,
        command::{Act, Command, Promise},
        dialog::Digit,
        ids::{CallbackId, DialogId},
        outcome::Classification,
        phone::{ReadNumber, read_typed_number},
        refusal::Refusal,
        wall_time::{Fold, read_clock_time, read_wall_minute},
        zone::Zone,
    },
    engine::{
        promise_view::PromiseView,
        view::{AgentView, DialogView},
    },
    store::ManageError,
};

/// Which dialog.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DialogPath {
    /// The dialog.
    dialog_id: DialogId,
}

impl Me {
    /// Does something in or about a dialog, then looks.
    async fn act(&self, path: &DialogPath, act: Act) -> View {
        self.obey(Command::InDialog { dialog_id: path.dialog_id, act }).await
    }
}

/// A number or an extension.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    /// As typed on the pad, or picked from a phone book and edited.
    typed: String,
}

/// Call somebody.
pub(super) async fn place(me: Me, Body(body): Body<Typed>) -> View {
    me.obey(Command::PlaceCall { typed: body.typed }).await
}

/// Take the call that is offered.
pub(super) async fn answer(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Answer).await
}

/// Do not take it.
pub(super) async fn decline(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Decline).await
}

/// End the call, ringing or answered; leave a conference.
pub(super) async fn end(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::End).await
}

/// Put the others on hold.
pub(super) async fn hold(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Hold).await
}

/// Talk with them again; what the agent was in instead goes on hold.
pub(super) async fn retrieve(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Retrieve).await
}

/// Ask somebody about this call: the customer goes on hold.
pub(super) async fn consult(me: Me, Path(path): Path<DialogPath>, Body(body): Body<Typed>) -> View {
    me.act(&path, Act::Consult { typed: body.typed }).await
}

/// All talk: the agent, the customer, whoever was consulted.
pub(super) async fn conference(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Conference).await
}

/// The customer talks with whoever was consulted, the agent leaves.
pub(super) async fn transfer(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::Transfer).await
}

/// The customer goes straight to somebody, the agent leaves.
pub(super) async fn direct_transfer(me: Me, Path(path): Path<DialogPath>, Body(body): Body<Typed>) -> View {
    me.act(&path, Act::DirectTransfer { typed: body.typed }).await
}

/// Open the keypad.
pub(super) async fn open_keypad(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::OpenKeypad).await
}

/// Close it.
pub(super) async fn close_keypad(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::CloseKeypad).await
}

/// Keep what is said off the tape, until somebody on the call resumes it.
pub(super) async fn pause_recording(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::PauseRecording).await
}

/// Record what is said again.
pub(super) async fn resume_recording(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::ResumeRecording).await
}

/// A key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    /// `0` to `9`, `#`, `*`.
    digit: Digit,
}

/// Send a tone.
pub(super) async fn send_digit(me: Me, Path(path): Path<DialogPath>, Body(body): Body<Key>) -> View {
    me.act(&path, Act::SendDigit { digit: body.digit }).await
}

/// Who answered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reclassify {
    /// Who.
    classification: Classification,
}

/// Say who answered; the last word counts.
pub(super) async fn reclassify(me: Me, Path(path): Path<DialogPath>, Body(body): Body<Reclassify>) -> View {
    me.act(&path, Act::Reclassify { to: body.classification }).await
}

/// A promise to call again. What is left out keeps its former value, or its default.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CallbackForm {
    /// The customer's date and time, `2026-03-08T14:30`. Or give `date` and `time`.
    at: Option<String>,
    /// The customer's date, `2026-03-08`; with `time`.
    date: Option<String>,
    /// The customer's time as typed: `14:30`, `2:30 PM`; with `date`.
    time: Option<String>,
    /// Another zone than the number tells, as the customer confirmed.
    zone: Option<Zone>,
    /// Which of the two, where the clock shows that time twice.
    fold: Option<Fold>,
    /// Another number, as typed; without an international prefix it is read as one of the campaign's country.
    number: Option<String>,
    /// Whose it is.
    owner: Option<CallbackOwner>,
    /// The promise to change, as the dialog shows it: refused where it was cancelled meanwhile. Without one, what was promised
    /// in this call is changed, or a first promise made.
    callback_id: Option<CallbackId>,
}

/// Promise to call again, or change the promise made in this call.
pub(super) async fn schedule_callback(
    me: Me,
    State(app): State<App>,
    Path(path): Path<DialogPath>,
    Body(form): Body<CallbackForm>,
) -> View {
    let promise = form.promise(&me, &app, &path).await?;
    me.act(&path, Act::ScheduleCallback { promise }).await
}

/// What would become of this promise: nothing is promised here.
pub(super) async fn look_at_callback(
    me: Me,
    State(app): State<App>,
    Path(path): Path<DialogPath>,
    Body(form): Body<CallbackForm>,
) -> Result<Json<PromiseView>, Problem> {
    let promise = form.promise(&me, &app, &path).await?;
    Ok(Json(me.team.look_at_promise(me.agent_id, path.dialog_id, promise).await?))
}

impl CallbackForm {
    async fn promise(&self, me: &Me, app: &App, path: &DialogPath) -> Result<Promise, Problem> {
        let at = self.at()?;
        let number = match &self.number {
            Some(typed) => Some(app.read_number(&me.dialog(path.dialog_id).await?, typed).await?),
            None => None,
        };
        Ok(Promise { changes: self.callback_id, at, zone: self.zone, fold: self.fold, number, owner: self.owner })
    }

    fn at(&self) -> Result<Option<DateTime>, Problem> {
        match (&self.at, &self.date, &self.time) {
            (Some(at), None, None) => read_wall_minute(at).map(Some).map_err(|e| Problem::field("at", e)),
            (None, Some(date), Some(time)) => {
                let date: Date = date.parse().map_err(|_| Problem::field("date", "write it like 2026-03-08"))?;
                let time = read_clock_time(time).map_err(|e| Problem::field("time", e))?;
                Ok(Some(date.to_datetime(time)))
            }
            (None, None, None) => Ok(None),
            (Some(_), _, _) => Err(Problem::field("at", "give either `at`, or `date` and `time`")),
            (None, Some(_), None) => Err(Problem::field("time", "`date` needs a `time`")),
            (None, None, Some(_)) => Err(Problem::field("date", "`time` needs a `date`")),
        }
    }
}

impl Me {
    /// One of the agent's dialogs.
    async fn dialog(&self, id: DialogId) -> Result<DialogView, Problem> {
        let dialogs = self.look().await?.dialogs;
        dialogs.into_iter().find(|dialog| dialog.dialog_id == id).ok_or_else(|| Refusal::CallGone.into())
    }
}

impl App {
    /// A number as an agent types it in this campaign's call.
    async fn read_number(&self, dialog: &DialogView, typed: &str) -> Result<ReadNumber, Problem> {
        let Some(customer) = &dialog.customer else { return Err(Refusal::CallGone.into()) };
        let name = &customer.campaign;
        let campaign = self.db.campaign_named(name).await?;
        let campaign = campaign.ok_or_else(|| ManageError::UnknownCampaign(name.clone()))?;
        read_typed_number(typed, campaign.rules.country).map_err(|problem| Problem::field("number", problem))
    }
}

/// A promise was taken back.
#[derive(Serialize, JsonSchema)]
pub(super) struct CallbackCancelled {
    /// What to tell the agent.
    message: &'static str,
    /// The agent's view.
    view: AgentView,
}

/// Which promise.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromiseQuery {
    /// The promise to take back, as the dialog shows it: refused where another was made meanwhile. Without one, what was
    /// promised in this call is taken back.
    callback_id: Option<CallbackId>,
}

/// Take the promise made in this call back.
pub(super) async fn cancel_callback(
    me: Me,
    Path(path): Path<DialogPath>,
    Query(query): Query<PromiseQuery>,
) -> Result<Json<CallbackCancelled>, Problem> {
    let callback_id = match query.callback_id {
        Some(id) => id,
        None => me.dialog(path.dialog_id).await?.callback.ok_or(Refusal::CallbackGone)?.callback_id,
    };
    let Json(view) = me.act(&path, Act::CancelCallback { callback_id }).await?;
    Ok(Json(CallbackCancelled { message: "The callback was cancelled.", view }))
}

/// Wrap up after this call, where that is left to the agent.
pub(super) async fn wrap_up(me: Me, Path(path): Path<DialogPath>) -> View {
    me.act(&path, Act::WrapUp).await
}

/// A label.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrapUpReason {
    /// One of the reasons that the dialog lists.
    reason: String,
}

/// Label the call.
pub(super) async fn apply_wrap_up_reason(me: Me, Path(path): Path<DialogPath>, Body(body): Body<WrapUpReason>) -> View {
    me.act(&path, Act::ApplyWrapUpReason { reason: body.reason }).await
}

/// A zone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatedZone {
    /// The zone.
    zone: Zone,
}

/// Say in which zone this customer is, as they told.
pub(super) async fn state_zone(me: Me, Path(path): Path<DialogPath>, Body(body): Body<StatedZone>) -> View {
    me.act(&path, Act::StateZone { zone: body.zone }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(at: Option<&str>, date: Option<&str>, time: Option<&str>) -> CallbackForm {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        CallbackForm { at: owned(at), date: owned(date), time: owned(time), ..CallbackForm::default() }
    }

    #[test]
    fn t05_4_date_and_time_are_read_as_typed() {
        let half_past_two = Some("2026-03-09T14:30".parse().unwrap());
        assert_eq!(form(Some("2026-03-09T14:30"), None, None).at().unwrap(), half_past_two);
        for time in ["14:30", "2:30 PM", "2:30pm", "1430"] {
            assert_eq!(form(None, Some("2026-03-09"), Some(time)).at().unwrap(), half_past_two, "{time}");
        }
        assert_eq!(form(None, None, None).at().unwrap(), None);
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_field() {
        let wrong = [
            ("at", form(Some("2026-03-09T14:30:00Z"), None, None)),
            ("at", form(Some("2026-03-09T14:30"), Some("2026-03-09"), None)),
            ("date", form(None, Some("9 March"), Some("14:30"))),
            ("time", form(None, Some("2026-03-09"), Some("25:00"))),
            ("time", form(None, Some("2026-03-09"), None)),
            ("date", form(None, None, Some("14:30"))),
        ];
        for (field, form) in wrong {
            let problem = serde_json::to_value(form.at().unwrap_err().told()).unwrap();
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
    }
}

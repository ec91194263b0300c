//! What an agent does with their call, from the accept to the end of wrap-up.

use axum::{Json, extract::State};
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Me,
    extract::{Body, Path},
    me::View,
    problem::Problem,
};
use crate::{
    domain::{
        campaign::CallbackOwner,
        command::{Command, Promise},
        ids::AttemptId,
        outcome::Classification,
        phone::{ReadNumber, read_typed_number},
        refusal::Refusal,
        wall_time::{Fold, read_clock_time, read_wall_minute},
        zone::Zone,
    },
    engine::view::{AgentView, CallView},
    store::ManageError,
};

/// Which call.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CallPath {
    /// The attempt.
    attempt_id: AttemptId,
}

/// End the call, ringing or answered.
pub(super) async fn end(me: Me, Path(path): Path<CallPath>) -> View {
    me.obey(Command::End { attempt_id: path.attempt_id }).await
}

/// Who answered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reclassify {
    /// Who.
    classification: Classification,
}

/// Say who answered; the last word counts.
pub(super) async fn reclassify(me: Me, Path(path): Path<CallPath>, Body(body): Body<Reclassify>) -> View {
    me.obey(Command::Reclassify { attempt_id: path.attempt_id, to: body.classification }).await
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
}

/// Promise to call again, or change the promise made in this call.
pub(super) async fn schedule_callback(
    me: Me,
    State(app): State<App>,
    Path(path): Path<CallPath>,
    Body(form): Body<CallbackForm>,
) -> View {
    let at = form.at()?;
    let number = match &form.number {
        Some(typed) => Some(app.read_number(&me.call(path.attempt_id).await?, typed).await?),
        None => None,
    };
    let promise = Promise { at, zone: form.zone, fold: form.fold, number, owner: form.owner };
    me.obey(Command::ScheduleCallback { attempt_id: path.attempt_id, promise }).await
}

impl CallbackForm {
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
    /// The agent's call, if it is the one asked for.
    async fn call(&self, attempt_id: AttemptId) -> Result<CallView, Problem> {
        let call = self.look().await?.call.filter(|call| call.attempt_id == attempt_id);
        call.ok_or_else(|| Refusal::CallGone.into())
    }
}

impl App {
    /// A number as an agent types it in this call.
    async fn read_number(&self, call: &CallView, typed: &str) -> Result<ReadNumber, Problem> {
        let name = &call.customer.campaign;
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

/// Take the promise made in this call back.
pub(super) async fn cancel_callback(me: Me, Path(path): Path<CallPath>) -> Result<Json<CallbackCancelled>, Problem> {
    let callback = me.call(path.attempt_id).await?.callback.ok_or(Refusal::CallbackGone)?;
    let command = Command::CancelCallback { attempt_id: path.attempt_id, callback_id: callback.callback_id };
    let Json(view) = me.obey(command).await?;
    Ok(Json(CallbackCancelled { message: "The callback was cancelled.", view }))
}

/// Wrap up after this call, where the campaign leaves it to the agent.
pub(super) async fn wrap_up(me: Me, Path(path): Path<CallPath>) -> View {
    me.call(path.attempt_id).await?;
    me.obey(Command::WrapUp).await
}

/// A label.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrapUpReason {
    /// One of the campaign's reasons.
    reason: String,
}

/// Label the call.
pub(super) async fn apply_wrap_up_reason(me: Me, Path(path): Path<CallPath>, Body(body): Body<WrapUpReason>) -> View {
    me.obey(Command::ApplyWrapUpReason { attempt_id: path.attempt_id, reason: body.reason }).await
}

/// A zone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatedZone {
    /// The zone.
    zone: Zone,
}

/// Say in which zone this customer is, as they told.
pub(super) async fn state_zone(me: Me, Path(path): Path<CallPath>, Body(body): Body<StatedZone>) -> View {
    me.obey(Command::StateZone { attempt_id: path.attempt_id, zone: body.zone }).await
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

//! The dial pad before a call: what it shows, and whether the dial plan would let it be dialled, so that a page can say the
//! rule before somebody presses Call. Nothing is dialled here.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{App, auth::Me, extract::Body, problem::Problem};
use crate::domain::{
    dial_pad::{PadText, TYPED_CHARS_MAX},
    dial_plan::Target,
    refusal::Refusal,
};

/// What was typed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    /// As it was typed: every character of ASCII that can be seen, and spaces.
    #[schemars(length(min = 1, max = TYPED_CHARS_MAX))]
    typed: String,
}

/// What the pad shows, and what would become of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct PadView {
    /// What was typed, with letters as the digits of a telephone keypad; nothing else is changed.
    #[schemars(with = "String")]
    shown: PadText,
    /// May it be dialled?
    permitted: bool,
    /// Who would be dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
    /// Why it may not be dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<NotPermitted>,
}

/// Why something may not be dialled.
#[derive(Serialize, JsonSchema)]
struct NotPermitted {
    /// What a call would be refused with.
    #[serde(flatten)]
    refusal: Refusal,
    /// The same in words.
    detail: String,
}

/// What the pad shows of what was typed, and whether it may be dialled.
pub(super) async fn look(_: Me, State(app): State<App>, Body(body): Body<Typed>) -> Result<Json<PadView>, Problem> {
    let shown = PadText::of(&body.typed)?;
    let asked = app.dial_plan.permit(&body.typed);
    let view = match asked {
        Ok(permit) => PadView { shown, permitted: true, target: Some(permit.target().clone()), refusal: None },
        Err(refusal) => {
            let detail = refusal.to_string();
            PadView { shown, permitted: false, target: None, refusal: Some(NotPermitted { refusal, detail }) }
        }
    };
    Ok(Json(view))
}

//! Where a new call goes.

use super::node::NodeState;
use crate::{
    domain::dial_plan::Target,
    engine::output::{Destination, Order},
};

/// The least busy Asterisk of those that are connected; before that counts where these telephones are registered, the first
/// of them most. One that just came back has no line and no browser yet: it would draw every call, and none would be made.
pub(super) fn choose(states: &[NodeState], extensions: &[&str]) -> Option<usize> {
    let cost = |state: &NodeState| {
        // A phone on a desk is registered nowhere that we know of: it is missing at all alike.
        let missing: Vec<bool> = extensions.iter().map(|extension| !state.registered.contains(*extension)).collect();
        (missing, state.lines)
    };
    let connected = states.iter().enumerate().filter(|(_, state)| state.is_connected);
    connected.min_by_key(|(_, state)| cost(state)).map(|(nth, _)| nth)
}

/// The extensions that an order rings, whose call it is first.
pub(super) fn rings(order: &Order) -> Vec<&str> {
    match order {
        Order::Dial { phone, to, .. } => {
            let called = match to {
                Destination::Placed { permit, .. } => match permit.target() {
                    Target::Extension(extension) => Some(extension.as_str()),
                    Target::Number(_) | Target::Emergency(_) => None,
                },
                Destination::Customer { .. } => None,
            };
            phone.iter().map(|phone| phone.extension.as_str()).chain(called).collect()
        }
        Order::Connect { phone, .. } | Order::Keep { phone } | Order::Supervise { phone, .. } => vec![&phone.extension],
        Order::Admit { .. }
        | Order::Hold { .. }
        | Order::Retrieve { .. }
        | Order::Leave { .. }
        | Order::Join { .. }
        | Order::SendDigit { .. }
        | Order::Record { .. }
        | Order::HangUp { .. }
        | Order::EndOthers { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::{
        domain::{
            dial_plan::DialPlan,
            ids::{ChannelId, DialogId},
        },
        engine::output::Phone,
    };

    fn with(lines: usize, registered: &[&str]) -> NodeState {
        let registered: BTreeSet<_> = registered.iter().map(|&extension| extension.to_owned()).collect();
        NodeState { is_connected: true, lines, registered: registered.into(), ..NodeState::default() }
    }

    #[test]
    fn the_least_busy_that_is_connected_takes_a_call() {
        let down = NodeState { is_connected: false, ..with(0, &["801"]) };
        let states = [with(7, &[]), down.clone(), with(3, &[]), with(5, &[])];
        assert_eq!(choose(&states, &[]), Some(2));
        assert_eq!(choose(&states, &["1001"]), Some(2), "a phone on a desk");
        assert_eq!(choose(&states, &["801"]), Some(2), "a browser that is nowhere where a call could come from");
        assert_eq!(choose(&[down], &["801"]), None);
    }

    #[test]
    fn a_call_goes_where_the_browser_is_registered() {
        let back_just_now = with(0, &[]);
        let states = [back_just_now, with(9, &["801"]), with(4, &["801", "802"])];
        assert_eq!(choose(&states, &["801"]), Some(2));
        assert_eq!(choose(&states[..2], &["801"]), Some(1));
        assert_eq!(choose(&states[..2], &["1001"]), Some(0));
    }

    #[test]
    fn whose_call_it_is_counts_before_whom_they_call() {
        let states = [with(0, &["802"]), with(5, &["801"]), with(9, &["801", "802"])];
        assert_eq!(choose(&states, &["801", "802"]), Some(2));
        assert_eq!(choose(&states[..2], &["801", "802"]), Some(1));
    }

    #[test]
    fn who_is_rung_is_read_off_the_order() {
        let (dialog_id, channel_id) = (DialogId(Uuid::from_u128(1)), ChannelId(Uuid::from_u128(2)));
        let phone = Phone { channel_id, extension: "801".to_owned() };
        let to =
            |typed| Destination::Placed { permit: DialPlan::default().permit(typed).unwrap(), ring_seconds_max: 30 };
        let dial = |typed| Order::Dial { dialog_id, channel_id, phone: Some(phone.clone()), to: to(typed) };
        assert_eq!(rings(&dial("802")), ["801", "802"]);
        assert_eq!(rings(&dial("3125550142")), ["801"]);
        assert_eq!(rings(&Order::Connect { dialog_id, phone: phone.clone() }), ["801"]);
        assert!(rings(&Order::HangUp { channel_id }).is_empty());
    }
}

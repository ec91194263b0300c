//! How names are said to Asterisk: numbers and extensions as endpoints, our ids as channel ids.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{
    dial_plan::Target,
    ids::{ChannelId, DialogId},
    phone::{Country, PhoneNumber, read_typed_number},
};

/// How names are said to one Asterisk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AriPlan {
    /// Our Stasis application.
    pub application: String,
    /// The endpoint of a telephone number: `PJSIP/{number}@trunk`.
    pub trunk: String,
    /// The endpoint of an extension: `PJSIP/{extension}`.
    pub phone: String,
    /// Channel variables that make an agent's phone answer by itself.
    pub auto_answer: Vec<(String, String)>,
    /// How long an agent's phone may take, in seconds.
    pub phone_seconds: u32,
    /// The country of callers' numbers without an international prefix.
    pub country: Country,
}

impl AriPlan {
    /// The endpoint of a telephone number.
    pub fn trunk(&self, number: &str) -> String {
        self.trunk.replace("{number}", number)
    }

    /// The endpoint of an extension. Never a trunk: a short number outside may be anybody's.
    pub fn phone(&self, extension: &str) -> String {
        self.phone.replace("{extension}", extension)
    }

    /// The endpoint of whom an agent calls.
    pub fn endpoint(&self, target: &Target) -> String {
        match target {
            Target::Extension(extension) => self.phone(extension.as_str()),
            Target::Number(number) => self.trunk(number.as_str()),
            Target::Emergency(number) => self.trunk(number.as_str()),
        }
    }

    /// Is this the channel of a phone, and not of a trunk? Asterisk names a channel after its endpoint.
    pub fn is_phone(&self, channel_name: &str) -> bool {
        let trunk = self.trunk.rsplit_once('@').map_or(self.trunk.as_str(), |(_, trunk)| trunk);
        let endpoint = channel_name.rsplit_once('-').map_or(channel_name, |(endpoint, _)| endpoint);
        endpoint.rsplit('/').next() != Some(trunk)
    }

    /// What a line carries with it: whose it is, and in which dialog. Several programs may steer one Asterisk, each with an
    /// application of its own; none touches what is another's.
    pub fn mark(&self, dialog: DialogId) -> String {
        format!("{}/{dialog}", self.application)
    }

    /// The dialog of a line that carries this, if it is ours.
    pub fn dialog_of(&self, mark: &str) -> Option<DialogId> {
        let (application, dialog) = mark.rsplit_once('/')?;
        if application == self.application { dialog.parse().ok() } else { None }
    }

    /// The id of a channel: ours as it is; for one that Asterisk named, one that follows from its name, so that it is the same
    /// after a restart.
    pub fn channel_id(&self, name: &str) -> ChannelId {
        ChannelId(name.parse().unwrap_or_else(|_| {
            let digest = Sha256::digest(format!("{}/{name}", self.application));
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            uuid::Builder::from_custom_bytes(bytes).into_uuid()
        }))
    }

    /// The number of a caller, if it is one.
    pub fn read_caller(&self, number: &str) -> Option<PhoneNumber> {
        read_typed_number(number, self.country).ok().map(|read| read.number)
    }
}

impl Default for AriPlan {
    fn default() -> Self {
        Self {
            application: "rappel".to_owned(),
            trunk: "PJSIP/{number}@trunk".to_owned(),
            phone: "PJSIP/{extension}".to_owned(),
            // RFC 5373 has Answer-Mode; most desk phones know the older Call-Info with answer-after.
            auto_answer: vec![("PJSIP_HEADER(add,Call-Info)".to_owned(), "<sip:rappel>;answer-after=0".to_owned())],
            phone_seconds: 20,
            country: "US".parse().expect("it is a country"),
        }
    }
}

/// Is this an id that we gave?
pub(super) fn is_ours(name: &str) -> bool {
    name.parse::<Uuid>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_to_the_trunk_and_extensions_to_phones() {
        let plan = AriPlan::default();
        assert_eq!(plan.trunk("+13125550142"), "PJSIP/+13125550142@trunk");
        assert_eq!(plan.phone("1001"), "PJSIP/1001");
        assert!(plan.is_phone("PJSIP/1001-00000004") && !plan.is_phone("PJSIP/trunk-00000005"));
    }

    #[test]
    fn a_line_says_whose_it_is() {
        let plan = AriPlan::default();
        let other = AriPlan { application: "night/shift".to_owned(), ..AriPlan::default() };
        let dialog = DialogId(Uuid::from_u128(1));
        assert_eq!(plan.dialog_of(&plan.mark(dialog)), Some(dialog));
        assert_eq!(other.dialog_of(&other.mark(dialog)), Some(dialog));
        assert_eq!(plan.dialog_of(&other.mark(dialog)), None);
        assert_eq!(plan.dialog_of(&dialog.to_string()), None);
    }

    #[test]
    fn a_channel_that_asterisk_named_has_the_same_id_each_time() {
        let plan = AriPlan::default();
        let id = plan.channel_id("1732500000.17");
        assert_eq!(id, plan.channel_id("1732500000.17"));
        assert_ne!(id, plan.channel_id("1732500000.18"));
        assert_eq!(plan.channel_id(&id.to_string()), id, "ours stay as they are");
        assert!(is_ours(&id.to_string()) && !is_ours("1732500000.17"));
    }
}

//! The JSON schema of a campaign file, for editors: the types say its form, [`shape`] its ranges.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::shape::{CAMPAIGN, Is, Key};
use crate::domain::campaign::CampaignRules;

/// The JSON schema (draft 7, which editors of TOML know best) of a campaign file, with a line break at its end.
pub fn json_schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<CampaignRules>();
    let mut root = schema.to_value();
    annotate(&mut root, "", CAMPAIGN);
    root["title"] = "Rappel campaign".into();
    serde_json::to_string_pretty(&root).expect("a JSON value can be written") + "\n"
}

/// Adds to the table at `pointer` what types cannot say.
fn annotate(root: &mut Value, pointer: &str, keys: &[Key]) {
    for key in keys {
        let pointer = format!("{pointer}/properties/{}", key.name);
        let Some(property) = root.pointer_mut(&pointer).and_then(Value::as_object_mut) else { continue };
        match &key.is {
            Is::Whole(range) => {
                property.remove("format");
                property.insert("minimum".into(), range.min.into());
                property.insert("maximum".into(), range.max.into());
            }
            Is::Name => set(property, "pattern", "^[a-z0-9_-]+$"),
            Is::Country => set(property, "pattern", "^[A-Z]{2}$"),
            Is::Line => set(property, "minLength", 1),
            Is::Lines => set(property, "uniqueItems", true),
            Is::Number => {
                property.remove("default");
                set(property, "type", "string");
                set(property, "pattern", r"^\+[1-9][0-9]{6,14}$");
            }
            // Left out means the hours of the country, which no fixed default can say.
            Is::Hours => drop(property.remove("default")),
            Is::Table(keys) | Is::Tables(keys) => {
                if let Some(target) = target(property) {
                    annotate(root, &target, keys);
                }
            }
            Is::Text | Is::Flag | Is::Word(_) => {}
        }
    }
}

fn set(property: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    property.insert(key.into(), value.into());
}

/// Where the schema of a property is that refers to another: directly, with a text of its own, or for its items.
pub(super) fn target(property: &Map<String, Value>) -> Option<String> {
    let own = json!(property);
    let reference =
        ["/$ref", "/allOf/0/$ref", "/items/$ref"].into_iter().find_map(|place| own.pointer(place)?.as_str());
    Some(reference?.strip_prefix('#')?.to_owned())
}

//! The document of the API (`OpenAPI` 3.1), made of the handlers themselves: what a handler takes and gives is in its type,
//! so the document cannot say anything else.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    handler::Handler,
    http::{Method, StatusCode},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    App,
    guard::Access,
    limits::Limits,
    problem::{self, Problem, Told},
};

/// The document as it grows.
pub(super) struct Document {
    generator: SchemaGenerator,
    paths: Map<String, Value>,
}

/// One operation as it is described.
pub(super) struct Operation<'a> {
    pub generator: &'a mut SchemaGenerator,
    pub parameters: Vec<Value>,
    pub body: Option<Value>,
    pub responses: Map<String, Value>,
}

/// An argument of a handler. Most say nothing to the client.
pub(super) trait Part {
    fn describe(_: &mut Operation<'_>) {}

    /// How large the body may be, where this reads it.
    fn bytes_max(limits: &Limits) -> usize {
        limits.command_bytes_max
    }

    /// The longest that the request may take, where this reads it.
    fn patience(limits: &Limits) -> Duration {
        limits.time_out
    }
}

impl Part for State<App> {}

/// What a handler answers.
pub(super) trait Answer {
    fn describe(operation: &mut Operation<'_>);
}

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(StatusCode::OK);
    }
}

/// 204.
impl Answer for StatusCode {
    fn describe(operation: &mut Operation<'_>) {
        operation.responses.insert("204".into(), json!({ "description": "Done" }));
    }
}

impl<T: Answer> Answer for Result<T, Problem> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        let schema = operation.generator.subschema_for::<Told>();
        let problem = json!({
            "description": "Not done",
            "content": { problem::MEDIA_TYPE: { "schema": schema } },
        });
        operation.responses.insert("default".into(), problem);
    }
}

/// A handler whose arguments and answer describe themselves.
pub(super) trait Described<T>: Handler<T, App> {
    fn describe(operation: &mut Operation<'_>);

    /// How large the body may be.
    fn bytes_max(limits: &Limits) -> usize;

    /// The longest that the request may take.
    fn patience(limits: &Limits) -> Duration;
}

macro_rules! described {
    ($($part:ident),*) => {
        impl<F, Fut, R, M, $($part),*> Described<(M, $($part,)*)> for F
        where
            F: Fn($($part),*) -> Fut + Handler<(M, $($part,)*), App>,
            Fut: Future<Output = R>,
            R: Answer,
            $($part: Part),*
        {
            fn describe(operation: &mut Operation<'_>) {
                $($part::describe(operation);)*
                R::describe(operation);
            }

            fn bytes_max(limits: &Limits) -> usize {
                [limits.command_bytes_max, $($part::bytes_max(limits)),*].into_iter().max().expect("at least one")
            }

            fn patience(limits: &Limits) -> Duration {
                [limits.time_out, $($part::patience(limits)),*].into_iter().max().expect("at least one")
            }
        }
    };
}

described!();
described!(A);
described!(A, B);
described!(A, B, C);
described!(A, B, C, D);
described!(A, B, C, D, E);

impl Operation<'_> {
    /// A successful answer.
    pub fn answer<T: JsonSchema>(&mut self, status: StatusCode) {
        let schema = self.generator.subschema_for::<T>();
        let content = json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
        self.responses.insert(status.as_str().to_owned(), content);
    }

    /// The fields of `T` are parameters in the path or the query.
    pub fn parameters_of<T: JsonSchema>(&mut self, place: &str) {
        let schema = T::json_schema(self.generator).to_value();
        let required: Vec<_> = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let mut field = field.clone();
            let description = field.as_object_mut().and_then(|f| f.remove("description")).unwrap_or_default();
            self.parameters.push(json!({
                "name": name,
                "in": place,
                "required": required.contains(&name.as_str().into()),
                "description": description,
                "schema": field,
            }));
        }
    }

    fn to_value(&self, id: &str, access: Access, summary: &str) -> Value {
        let mut value = json!({ "operationId": id, "summary": summary, "responses": self.responses });
        if !self.parameters.is_empty() {
            value["parameters"] = json!(self.parameters);
        }
        if let Some(body) = &self.body {
            value["requestBody"] = body.clone();
        }
        if let Some(role) = access.role() {
            value["security"] = json!([{ "token": [] }]);
            value["x-minimum-role"] = json!(role);
        } else {
            value["security"] = json!([]);
        }
        value
    }
}

impl Document {
    pub fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self { generator: settings.into_generator(), paths: Map::new() }
    }

    /// Describes the handler of a route.
    pub fn add<H: Described<T>, T>(&mut self, method: &Method, path: &str, access: Access, summary: &str) {
        let mut operation =
            Operation { generator: &mut self.generator, parameters: Vec::new(), body: None, responses: Map::new() };
        H::describe(&mut operation);
        let described = operation.to_value(&id::<H>(), access, summary);
        let at_path = self.paths.entry(path).or_insert_with(|| json!({}));
        at_path[method.as_str().to_ascii_lowercase()] = described;
    }

    /// The whole document.
    pub fn finish(mut self) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Rappel",
                "version": env!("CARGO_PKG_VERSION"),
                "description": env!("CARGO_PKG_DESCRIPTION"),
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "paths": self.paths,
            "components": {
                "schemas": self.generator.take_definitions(true),
                "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            },
        })
    }
}

/// `me_sign_in` for the handler `sign_in` of the file `me`.
fn id<H>() -> String {
    let path: Vec<_> = std::any::type_name::<H>().split("::").collect();
    path[path.len().saturating_sub(2)..].join("_")
}

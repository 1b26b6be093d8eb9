//! From a path to the API that serves it. Which operation it is, and whether the request keeps to
//! it, the validator says; this table also knows what to tell about paths that nobody serves.

use contract::{Contract, Operation};
use percent_encoding::percent_decode_str;

use super::Api;

/// The path templates of all contracts.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    routes: Vec<Route>,
}

/// One path template with the operations that are served there.
#[derive(Debug)]
pub(crate) struct Route {
    pub(super) segments: Vec<Segment>,
    /// The API whose path it is.
    pub(crate) api: Api,
    /// The template as documented.
    pub(crate) path: String,
    /// The methods that it takes.
    pub(crate) methods: Vec<String>,
    /// The segments that separate tenants: which they are, and what they are called.
    tenant: Vec<(usize, String)>,
}

#[derive(Debug)]
pub(super) enum Segment {
    /// This text.
    Literal(String),
    /// Any text.
    Parameter,
}

impl Routes {
    /// Adds the operations of a contract.
    pub(crate) fn add(&mut self, api: Api, contract: &Contract) {
        for operation in &contract.operations {
            let known = self
                .routes
                .iter_mut()
                .find(|route| route.path == operation.path);
            if let Some(route) = known {
                if !route.methods.contains(&operation.method) {
                    route.methods.push(operation.method.clone());
                }
            } else {
                self.routes.push(Route {
                    segments: operation.path.split('/').map(Segment::read).collect(),
                    api,
                    path: operation.path.clone(),
                    methods: vec![operation.method.clone()],
                    tenant: tenant_segments(operation),
                });
            }
        }
    }

    /// The route of a request's path, which is still percent-encoded.
    pub(crate) fn find(&self, path: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.matches(path))
    }

    /// Every path template.
    pub(super) fn all(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter()
    }

    /// `METHOD /path` of everything that is served.
    pub(crate) fn known(&self) -> Vec<String> {
        self.routes
            .iter()
            .flat_map(|route| {
                route
                    .methods
                    .iter()
                    .map(move |method| format!("{method} {}", route.path))
            })
            .collect()
    }
}

impl Route {
    /// What separates tenants in a path of this route, names and values, still percent-encoded.
    pub(crate) fn tenant<'r>(&'r self, path: &'r str) -> Vec<(&'r str, &'r str)> {
        let mut segments = path.split('/').enumerate();
        self.tenant
            .iter()
            .filter_map(|(index, name)| {
                let (_, text) = segments.find(|(place, _)| place == index)?;
                Some((name.as_str(), text))
            })
            .collect()
    }

    fn matches(&self, path: &str) -> bool {
        let mut rest = Some(path);
        self.segments.iter().all(|segment| {
            let Some(path) = rest else {
                return false;
            };
            let text;
            (text, rest) = split(path);
            match segment {
                Segment::Literal(literal) => {
                    literal == text
                        || (text.contains('%')
                            && *literal == percent_decode_str(text).decode_utf8_lossy())
                }
                // An empty parameter belongs to the operation too, which then refuses it.
                Segment::Parameter => true,
            }
        }) && rest.is_none()
    }
}

/// The first segment of a path, and what follows the slash after it. Segments are too short for
/// the standard library's search to be worth its beginning.
fn split(path: &str) -> (&str, Option<&str>) {
    match path.bytes().position(|byte| byte == b'/') {
        Some(end) => (&path[..end], Some(&path[end + 1..])),
        None => (path, None),
    }
}

fn tenant_segments(operation: &Operation) -> Vec<(usize, String)> {
    let separates = |name: &str| operation.tenant_parameters().any(|it| it.name == name);
    operation
        .path
        .split('/')
        .enumerate()
        .filter_map(|(index, text)| {
            let name = text.strip_prefix('{')?.strip_suffix('}')?;
            separates(name).then(|| (index, name.to_owned()))
        })
        .collect()
}

impl Segment {
    fn read(text: &str) -> Self {
        if text.starts_with('{') && text.ends_with('}') {
            Self::Parameter
        } else {
            Self::Literal(text.to_owned())
        }
    }
}

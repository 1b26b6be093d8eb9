//! An operation made ready: its route, parameters, bodies and relations compiled.

use std::collections::BTreeMap;

use contract::{Body, Contract, HeaderSpec, Operation, Parameter, SchemaRef, SecurityScheme};

use crate::Error;
use crate::compile::Schema;
use crate::route::Route;

/// One operation of the contract, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) route: Route,
    /// As in `Operation::parameters`.
    pub(crate) parameters: Vec<Schema>,
    /// As in `Operation::security`, each name looked up.
    pub(crate) security: Vec<Vec<SecurityScheme>>,
    pub(crate) request: Option<Schema>,
    /// By status.
    pub(crate) responses: BTreeMap<u16, CompiledResponse>,
}

/// One documented response, compiled.
#[derive(Debug)]
pub(crate) struct CompiledResponse {
    /// As in `ResponseSpec::headers`.
    pub(crate) headers: Vec<Schema>,
    pub(crate) body: Option<Schema>,
}

impl Compiled {
    pub(crate) fn new(contract: &Contract, operation: &Operation) -> Result<Self, Error> {
        let schema = |place: &SchemaRef| Schema::new(contract, place);
        let body = |body: &Option<Body>| body.as_ref().map(|body| schema(&body.schema)).transpose();
        let mut responses = BTreeMap::new();
        for response in &operation.responses {
            let headers = response
                .headers
                .iter()
                .map(|header: &HeaderSpec| schema(&header.schema))
                .collect::<Result<_, _>>()?;
            let body = body(&response.body)?;
            responses.insert(response.status, CompiledResponse { headers, body });
        }
        Ok(Self {
            route: Route::new(operation),
            parameters: operation
                .parameters
                .iter()
                .map(|parameter: &Parameter| schema(&parameter.schema))
                .collect::<Result<_, _>>()?,
            security: operation
                .security
                .iter()
                .map(|names| {
                    let schemes = names.iter().filter_map(|name| contract.schemes.get(name));
                    schemes.cloned().collect()
                })
                .collect(),
            request: body(&operation.request)?,
            responses,
        })
    }
}

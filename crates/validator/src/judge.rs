//! The validator: a contract compiled once, and the ways to put an exchange to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::{Contract, Level, Message, Operation};
use serde_json::Value;

use crate::body::Subject;
use crate::brought::Brought;
use crate::compile::Frame;
use crate::exercised::Bodies;
use crate::finding::{Check, Finding, Location};
use crate::operation::Compiled;
use crate::query::QueryPair;
use crate::{
    Error, Exchange, Request, Response, authentication, exercised, parameters, query, relations,
    shown,
};

/// A contract ready to judge exchanges. Cheap to share (`Arc`) between threads.
#[derive(Debug)]
pub struct Validator {
    contract: Arc<Contract>,
    operations: Vec<Compiled>,
    /// What cases bring along.
    pub(crate) brought: Brought,
}

/// Decoded path parameters by name, in order of the path.
pub type PathParameters = Vec<(Arc<str>, String)>;

/// What a request turned out to be.
#[derive(Debug, Clone, Default)]
pub struct RequestReading {
    /// Index into `Contract::operations` of the operation that method and path name.
    pub operation: Option<usize>,
    /// Decoded path parameters by name, in order of the path.
    pub path_parameters: PathParameters,
    /// Decoded query parameters in order.
    pub query: Vec<QueryPair>,
    /// The parsed body, if it is one JSON value.
    pub body: Option<Value>,
    /// Everything found in it.
    pub findings: Vec<Finding>,
}

/// What a whole exchange turned out to be.
struct ExchangeReading {
    findings: Vec<Finding>,
    /// As [`RequestReading::operation`].
    operation: Option<usize>,
    bodies: Bodies,
}

/// All that there is to say of an exchange, which is read once for it.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// As [`Validator::exchange`].
    pub findings: Vec<Finding>,
    /// As [`Validator::exercised`].
    pub exercised: BTreeSet<String>,
    /// Its bodies, as far as they had to be read.
    pub bodies: Bodies,
}

impl Validator {
    /// Compiles every schema of the contract.
    ///
    /// # Errors
    /// A schema that is no valid JSON Schema, or a reference that leads nowhere.
    pub fn new(contract: Arc<Contract>) -> Result<Self, Error> {
        let operations = contract
            .operations
            .iter()
            .map(|operation| Compiled::new(&contract, operation))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            contract,
            operations,
            brought: Brought::default(),
        })
    }

    /// The contract it judges by.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    pub(crate) fn operations(&self) -> &[Compiled] {
        &self.operations
    }

    /// Judges a whole exchange: request, response, and what ties them.
    pub fn exchange(&self, exchange: &Exchange) -> Vec<Finding> {
        self.read_exchange(exchange).findings
    }

    /// What [`Validator::exchange`] and [`Validator::exercised`] say, and what they have read.
    pub fn judge(&self, exchange: &Exchange) -> Judged {
        let ExchangeReading {
            findings,
            operation,
            bodies,
        } = self.read_exchange(exchange);
        let mut requirements = BTreeSet::new();
        if let Some(index) = operation {
            exercised::of(self, index, exchange, &bodies, &mut requirements);
        }
        Judged {
            findings,
            exercised: requirements,
            bodies,
        }
    }

    fn read_exchange(&self, exchange: &Exchange) -> ExchangeReading {
        let reading = self.request(&exchange.request);
        let mut findings = reading.findings;
        let mut bodies = Bodies {
            request: reading.body,
            response: None,
        };
        if let Some(index) = reading.operation {
            let request_findings = findings.len();
            bodies.response = self.answer(index, &exchange.response, &mut findings);
            if let Some(body) = &bodies.response {
                for relation in &self.contract.operations[index].relations {
                    // Where the schema has found fault with the very values that a relation is
                    // about, the relation would only say the same in other words.
                    let known = findings[request_findings..]
                        .iter()
                        .any(|finding| relations::on_the_way(relation, finding));
                    if !known && relations::applies(relation, exchange.response.status) {
                        let request = bodies.request.as_ref();
                        relations::judge(relation, request, body, &mut findings);
                    }
                }
            }
        }
        ExchangeReading {
            findings,
            operation: reading.operation,
            bodies,
        }
    }

    /// Reads and judges a request alone.
    pub fn request(&self, request: &Request) -> RequestReading {
        match self.find(request) {
            Some((index, path_parameters)) => self.read(index, path_parameters, request),
            None => RequestReading {
                findings: vec![self.no_operation(request)],
                ..RequestReading::default()
            },
        }
    }

    /// Reads and judges a request that is known to be meant for the operation with this index,
    /// even when its method or path are not that operation's.
    pub fn request_for(&self, index: usize, request: &Request) -> RequestReading {
        let operation = &self.contract.operations[index];
        let parameters = self.operations[index].route.parameters(request.path());
        let fits = parameters.is_some();
        let mut reading = self.read(index, parameters.unwrap_or_default(), request);
        if !fits {
            // Path parameters cannot be missing one by one when the path is another one.
            reading
                .findings
                .retain(|finding| !matches!(finding.location, Location::PathParameter(_)));
            let path = self.operation_finding(
                operation,
                Location::Path,
                operation.path.clone(),
                request.path(),
            );
            reading.findings.insert(0, path);
        }
        if request.method != operation.method {
            let method = self.operation_finding(
                operation,
                Location::Method,
                operation.method.clone(),
                &request.method,
            );
            reading.findings.insert(0, method);
        }
        reading
    }

    /// Judges a response to a request of the operation with this index, without its ties to it.
    pub fn response(&self, index: usize, response: &Response) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.answer(index, response, &mut findings);
        findings
    }

    /// The requirements that an exchange puts to the test, kept or not.
    pub fn exercised(&self, exchange: &Exchange) -> BTreeSet<String> {
        let mut requirements = BTreeSet::new();
        if let Some((index, _)) = self.find(&exchange.request) {
            exercised::of(self, index, exchange, &Bodies::default(), &mut requirements);
        }
        requirements
    }

    /// The operation of a request with its decoded path parameters.
    pub(crate) fn find(&self, request: &Request) -> Option<(usize, PathParameters)> {
        let path = request.path();
        self.contract
            .operations
            .iter()
            .zip(&self.operations)
            .enumerate()
            .filter(|(_, (operation, _))| operation.method == request.method)
            .find_map(|(index, (_, compiled))| Some((index, compiled.route.parameters(path)?)))
    }

    fn read(
        &self,
        index: usize,
        path_parameters: PathParameters,
        request: &Request,
    ) -> RequestReading {
        let operation = &self.contract.operations[index];
        let compiled = &self.operations[index];
        let query = query::decode_query(request.query().unwrap_or_default());
        let mut reading = RequestReading {
            operation: Some(index),
            path_parameters,
            ..RequestReading::default()
        };
        let frame = Frame {
            contract: &self.contract,
            check: Check::RequestParametersConformance,
            message: Message::Request,
            requirement: None,
        };
        parameters::judge(operation, compiled, request, &query, &mut reading, frame);
        reading.findings.extend(authentication::judge(
            &self.contract,
            operation,
            &compiled.security,
            request,
            &query,
        ));
        if let (Some(spec), Some(schema)) = (&operation.request, &compiled.request) {
            reading.body = Subject {
                contract: &self.contract,
                rules: &operation.rules,
                message: Message::Request,
                spec,
                schema,
                requirement: None,
                headers: &request.headers,
                bytes: &request.body,
            }
            .judge(&mut reading.findings);
        }
        reading.query = query;
        reading
    }

    fn answer(
        &self,
        index: usize,
        response: &Response,
        findings: &mut Vec<Finding>,
    ) -> Option<Value> {
        let operation = &self.contract.operations[index];
        let Some(spec) = operation.response(response.status) else {
            findings.extend(self.status(operation, response.status));
            return None;
        };
        let compiled = self.operations[index].responses.get(&response.status)?;
        for (header, schema) in spec.headers.iter().zip(&compiled.headers) {
            let location = || Location::Header(header.name.clone());
            let frame = Frame {
                contract: &self.contract,
                check: Check::ResponseHeadersConformance,
                message: Message::Response,
                requirement: header.requirement.as_deref(),
            };
            match response.header(&header.name) {
                Some(value) => {
                    let text = parameters::header_text(value);
                    parameters::value_of(schema, &text, false, &location, frame, findings);
                }
                None if header.presence > Level::May => findings.push(Finding {
                    check: frame.check,
                    requirement: header.requirement.clone(),
                    level: header.presence,
                    erratum: None,
                    message: Message::Response,
                    location: location(),
                    expected: format!("the response header {}", header.name),
                    actual: "nothing".to_owned(),
                }),
                None => {}
            }
        }
        Subject {
            contract: &self.contract,
            rules: &operation.rules,
            message: Message::Response,
            spec: spec.body.as_ref()?,
            schema: compiled.body.as_ref()?,
            requirement: spec.requirement.as_deref(),
            headers: &response.headers,
            bytes: &response.body,
        }
        .judge(findings)
    }

    fn status(&self, operation: &Operation, status: u16) -> Option<Finding> {
        let requirement = operation.rules.status.clone()?;
        let documented: Vec<String> = operation
            .responses
            .iter()
            .map(|response| response.status.to_string())
            .collect();
        Some(Finding {
            check: Check::StatusCodeConformance,
            level: self.level(&requirement),
            requirement: Some(requirement),
            erratum: operation.status_errata.get(&status).cloned(),
            message: Message::Response,
            location: Location::Status,
            expected: format!("one of {}", documented.join(", ")),
            actual: status.to_string(),
        })
    }

    /// The finding for a request that belongs to no operation; it cites the operation that the
    /// path looks most like.
    fn no_operation(&self, request: &Request) -> Finding {
        let path = request.path();
        let same_path = self
            .contract
            .operations
            .iter()
            .zip(&self.operations)
            .find(|(_, compiled)| compiled.route.parameters(path).is_some());
        if let Some((operation, _)) = same_path {
            let expected = operation.method.clone();
            return self.operation_finding(operation, Location::Method, expected, &request.method);
        }
        let nearest = self
            .contract
            .operations
            .iter()
            .zip(&self.operations)
            .map(|(operation, compiled)| (compiled.route.likeness(path), operation))
            .filter(|(likeness, _)| *likeness > 0)
            .max_by_key(|(likeness, _)| *likeness);
        match nearest {
            Some((_, operation)) => {
                self.operation_finding(operation, Location::Path, operation.path.clone(), path)
            }
            None => Finding {
                check: Check::RequestOperationConformance,
                requirement: None,
                level: Level::May,
                erratum: None,
                message: Message::Request,
                location: Location::Path,
                expected: format!("a path of {}", self.contract.name()),
                actual: shown::shorten(path),
            },
        }
    }

    fn operation_finding(
        &self,
        operation: &Operation,
        location: Location,
        expected: String,
        actual: &str,
    ) -> Finding {
        let requirement = operation.rules.operation.clone();
        Finding {
            check: Check::RequestOperationConformance,
            level: requirement
                .as_deref()
                .map_or(Level::May, |id| self.level(id)),
            requirement,
            erratum: None,
            message: Message::Request,
            location,
            expected,
            actual: shown::shorten(actual),
        }
    }

    fn level(&self, requirement: &str) -> Level {
        self.contract
            .requirements
            .get(requirement)
            .map_or(Level::Must, |requirement| requirement.level)
    }
}

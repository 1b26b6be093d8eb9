//! All that the server remembers: one store for each tenant of each API, and which requests are to
//! fail. What the stores hold is the APIs' own.

use std::collections::HashMap;

use crate::ids::Ids;
use crate::{Options, metastudio, roma, smh};

/// The server's whole memory.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) ids: Ids,
    /// By project.
    pub(crate) metastudio: HashMap<String, metastudio::Project>,
    /// By project and instance.
    pub(crate) roma: HashMap<(String, String), roma::Instance>,
    /// By library and space.
    pub(crate) smh: HashMap<(String, String), smh::Space>,
    /// The status that the next request of an owner gets, whatever it asks for.
    pub(crate) failures: HashMap<Owner, u16>,
}

/// Whose next request fails.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A project of metastudio or roma.
    Project(String),
    /// A library of smh.
    Library(String),
}

impl World {
    /// An empty world.
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            ids: Ids::default(),
            metastudio: HashMap::new(),
            roma: HashMap::new(),
            smh: HashMap::new(),
            failures: HashMap::new(),
        }
    }
}

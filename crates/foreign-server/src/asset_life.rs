//! The life of an asset: which action is allowed in which state, and what becomes of the asset
//! (document `asset-summary`, Table 6; requirements MS-BA-19 to MS-BA-24).

/// The states of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Creating,
    Failed,
    Unactived,
    Actived,
    Deleting,
    Deleted,
    Block,
    WaitingDelete,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Creating,
        Self::Failed,
        Self::Unactived,
        Self::Actived,
        Self::Deleting,
        Self::Deleted,
        Self::Block,
        Self::WaitingDelete,
    ];

    /// The name that the document prints.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Failed => "FAILED",
            Self::Unactived => "UNACTIVED",
            Self::Actived => "ACTIVED",
            Self::Deleting => "DELETING",
            Self::Deleted => "DELETED",
            Self::Block => "BLOCK",
            Self::WaitingDelete => "WAITING_DELETE",
        }
    }

    /// The state of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What can be done to assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Delete,
    DeleteForce,
    Restore,
    Unactive,
    Active,
    Share,
    Unshare,
}

impl Action {
    /// The action of that name; nothing for any other spelling.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "DELETE" => Self::Delete,
            "DELETE_FORCE" => Self::DeleteForce,
            "RESTORE" => Self::Restore,
            "UNACTIVE" => Self::Unactive,
            "ACTIVE" => Self::Active,
            "SHARE" => Self::Share,
            "UNSHARE" => Self::Unshare,
            _ => return None,
        })
    }
}

/// What becomes of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has this state, which may be the one it had.
    Becomes(State),
    /// There is no such asset any more.
    Vanishes,
}

/// Why an action on one asset failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) reason: &'static str,
}

impl Refusal {
    pub(crate) const UNKNOWN: Self = Self {
        code: "MSS.00040401",
        reason: "There is no such asset in this project.",
    };
    const WRONG_STATE: Self = Self {
        code: "MSS.00040901",
        reason: "The asset's state does not allow this.",
    };
    const NOT_ACTIVE: Self = Self {
        code: "MSS.00040902",
        reason: "Only an activated asset can be shared.",
    };
}

/// What an action makes of an asset that has this state.
pub(crate) fn fate(action: Action, state: State) -> Result<Fate, Refusal> {
    match (action, state) {
        (Action::Delete, State::Actived | State::Unactived) => Ok(Fate::Becomes(State::Deleting)),
        (Action::Delete, State::Deleting) => Ok(Fate::Becomes(State::Deleted)),
        // What the platform froze is the platform's, and what is deleted is deleted.
        (Action::DeleteForce, State::Block | State::Deleted) => Err(Refusal::WRONG_STATE),
        (Action::DeleteForce, _) => Ok(Fate::Vanishes),
        (Action::Restore, State::Deleting) => Ok(Fate::Becomes(State::Unactived)),
        (Action::Unactive, State::Actived | State::Unactived) => {
            Ok(Fate::Becomes(State::Unactived))
        }
        (Action::Active, State::Actived | State::Unactived) => Ok(Fate::Becomes(State::Actived)),
        (Action::Share | Action::Unshare, State::Actived | State::WaitingDelete) => {
            Ok(Fate::Becomes(state))
        }
        (Action::Share | Action::Unshare, _) => Err(Refusal::NOT_ACTIVE),
        (Action::Delete | Action::Restore | Action::Unactive | Action::Active, _) => {
            Err(Refusal::WRONG_STATE)
        }
    }
}

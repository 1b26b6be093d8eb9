//! What has a state in a space: its recycle bin, how batches run, and its tasks.

use super::space::Mode;
use super::{Smh, Space};
use crate::engine::{Found, NotPossible, Tenant};

const BIN: [&str; 2] = ["on", "off"];
const BATCHES: [&str; 3] = ["by number", "at once", "later"];
const TASK: [&str; 2] = ["RUNNING", "ENDED"];

impl Smh {
    /// Adds what has a state in the spaces of the tenant, or of all.
    pub(crate) fn scenarios(&self, tenant: Option<&Tenant>, found: &mut Found) {
        self.spaces.each(|(library, name), space| {
            if tenant.is_some_and(|tenant| !tenant.has_space(library, name)) {
                return;
            }
            let mut add = |thing: &str, state: &str, possible: &[&'static str]| {
                found.add(&["smh", library, name, thing], state, possible);
            };
            add("recycle-bin", BIN[usize::from(!space.bin_enabled)], &BIN);
            let batches = match space.mode {
                None => BATCHES[0],
                Some(Mode::AtOnce) => BATCHES[1],
                Some(Mode::Later) => BATCHES[2],
            };
            add("batch-deletes", batches, &BATCHES);
            for task in &space.tasks {
                let state = TASK[usize::from(!task.runs())];
                add(&format!("task-{}", task.id), state, &TASK);
            }
        });
    }

    /// Brings one of them into a state.
    pub(crate) fn set_scenario(
        &self,
        (library, space): (&str, &str),
        thing: &str,
        state: &str,
    ) -> Result<(), NotPossible> {
        let tenant = (library.to_owned(), space.to_owned());
        if !self.spaces.has(&tenant) {
            return Err(NotPossible::NoSuchThing);
        }
        self.spaces
            .with_existing(&tenant, |space| bring(space, thing, state))
    }
}

fn bring(space: &mut Space, thing: &str, wanted: &str) -> Result<(), NotPossible> {
    match thing {
        "recycle-bin" => space.bin_enabled = place(&BIN, wanted)? == 0,
        "batch-deletes" => {
            space.mode = match place(&BATCHES, wanted)? {
                0 => None,
                1 => Some(Mode::AtOnce),
                _ => Some(Mode::Later),
            };
        }
        _ => {
            let id = thing.strip_prefix("task-").and_then(|id| id.parse().ok());
            let task = space.tasks.iter_mut().find(|task| Some(task.id) == id);
            let task = task.ok_or(NotPossible::NoSuchThing)?;
            task.runs_for = u8::from(place(&TASK, wanted)? == 0);
            task.held = false;
        }
    }
    Ok(())
}

fn place(possible: &[&'static str], wanted: &str) -> Result<usize, NotPossible> {
    let place = possible.iter().position(|state| *state == wanted);
    place.ok_or_else(|| NotPossible::NoSuchState(possible.to_vec()))
}

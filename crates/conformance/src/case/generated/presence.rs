//! Optional members: there and not.

use std::rc::Rc;

use super::bench::Bench;
use super::edit::remove;
use super::sites::Presence;
use crate::case::{BodyTemplate, Step};

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let around = bench.promise(site.facts.requirement.as_deref());
        let (present, mut absent) = match site.presence {
            Presence::Optional => (bench.sound(), bench.sound()),
            // What holds it may have to be put in as well, without it.
            Presence::Absent => (
                bench.sound_with(site, site.value.clone()),
                bench.sound_with(site, site.value.clone()),
            ),
            _ => continue,
        };
        take(&mut absent, &site.pointer);
        let (there, left_out) = match site.presence {
            // To leave out what names something is to name nothing.
            Presence::Optional if site.is_set_up => (around, bench.made_up(site)),
            Presence::Optional => (around.clone(), around),
            _ => (bench.made_up(site), around),
        };
        bench.accept(site.positive("present", "is there"), present, there);
        bench.accept(site.positive("absent", "is left out"), absent, left_out);
    }
}

/// Takes a member out of a step's body.
pub(super) fn take(step: &mut Step, pointer: &str) {
    if let BodyTemplate::Json { value, .. } = &mut step.body {
        remove(value, pointer);
    }
}

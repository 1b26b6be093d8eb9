//! Required members left out, of the first item of an array and of the last.

use std::rc::Rc;

use validator::Location;

use super::bench::Bench;
use super::presence::take;
use super::sites::Presence;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        if site.presence != Presence::Required {
            continue;
        }
        let mut step = bench.bare_with(site, site.value.clone());
        take(&mut step, &site.pointer);
        let place = Location::Body(site.pointer.clone());
        bench.refuse(site.negative("missing", "is missing"), step, &[place]);
        if let Some(last) = bench.last(site) {
            let mut step = bench.bare();
            take(&mut step, &last);
            let label = site.negative("missing-in-last", "is missing in the last item");
            bench.refuse(label, step, &[Location::Body(last)]);
        }
    }
}

//! What a plan holds, as text: `--list` and `--requirements`.

use std::fmt::Write;

use conformance::Plan;

/// The cases, a line each.
pub(crate) fn cases(plan: &Plan) -> String {
    let width = plan
        .cases
        .iter()
        .map(|planned| planned.case.id.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for planned in &plan.cases {
        let case = &planned.case;
        let counts = if case.counted { "" } else { " (observed only)" };
        let _infallible = writeln!(text, "{:<width$}  {}{counts}", case.id, case.title);
    }
    text
}

/// Each requirement with its level, its source and the cases that cover it.
pub(crate) fn requirements(plan: &Plan) -> String {
    let mut text = String::new();
    for validator in &plan.contracts {
        let contract = validator.contract();
        let _infallible = writeln!(text, "{}", contract.name());
        for requirement in contract.requirements.values() {
            let _infallible = writeln!(
                text,
                "  {:<9} {:<6} {}\n{:19}{}, {}",
                requirement.id,
                requirement.level,
                requirement.statement,
                "",
                requirement.source.document,
                requirement.source.section,
            );
            let covering: Vec<_> = plan
                .cases
                .iter()
                .map(|planned| &planned.case)
                .filter(|case| case.api == contract.api && case.revision == contract.revision)
                .filter(|case| case.covers.contains(&requirement.id))
                .collect();
            let counts = covering.iter().any(|case| case.counted);
            if covering.is_empty() {
                let why = requirement.no_case.as_deref();
                let why = why.map_or(String::new(), |why| format!(": {why}"));
                let mut all = plan.whole.iter().map(|planned| &planned.case);
                let known = all.any(|case| case.covers.contains(&requirement.id));
                let selected = if known { "selected " } else { "" };
                let _infallible = writeln!(text, "{:19}no {selected}case covers it{why}", "");
            }
            for case in covering.iter().filter(|case| case.counted || !counts) {
                let observed = if case.counted { "" } else { " (observed only)" };
                let _infallible = writeln!(text, "{:19}{}{observed}", "", case.id);
            }
        }
    }
    text
}

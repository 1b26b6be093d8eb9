//! Names: which known one was probably meant, for the way out that an error shows, and how a
//! parameter's name is written where it becomes a member.

/// What to do about `name`, which is none of `known`: the nearest one, or all of them.
pub(crate) fn way_out<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, &known) {
        Some(meant) => format!("did you mean {meant}?"),
        None => listing(&known),
    }
}

/// `there are: a, b, c`, cut short when there are many.
pub(crate) fn listing(known: &[&str]) -> String {
    const SHOWN: usize = 12;
    match known.len() {
        0 => "there are none".to_owned(),
        1..=SHOWN => format!("there are: {}", known.join(", ")),
        all => format!(
            "there are: {} and {} more",
            known[..SHOWN].join(", "),
            all - SHOWN
        ),
    }
}

/// The known name with the fewest changed letters, when these are few enough to be a slip.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let allowed = (name.chars().count() / 4).clamp(1, 3);
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// `LibraryId` as `library_id`: the form that provider states use (`schemas/README.md`).
pub fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.chars() {
        if c == '-' {
            text.push('_');
            after_lower = false;
        } else if c.is_uppercase() {
            if after_lower {
                text.push('_');
            }
            text.extend(c.to_lowercase());
            after_lower = false;
        } else {
            text.push(c);
            after_lower = c != '_';
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{snake_case, way_out};

    #[test]
    fn a_slip_gets_the_name_that_was_meant_and_anything_else_gets_all() {
        let known = ["x-requirement", "x-should", "x-volatile"];
        assert_eq!(
            way_out("x-requirment", known),
            "did you mean x-requirement?"
        );
        assert_eq!(way_out("X-Should", known), "did you mean x-should?");
        assert_eq!(
            way_out("x-logo", known),
            "there are: x-requirement, x-should, x-volatile"
        );
    }

    #[test]
    fn names_become_snake_case() {
        for (documented, state) in [
            ("LibraryId", "library_id"),
            ("project_id", "project_id"),
            ("instance_id", "instance_id"),
            ("TaskIdList", "task_id_list"),
            ("X-App-UserId", "x_app_user_id"),
        ] {
            assert_eq!(snake_case(documented), state);
        }
    }
}

//! Which known name was probably meant, for the way out that an error shows.

/// What to do about `name`, which is none of `known`: the nearest one when it looks like a slip,
/// or else all of them.
pub(crate) fn meant<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    let typed = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&typed, &known.to_lowercase());
    let nearest = known
        .iter()
        .map(|known| (distance(known), *known))
        .min()
        .filter(|(distance, _)| *distance <= allowed);
    match nearest {
        Some((_, nearest)) => format!("did you mean {nearest}?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("base_ulr", "did you mean base_url?")]
    #[case("Base_URL", "did you mean base_url?")]
    #[case("api", "did you mean apis?")]
    #[case("bbse_ulrr", "did you mean base_url?")]
    #[case("axxs", "there are apis, base_url")]
    #[case("colour", "there are apis, base_url")]
    fn a_slip_gets_the_nearest_name_and_anything_else_all(#[case] name: &str, #[case] says: &str) {
        assert_eq!(meant(name, ["apis", "base_url"]), says);
        assert_eq!(meant(name, []), "there are none");
    }
}

//! Things in their number.

/// So many of them: `1 droplet`, `3 droplets`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// All of a few names; of many the first and the last: `web146, web147 … web299`.
#[must_use]
pub fn first_and_last<S: AsRef<str>>(names: &[S]) -> String {
    let listed = |some: &[S]| some.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names {
        [first, second, _, .., last] => format!("{}, {} … {}", first.as_ref(), second.as_ref(), last.as_ref()),
        few => listed(few),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!([0, 1, 3].map(|count| plural(count, "droplet")), ["0 droplets", "1 droplet", "3 droplets"]);
    }

    #[test]
    fn of_many_names_the_first_and_the_last_are_told() {
        assert_eq!(first_and_last(&["a", "b", "c"]), "a, b, c");
        assert_eq!(first_and_last(&["a", "b", "c", "d"]), "a, b … d");
        assert_eq!(first_and_last::<&str>(&[]), "");
    }
}

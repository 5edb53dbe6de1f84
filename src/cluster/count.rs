//! Things in their number.

use std::fmt;

/// So many of them: `1 droplet`, `3 droplets`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// All of a few by name; of many the first and the last: `web146, web147 … web299`. Only those have to have a name.
#[must_use]
pub fn first_and_last<T: Copy, N: fmt::Display>(all: &[T], name: impl Fn(T) -> N) -> String {
    match *all {
        [first, second, _, .., last] => format!("{}, {} … {}", name(first), name(second), name(last)),
        ref few => few.iter().map(|one| name(*one).to_string()).collect::<Vec<_>>().join(", "),
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
        let told = |names: &[&'static str]| first_and_last(names, |name| name);
        assert_eq!(told(&["a", "b", "c"]), "a, b, c");
        assert_eq!(told(&["a", "b", "c", "d"]), "a, b … d");
        assert_eq!(told(&[]), "");
    }
}

//! Names of clones: `<prefix><number>` with at least three digits, always the lowest free number, so that
//! neither a gap nor a manual deletion ever gives two droplets one name.

use std::collections::BTreeSet;

/// Why a prefix cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Nothing there.
    #[error("the clone prefix is empty: give the letters that clone names begin with, such as \"web\"")]
    Empty,
    /// A character that a tag or a droplet's name refuses.
    #[error(
        "the clone prefix {prefix:?} contains {character:?}: it becomes part of droplet names and of tags, \
         which have only letters and digits in common (and no '-', which the marker tag uses as its separator)"
    )]
    Character {
        /// The prefix.
        prefix: String,
        /// The first character that is refused.
        character: char,
    },
    /// Too long for a droplet's name.
    #[error("the clone prefix {0:?} is longer than 40 characters")]
    TooLong(String),
}

/// Checks that a prefix is legal in a droplet's name (letters, digits, `.` and `-`) and in a tag (letters,
/// digits, `_`, `-` and `:`), and has no `-`, which separates the parts of the marker tag.
pub fn check_prefix(prefix: &str) -> Result<(), PrefixError> {
    if prefix.is_empty() {
        return Err(PrefixError::Empty);
    }
    if let Some(character) = prefix.chars().find(|c| !c.is_ascii_alphanumeric()) {
        return Err(PrefixError::Character { prefix: prefix.to_owned(), character });
    }
    if prefix.len() > 40 {
        return Err(PrefixError::TooLong(prefix.to_owned()));
    }
    Ok(())
}

/// The number in a clone's name, or `None` when the name is not the prefix followed by digits only.
#[must_use]
pub fn clone_number(prefix: &str, name: &str) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The name for the next clone: the lowest number from 1 that none of `taken` uses.
#[must_use]
pub fn next_clone_name<'a>(prefix: &str, taken: impl IntoIterator<Item = &'a str>) -> String {
    let used: BTreeSet<u32> = taken.into_iter().filter_map(|name| clone_number(prefix, name)).collect();
    let number = (1..=u32::MAX).find(|n| !used.contains(n)).unwrap_or(u32::MAX);
    format!("{prefix}{number:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_no_name_is_given_twice() {
        assert_eq!(next_clone_name("auto", ["base", "auto001", "auto003"]), "auto002");
        assert_eq!(next_clone_name("auto", ["auto1", "auto002"]), "auto003");
        assert_eq!(next_clone_name("auto", []), "auto001");
        assert_eq!(next_clone_name("a", (1..=999).map(|_| "a1")), "a002");
    }

    #[test]
    fn a_name_with_anything_but_digits_after_the_prefix_is_not_a_clones() {
        assert_eq!(clone_number("web", "web007"), Some(7));
        assert_eq!(clone_number("web", "web"), None);
        assert_eq!(clone_number("web", "website1"), None);
        assert_eq!(clone_number("web", "web-1"), None);
        assert_eq!(clone_number("web", "web99999999999"), None);
    }

    #[test]
    fn prefixes_that_a_tag_or_a_name_would_refuse_are_refused() {
        assert_eq!(check_prefix(""), Err(PrefixError::Empty));
        for bad in ["a-b", "a.b", "a_b", "a b", "ä"] {
            assert!(matches!(check_prefix(bad), Err(PrefixError::Character { .. })), "{bad}");
        }
        assert_eq!(check_prefix("Auto1"), Ok(()));
    }
}

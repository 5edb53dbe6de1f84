//! The words that one has to know to understand what is said, each in one sentence. They stand here once, for the help
//! and the documentation.

use std::fmt::Write as _;

/// The heading for them.
pub const TITLE: &str = "Words";

/// The words, in the order of the alphabet.
pub const WORDS: [(&str, &str); 15] = [
    ("agent", "the program on a droplet that measures it (monitoring); without it there are no metrics"),
    ("auto", "scaling by itself: what the decision says is done without asking"),
    ("backoff", "the wait after operations that failed, longer with each failure in a row"),
    ("base", "the droplet that clones are copies of; it is never removed"),
    ("claim", "a tag on the base by which one program says that it scales now; all others wait"),
    ("clone", "a droplet made from the snapshot of the base by scaling up, and removed by scaling down"),
    ("cooldown", "the time from the beginning of a scaling in which auto does not scale again"),
    ("drain", "to let open connections end: a clone gets time for it after it has left the load balancer"),
    ("guest", "a droplet with the cluster's tag that is neither base nor clone: counted, never touched"),
    ("quorum", "half of the droplets that serve: when fewer have readings of a metric, nothing follows from it"),
    ("reading", "what a metric of one droplet was lately: the mean of its newest samples"),
    ("sample", "one measured value; new ones come at regular steps, not with each look"),
    ("serve", "to be active, behind the load balancer, and neither arriving nor leaving"),
    ("settle", "to end an operation, one's own or one that somebody left: its tags go, and the clone is in or gone"),
    ("vote", "what one metric asks for: up, down or neither. One for up is enough; down needs all of them"),
];

/// The list of the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| word | what it means |\n|---|---|\n");
    for (word, meaning) in WORDS {
        let _ = writeln!(text, "| {word} | {meaning} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_explained_by_a_figure_that_a_configuration_changes() {
        let sample = WORDS.iter().find(|(word, _)| *word == "sample").unwrap().1;
        assert!(!sample.contains("minute") && !sample.contains(|c: char| c.is_ascii_digit()), "{sample}");
    }

    #[test]
    fn the_words_are_in_order_and_those_that_nobody_understands_are_there() {
        assert!(WORDS.is_sorted_by(|(a, _), (b, _)| a < b));
        for word in ["vote", "settle", "guest", "claim", "drain", "quorum", "cooldown"] {
            assert!(WORDS.iter().any(|(known, _)| *known == word), "{word}");
        }
    }
}

//! What somebody probably meant who misspelt a word.

/// The candidate nearest to a word, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    let score = |candidate: &str| {
        // Half a name, as in `bandwidth` for `outbound_bandwidth`, is far in letters and near in meaning.
        if word.len() >= 3 && (candidate.contains(&word) || word.contains(candidate)) {
            return 0.9;
        }
        let letters = strsim::normalized_damerau_levenshtein(&word, candidate);
        letters.max(strsim::jaro_winkler(&word, candidate) - 0.15)
    };
    let scored = candidates.into_iter().map(|candidate| (score(candidate), candidate));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

/// The same as the end of a message: `: did you mean "scale_up"?`, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |near| format!(": did you mean {near:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["tag", "base_droplet", "snapshot", "clone_prefix", "load_balancer", "min", "max", "scale_up"];
        assert_eq!(nearest("sclae_up", keys), Some("scale_up"));
        assert_eq!(nearest("scaleup", keys), Some("scale_up"));
        assert_eq!(nearest("load-balancer", keys), Some("load_balancer"));
        assert_eq!(nearest("loadbalancr", keys), Some("load_balancer"));
        assert_eq!(nearest("prefix", keys), Some("clone_prefix"));
        assert_eq!(nearest("maxx", keys), Some("max"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("x", keys), None);
    }
}

//! Text from the API on its way to the screen. Names, tags and error texts are written by others: control
//! characters could drive the terminal, bidirectional ones could reorder what stands around them, and wide
//! ones take two columns. Everything that is shown passes through [`clean`] or [`fit`].

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands where something was cut off.
pub const ELLIPSIS: char = '…';

/// The text without characters that drive the terminal or reorder what is shown. Tabs and line ends become
/// spaces, so that words stay apart.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        c => is_harmless(c).then_some(c),
    });
    Cow::Owned(shown.collect())
}

/// The cleaned text in at most `width` columns; where something is cut off, it ends in [`ELLIPSIS`].
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let Some(room) = width.checked_sub(1) else { return String::new() };
    let mut cut = String::with_capacity(width + ELLIPSIS.len_utf8());
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        cut.push(c);
    }
    cut.push(ELLIPSIS);
    cut
}

/// The same, cut off after a word where there is one.
#[must_use]
pub fn fit_words(text: &str, width: usize) -> String {
    let text = clean(text);
    let mut cut = fit(&text, width);
    if cut.len() == text.len() && cut == text {
        return cut;
    }
    cut.pop();
    let is_whole = text[cut.len()..].starts_with(' ');
    if let Some(end) = cut.trim_end().rfind(' ').filter(|_| !is_whole) {
        cut.truncate(end);
    }
    cut.truncate(cut.trim_end_matches([' ', ',', ';', ':']).len());
    if width > 0 {
        cut.push(ELLIPSIS);
    }
    cut
}

fn is_harmless(c: char) -> bool {
    // Zero-width and directional marks, line separators, embeddings, isolates, invisible operators, the byte
    // order mark, annotations and language tags: nothing that a reader could see.
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_drives_the_terminal_or_reorders_text_is_gone() {
        assert_eq!(clean("web\u{1b}[31m-1\u{7}"), "web[31m-1");
        assert_eq!(clean("a\u{202e}b\u{2066}c\u{200f}d\u{9b}e"), "abcde");
        assert_eq!(clean("two\nlines\tand a tab"), "two lines and a tab");
        assert!(matches!(clean("web-1"), Cow::Borrowed("web-1")));
    }

    #[test]
    fn a_text_is_cut_by_columns_and_not_by_characters() {
        assert_eq!(fit("web-server", 10), "web-server");
        assert_eq!(fit("web-server", 9), "web-serv…");
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("web", 1), "…");
        assert_eq!(fit("web", 0), "");
    }

    #[test]
    fn a_sentence_is_cut_after_a_word() {
        let text = "in or out, and whether it is healthy";
        assert_eq!(fit_words(text, 36), text);
        assert_eq!(fit_words(text, 35), "in or out, and whether it is…");
        assert_eq!(fit_words(text, 28), "in or out, and whether it…");
        assert_eq!(fit_words(text, 11), "in or out…");
        assert_eq!(fit_words("webserver-one", 6), "webse…");
        assert_eq!(fit_words("日本語 日本", 8), "日本語…");
        assert_eq!(fit_words(text, 0), "");
    }

    proptest! {
        #[test]
        fn nothing_is_ever_wider_than_asked_or_dangerous(text in ".*", width in 0_usize..40) {
            let fitted = fit(&text, width);
            prop_assert!(fitted.width() <= width);
            prop_assert!(fitted.chars().all(is_harmless));
            let fitted = fit_words(&text, width);
            prop_assert!(fitted.width() <= width);
            prop_assert!(fitted.chars().all(is_harmless));
        }
    }
}

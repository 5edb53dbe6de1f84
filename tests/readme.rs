//! The README's table of keys is the keymap's own, and its table of words the glossary's.
//! `DROPSCALE_WRITE_DOCS=1 cargo test --test readme` writes both.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use dropscale::glossary;
use dropscale::tui::Keymap;

/// The text with what stands between these two lines replaced.
fn replaced(text: &str, begin: &str, end: &str, new: &str) -> String {
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    format!("{before}{begin}{new}{end}{after}")
}

#[test]
fn the_tables_of_keys_and_of_words_are_those_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let begin = "<!-- keys: written by the keymap; a test keeps it true -->\n";
    let wanted = replaced(&text, begin, "<!-- /keys -->", &Keymap::default().markdown());
    let begin = "<!-- words: written by the glossary; a test keeps it true -->\n";
    let wanted = replaced(&wanted, begin, "<!-- /words -->", &glossary::markdown());
    if std::env::var_os("DROPSCALE_WRITE_DOCS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    assert!(text == wanted, "run DROPSCALE_WRITE_DOCS=1 cargo test --test readme, and commit README.md");
}

#[test]
fn every_command_of_the_readme_exists() {
    use clap::CommandFactory;
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for command in dropscale::cli::Cli::command().get_subcommands() {
        assert!(text.contains(&format!("`{}", command.get_name())), "{} is not in README.md", command.get_name());
    }
}

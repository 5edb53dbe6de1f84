//! The README's table of keys is the keymap's own. `DROPSCALE_WRITE_DOCS=1 cargo test --test readme` writes it.

use dropscale::tui::Keymap;

const BEGIN: &str = "<!-- keys: written by the keymap; a test keeps it true -->\n";
const END: &str = "<!-- /keys -->";

#[test]
fn the_table_of_keys_is_the_keymaps() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", Keymap::default().markdown());
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

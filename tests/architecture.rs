//! What the architecture page promises: imports point one way, and each fault of the replaced function has a
//! test that exists, or a reason.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The modules, from the bottom up; those of one line don't know each other.
const LAYERS: [&[&str]; 8] = [
    &["cluster", "column", "glossary", "keymap"],
    &["policy"],
    &["cloud"],
    &["observe"],
    &["scaling"],
    &["journal"],
    &["worker"],
    &["tui", "commands", "cli"],
];

#[test]
fn imports_point_one_way() {
    for (height, layer) in LAYERS.iter().enumerate() {
        for module in *layer {
            let above: Vec<&str> = LAYERS[height + 1..].iter().flat_map(|l| l.iter().copied()).collect();
            forbid(module, &above);
        }
    }
    for module in ["cluster", "policy", "cloud", "observe", "scaling", "journal", "worker", "tui"] {
        forbid(module, &["config", "simulator"]);
    }
    forbid("simulator", &["cloud::digitalocean", "scaling", "worker", "tui", "commands", "observe", "policy"]);
    forbid("config", &["tui", "commands", "worker", "simulator", "observe", "scaling"]);
}

fn forbid(module: &str, others: &[&str]) {
    let folder = root().join("src").join(module);
    let files = if folder.is_dir() { sources(&folder) } else { Vec::new() };
    for (path, text) in files {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for other in others {
            let import = format!("crate::{other}");
            assert!(!code.contains(&import), "{} imports {other}", path.display());
        }
    }
}

#[test]
fn the_pure_modules_have_no_clock_and_no_io() {
    for module in ["cluster", "policy"] {
        for (path, text) in sources(&root().join("src").join(module)) {
            for word in ["Timestamp::now", "Instant", "SystemTime", "tokio", "std::fs", "reqwest"] {
                assert!(!text.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

/// All code there is.
fn code() -> String {
    ["src", "tests"].iter().flat_map(|folder| sources(&root().join(folder))).map(|(_, text)| text).collect()
}

#[test]
fn each_test_that_the_page_names_for_the_terminal_exists() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let section = page.split("## ").find(|section| section.starts_with("The terminal\n")).unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | "));
    let names: Vec<&str> = cells.flat_map(|(_, names)| names.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 8, "{names:?}");
    let code = code();
    for name in names {
        assert!(code.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

#[test]
fn each_fault_of_the_replaced_function_has_a_test_or_a_reason() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let code = code();
    for number in 1..=41 {
        let start = format!("| {number} | ");
        let line = page.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| {
            unreachable!("fault {number} is missing in docs/architecture.md");
        });
        let shown_by = line.trim_end_matches('|').rsplit('|').next().unwrap();
        let names: Vec<&str> = shown_by.split('`').skip(1).step_by(2).filter(|n| n.contains('_')).collect();
        assert!(!names.is_empty() || shown_by.len() > 30, "fault {number} has neither test nor reason");
        for name in names {
            assert!(code.contains(&format!("fn {name}(")), "fault {number}: there is no test {name}");
        }
    }
}

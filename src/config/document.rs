//! What people read about the configuration, written from the table of [`keys`]: the starting file
//! and the tables of docs/configuration.md.

use std::fmt::Write;

use super::keys;
use super::schema::{Fallback, Key, Section};
use super::value::Value;

const HEAD: &str = "\
# The configuration of dropscale. What is commented out shows its default, or an example of a value.
# Environment variables and flags go before this file; `dropscale info` shows each value and where it is from.
# The token does not belong here: see --token-file, DIGITALOCEAN_ACCESS_TOKEN, or doctl.
";

/// A configuration to start from: the keys that must be given with examples, all others commented out.
#[must_use]
pub fn starting_file() -> String {
    let mut text = HEAD.to_owned();
    for key in keys::of(Section::Top) {
        write_key(&mut text, &key);
    }
    for section in Section::OF_CLUSTER {
        let table = match section.name() {
            "" => "clusters.web".to_owned(),
            name => format!("clusters.web.{name}"),
        };
        let _ = write!(text, "\n{}[{table}]\n", comment(section.describe()));
        for key in keys::of(section) {
            write_key(&mut text, &key);
        }
    }
    write_bindings(&mut text);
    text
}

/// The keys of the keyboard: there are many, and each takes a line.
fn write_bindings(text: &mut String) {
    let _ = write!(text, "\n{}[keys]\n", comment(Section::Keys.describe()));
    for key in keys::of(Section::Keys) {
        let line = format!("# {} = {}", key.name, default_keys(&key));
        let _ = writeln!(text, "{line:<44}  # {}", key.doc);
    }
}

/// A single key stands without brackets.
fn default_keys(key: &Key) -> String {
    match &key.fallback {
        Fallback::Value(Value::List(keys)) if keys.len() == 1 => Value::Text(keys[0].clone()).to_string(),
        Fallback::Value(value) => value.to_string(),
        _ => String::new(),
    }
}

fn write_key(text: &mut String, key: &Key) {
    let default = match &key.fallback {
        Fallback::Value(Value::List(list)) if list.is_empty() => None,
        Fallback::Value(value) => Some(value),
        _ => None,
    };
    let Some(value) = default.or(key.example.as_ref()) else { return };
    let is_threshold = matches!(key.section, Section::ScaleUp | Section::ScaleDown);
    // A table of thresholds turns off what it leaves out, so the defaults stand in it in full.
    let is_live = key.fallback == Fallback::Required || (is_threshold && default.is_some());
    let mark = if is_live { "" } else { "# " };
    let _ = write!(text, "\n{}{mark}{} = {value}\n", comment(&key.doc), key.name);
}

fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        if width == 0 || width + word.len() > 108 {
            lines.push_str(if width == 0 { "#" } else { "\n#" });
            width = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        width += word.len() + 1;
    }
    lines.push('\n');
    lines
}

/// The tables of all keys, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    for section in [Section::Top].into_iter().chain(Section::OF_CLUSTER) {
        let title = match (section, section.name()) {
            (Section::Top, _) => "The head of the file".to_owned(),
            (_, "") => "`[clusters.NAME]`".to_owned(),
            (_, name) => format!("`[clusters.NAME.{name}]`"),
        };
        let _ = write!(text, "### {title}\n\n{}\n\n", section.describe());
        text.push_str("| key | value | default | environment | meaning |\n|---|---|---|---|---|\n");
        for key in keys::of(section) {
            text.push_str(&row(&key));
        }
        text.push('\n');
    }
    let _ =
        write!(text, "### `[keys]`\n\n{}\n\n| action | default | meaning |\n|---|---|---|\n", Section::Keys.describe());
    for key in keys::of(Section::Keys) {
        let _ = writeln!(text, "| `{}` | `{}` | {} |", key.name, default_keys(&key), key.doc.replace('|', "\\|"));
    }
    text
}

fn row(key: &Key) -> String {
    let default = match &key.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::Value(Value::List(list)) if list.is_empty() => "none".to_owned(),
        Fallback::Value(value) => format!("`{value}`"),
        Fallback::Unset(meaning) => (*meaning).to_owned(),
    };
    let variable = key.variable.as_ref().map_or_else(String::new, |variable| {
        let range = if variable.kind == key.kind { String::new() } else { format!(" ({})", variable.kind.expects()) };
        format!("`{}`{range}", variable.name)
    });
    format!("| `{}` | {} | {default} | {variable} | {} |\n", key.name, key.kind.expects(), key.doc)
}

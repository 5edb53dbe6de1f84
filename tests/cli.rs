//! The binary from outside: what it prints, where, and its exit codes.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// The binary in an empty environment, with this home folder.
fn dropscale(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("dropscale").unwrap();
    command.env_clear().env("HOME", home).args(arguments);
    command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    dropscale(home, arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_any_configuration_one_message_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["status"]);
    assert_eq!(output.status.code(), Some(2));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["error"].as_str().unwrap().contains("dropscale init"), "{document}");
    assert!(err(&output).starts_with("error: there is no configuration"), "{}", err(&output));
    let output = run(home.path(), &["--output", "text", "status"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""));
}

#[test]
fn init_writes_a_file_once_and_only_for_its_owner() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["init", "--output", "text"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let path = home.path().join(".config/dropscale/config.toml");
    assert!(out(&output).contains(path.to_str().unwrap()));
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, out(&run(home.path(), &["init", "--print"])));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, "# mine\n").unwrap();
    let output = run(home.path(), &["init"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("exists and is kept"), "{}", err(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    let other = home.path().join("a/b.toml");
    assert_eq!(run(home.path(), &["init", "--config", other.to_str().unwrap()]).status.code(), Some(0));
    assert!(other.exists());
}

#[test]
fn a_configuration_without_a_token_lists_the_ways_to_give_one() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["init"]);
    let output = run(home.path(), &["status", "--output", "text"]);
    assert_eq!(output.status.code(), Some(2));
    for way in ["--token-file", "DIGITALOCEAN_ACCESS_TOKEN", "doctl auth init"] {
        assert!(err(&output).contains(way), "{}", err(&output));
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let home = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/invalid/many_mistakes.toml");
    let output = run(home.path(), &["--config", path.to_str().unwrap(), "info", "--output", "text"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(err(&output).lines().filter(|line| line.contains("many_mistakes.toml:")).count(), 16);
    assert!(err(&output).contains("did you mean \"scale_up\"?"));
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    let home = tempfile::tempdir().unwrap();
    for wrong in [&["grow"][..], &["up", "--no-such-flag"], &["auto", "--every", "10s"], &["simulate", "--port", "x"]] {
        assert_eq!(run(home.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
    let output = run(home.path(), &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("Exit codes:"));
    assert!(out(&run(home.path(), &["--version"])).starts_with("dropscale "));
}

#[test]
fn completions_and_the_manual_page_know_the_commands() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(home.path(), &["completions", shell]);
        assert!(output.status.success() && out(&output).contains("simulate"), "{shell}");
    }
    let page = out(&run(home.path(), &["man"]));
    assert!(page.starts_with(".ie") && page.contains("Exit codes"), "{page}");
}

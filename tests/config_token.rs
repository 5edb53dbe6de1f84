//! Where the token comes from, and that it never shows.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::Path;

use dropscale::config::{Environment, Flags, token};
use secrecy::ExposeSecret;

const FILE: &str = "dop_v1_from_file";

fn with_file(path: &Path) -> Flags {
    Flags { token_file: Some(path.to_owned()), ..Flags::default() }
}

fn in_context(context: &str) -> Flags {
    Flags { context: Some(context.to_owned()), ..Flags::default() }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

const DOCTL: &str =
    "access-token: dop_v1_default\nauth-contexts:\n  work: dop_v1_work\n  empty: \"\"\ncontext: default\n";

#[test]
fn the_ways_to_give_a_token_have_an_order() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("token");
    write(&path, &format!("{FILE}\n"));
    write(&home.path().join(".config/doctl/config.yaml"), DOCTL);
    let mut variables = vec![
        ("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_first"),
        ("DIGITALOCEAN_TOKEN", "dop_v1_second"),
        ("API_TOKEN", "dop_v1_third"),
    ];
    let secret = |flags: &Flags, environment: &Environment| {
        let token = token(flags, environment).unwrap();
        (token.secret.expose_secret().to_owned(), token.origin)
    };
    let environment = Environment::new(home.path(), variables.clone());
    assert_eq!(secret(&with_file(&path), &environment), (FILE.to_owned(), format!("file {}", path.display())));
    assert_eq!(secret(&in_context("Work"), &environment).0, "dop_v1_work");
    while !variables.is_empty() {
        let environment = Environment::new(home.path(), variables.clone());
        let (secret, origin) = secret(&Flags::default(), &environment);
        assert_eq!((secret.as_str(), origin), (variables[0].1, format!("environment variable {}", variables[0].0)));
        variables.remove(0);
    }
    let (value, origin) = secret(&Flags::default(), &Environment::new(home.path(), []));
    assert_eq!(value, "dop_v1_default");
    assert!(origin.starts_with("doctl context \"default\" in "), "{origin}");
    let environment = Environment::new(home.path(), [("DIGITALOCEAN_CONTEXT", "work")]);
    assert_eq!(secret(&Flags::default(), &environment).0, "dop_v1_work");
    write(&home.path().join(".config/doctl/config.yaml"), &DOCTL.replace("context: default", "context: work"));
    assert_eq!(secret(&Flags::default(), &Environment::new(home.path(), [])).0, "dop_v1_work");
}

#[test]
fn a_missing_token_lists_all_ways_to_give_one() {
    let home = tempfile::tempdir().unwrap();
    let error = token(&Flags::default(), &Environment::new(home.path(), [])).unwrap_err().to_string();
    for way in ["--token-file", "DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN", "API_TOKEN", "doctl auth init"] {
        assert!(error.contains(way), "{error}");
    }
    let error = token(&in_context("work"), &Environment::new(home.path(), [])).unwrap_err().to_string();
    assert!(error.contains("doctl has no configuration"), "{error}");
    // A doctl that was installed and never logged in.
    for text in ["", "context: default\n", "access-token: \"\"\n", "auth-contexts:\n"] {
        write(&home.path().join(".config/doctl/config.yaml"), text);
        let error = token(&Flags::default(), &Environment::new(home.path(), [])).unwrap_err().to_string();
        assert!(error.starts_with("there is no token."), "{text:?}: {error}");
    }
}

#[test]
fn what_is_no_token_is_refused_and_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("token");
    for (text, why) in [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("dop_v1_hush\ndop_v1_hush\n", "more than one line"),
        ("dop_v1_hush x", "blanks"),
        (" dop_v1_hush", "blanks"),
        ("dop_v1_hush\u{fffd}", "characters that no token has"),
        ("dop_v1_hush\u{0}", "characters that no token has"),
    ] {
        write(&path, text);
        let error = token(&with_file(&path), &Environment::new(home.path(), [])).unwrap_err();
        assert!(error.to_string().contains(why), "{text:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
    write(&path, &"x".repeat(5000));
    assert!(token(&with_file(&path), &Environment::new(home.path(), [])).unwrap_err().to_string().contains("too long"));
    let error = token(&with_file(&home.path().join("absent")), &Environment::new(home.path(), [])).unwrap_err();
    assert!(error.to_string().contains("absent cannot be read"), "{error}");

    let environment = Environment::new(home.path(), [("API_TOKEN", "dop_v1_hush")]);
    let found = token(&Flags::default(), &environment).unwrap();
    assert!(!format!("{found:?} {environment:?}").contains("hush"));
}

#[test]
fn a_broken_doctl_configuration_is_told_without_quoting_it() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".config/doctl/config.yaml");
    for broken in
        ["access-token: [dop_v1_hush\n", "access-token: {a: dop_v1_hush}\n", "- dop_v1_hush\n", "\tdop_v1_hush: :"]
    {
        write(&path, broken);
        let error = token(&Flags::default(), &Environment::new(home.path(), [])).unwrap_err();
        assert!(error.to_string().contains("cannot be understood"), "{broken:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
    write(&path, DOCTL);
    let error = token(&in_context("wrok"), &Environment::new(home.path(), [])).unwrap_err().to_string();
    assert!(error.contains("no token for the context \"wrok\"") && error.contains("did you mean \"work\"?"), "{error}");
    assert!(token(&in_context("empty"), &Environment::new(home.path(), [])).is_err());
    assert!(!error.contains("dop_v1"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("token");
    write(&path, FILE);
    let warnings = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        token(&with_file(&path), &Environment::new(home.path(), [])).unwrap().warnings
    };
    assert!(warnings(0o600).is_empty() && warnings(0o400).is_empty());
    for mode in [0o644, 0o640, 0o604] {
        assert!(warnings(mode)[0].contains("chmod 600"), "{mode:o}");
    }
}

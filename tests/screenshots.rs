//! The pictures of the documentation are what the interface draws now. `cargo run --example screenshots` makes
//! them anew.

#[path = "../examples/screenshots.rs"]
#[expect(dead_code, reason = "the example's main")]
mod screenshots;

#[test]
fn the_pictures_are_what_is_drawn_now() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    for (name, wanted) in screenshots::pictures() {
        let found = std::fs::read_to_string(root.join("assets/screenshots").join(&name)).unwrap_or_default();
        assert!(found == wanted, "{name} is out of date: `cargo run --example screenshots` makes it anew");
        assert!(readme.contains(&format!("assets/screenshots/{name}")), "{name} is not in the README");
    }
}

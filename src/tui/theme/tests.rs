use ratatui::style::{Color, Style};

use super::*;

fn styles(theme: &Theme) -> [Style; 9] {
    let mut theme = *theme;
    theme.roles().map(|(_, style)| *style)
}

fn mistakes(text: &str) -> Vec<String> {
    match Theme::parse(text, "own.toml") {
        Err(ThemeError::Mistakes { mistakes, .. }) => mistakes.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_colours_that_can_be_read_on_dark_and_light() {
    for style in styles(&Theme::terminal()) {
        assert_eq!(style.bg, None, "the background is the terminal's own");
        assert!(matches!(style.fg, None | Some(Color::Red | Color::Green | Color::Magenta | Color::Cyan)), "{style:?}");
    }
}

#[test]
fn every_theme_in_the_program_is_without_mistakes_and_names_every_style() {
    for (name, text) in EMBEDDED {
        Theme::named(name).unwrap();
        for (role, _) in Theme::terminal().roles() {
            assert!(text.lines().any(|line| line.starts_with(&format!("{role} = "))), "{role} in {name}");
        }
    }
    assert_eq!(Theme::named("terminal").unwrap(), Theme::terminal());
}

#[test]
fn without_colours_what_matters_is_still_told_apart() {
    for name in Theme::names() {
        let theme = Theme::named(name).unwrap().at(Depth::None);
        assert!(styles(&theme).iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        assert!(!theme.bad.add_modifier.is_empty() && !theme.attention.add_modifier.is_empty());
        assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
        assert!(Theme::badge(theme.good).add_modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn a_badge_in_the_terminals_own_colours_can_be_read_on_dark_and_light() {
    for (name, (_, depth)) in Theme::names().into_iter().flat_map(|name| Depth::ALL.map(|depth| (name, depth))) {
        for style in styles(&Theme::named(name).unwrap().at(depth)) {
            let badge = Theme::badge(style);
            assert!(badge.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD));
            let readable = |color| matches!(color, Color::Rgb(..) | Color::Indexed(16..) | Color::Red | Color::Magenta);
            assert!(
                badge.fg.is_none_or(|color| readable(color) || color == Color::Blue),
                "{name} at {depth}: {badge:?}"
            );
        }
    }
    assert_eq!(Theme::badge(Theme::terminal().good).fg, None, "green is too light for white");
    assert_eq!(Theme::badge(Theme::terminal().bad).fg, Some(Color::Red));
}

#[test]
fn no_theme_asks_a_terminal_for_colours_that_it_has_not() {
    for (name, (_, depth)) in Theme::names().into_iter().flat_map(|name| Depth::ALL.map(|depth| (name, depth))) {
        for style in styles(&Theme::named(name).unwrap().at(depth)) {
            for color in [style.fg, style.bg].into_iter().flatten() {
                let needs = match color {
                    Color::Rgb(..) => Depth::True,
                    Color::Indexed(_) => Depth::Indexed,
                    Color::DarkGray | Color::White => Depth::Sixteen,
                    color if color.to_string().starts_with("Light") => Depth::Sixteen,
                    _ => Depth::Eight,
                };
                assert!(needs <= depth, "{name} at {depth}: {color}");
            }
        }
    }
}

#[test]
fn with_colours_of_its_own_a_theme_gives_each_one_meaning_on_any_terminal() {
    for (name, (_, depth)) in ["terminal", "dark", "light"].into_iter().flat_map(|name| Depth::ALL.map(|d| (name, d))) {
        let theme = Theme::named(name).unwrap().at(depth);
        if depth == Depth::None {
            continue;
        }
        let meanings = [theme.good, theme.attention, theme.bad, theme.data];
        let colors: Vec<Color> = meanings.iter().map(|style| style.fg.unwrap()).collect();
        for (i, color) in colors.iter().enumerate() {
            assert!(!colors[..i].contains(color), "{name} at {depth}: {color} is two things in {colors:?}");
            assert_ne!(theme.threshold.fg, Some(*color), "{name} at {depth}: the line in the picture");
        }
    }
}

#[test]
fn what_is_bad_is_never_as_what_needs_attention() {
    let with_colours = || Depth::ALL.into_iter().filter(|(_, depth)| *depth != Depth::None);
    for (name, (_, depth)) in Theme::names().into_iter().flat_map(|name| with_colours().map(move |d| (name, d))) {
        let theme = Theme::named(name).unwrap().at(depth);
        assert_ne!(theme.bad, theme.attention, "{name} at {depth}");
    }
    let own = Theme::parse("attention = \"bold #8a4b00\"\nbad = \"bold #b3141c\"", "own.toml").unwrap();
    let (many, few) = (own.at(Depth::True), own.at(Depth::Sixteen));
    assert_eq!(few.attention, Style::new().red().bold());
    assert_eq!(few.bad, Style::new().red().bold().reversed(), "one red for two things is told apart otherwise");
    assert!(!many.bad.add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn the_dark_theme_at_each_depth() {
    let attention = |depth| Theme::named("dark").unwrap().at(depth).attention;
    let bold = Style::new().add_modifier(Modifier::BOLD);
    assert_eq!(attention(Depth::True), bold.fg(Color::Rgb(0xf0, 0xc0, 0x5a)));
    assert_eq!(attention(Depth::Indexed), bold.fg(Color::Indexed(215)));
    assert_eq!(attention(Depth::Sixteen), bold.fg(Color::Yellow));
    assert_eq!(attention(Depth::Eight), bold.fg(Color::Yellow));
    assert_eq!(attention(Depth::None), bold);
}

#[test]
fn a_style_is_modifiers_and_colours_in_any_order() {
    let theme = Theme::parse(
        "good = \"green bold\"\nbad = \"underlined #ff0080 on 17\"\nselected = \"on bright-blue\"\ntext = \"default\"",
        "own.toml",
    )
    .unwrap();
    assert_eq!(theme.good, Style::new().green().bold());
    assert_eq!(theme.bad, Style::new().fg(Color::Rgb(255, 0, 128)).bg(Color::Indexed(17)).underlined());
    assert_eq!(theme.selected, Style::new().bg(Color::LightBlue));
    assert_eq!(theme.faint, Theme::terminal().faint, "what is left out is as in the default");
}

#[test]
fn all_mistakes_are_told_with_their_place_and_what_was_meant() {
    let text = "god = \"green\"\nbad = \"bolt redd\"\ndata = 7\ntext = \"#12345\"\nfaint = \"300\"\nselected = \"red on\"\n\
                strong = \"red blue\"\n";
    assert_eq!(
        mistakes(text),
        [
            "1:1: there is no style \"god\": did you mean \"good\"?",
            "2:7: bad: \"bolt\" is neither a colour nor a modifier: did you mean \"bold\"?",
            "2:7: bad: \"redd\" is neither a colour nor a modifier: did you mean \"red\"?",
            "3:8: data: must be a text such as \"bold red\"",
            "4:8: text: \"#12345\" is no colour: write six digits, as in \"#ff8700\"",
            "5:9: faint: 300 is no colour: numbers go from 0 to 255",
            "6:12: selected: after \"on\" the colour of the background is missing",
            "7:10: strong: \"blue\" is one colour too many: a background is \"on blue\"",
        ]
    );
    assert!(mistakes("bad = \"red\nfaint = \"dim\"\n")[0].contains("this is not TOML"));
    let unknown = Theme::named("drak").unwrap_err().to_string();
    assert!(unknown.contains("did you mean \"dark\"?"), "{unknown}");
}

/// The lightness of a colour as the contrast rules of the web have it, from 0 to 1.
fn luminance(color: [f64; 3]) -> f64 {
    0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]
}

fn linear(color: Color) -> Option<[f64; 3]> {
    let Color::Rgb(r, g, b) = color else { return None };
    Some([r, g, b].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    }))
}

#[test]
fn colours_of_our_own_stand_out_from_the_backgrounds_they_are_made_for() {
    let [black, dark, white] = [0.0, 0.013, 1.0];
    for (name, backgrounds, least) in
        [("dark", [black, dark], 4.5), ("light", [white, 0.9], 4.5), ("colour-blind", [black, white], 4.0)]
    {
        for style in styles(&Theme::named(name).unwrap()) {
            let Some(color) = style.fg.and_then(linear) else { continue };
            for background in backgrounds {
                let (a, b) = (luminance(color).max(background), luminance(color).min(background));
                assert!((a + 0.05) / (b + 0.05) >= least, "{name}: {:?} on {background}", style.fg);
            }
        }
    }
}

#[test]
fn good_and_bad_differ_for_colour_blind_eyes() {
    // How a colour is seen without the cones for green, and without those for red (Machado et al., 2009).
    let deuteranopia = [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]];
    let protanopia = [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]];
    let apart = |theme: Theme, eyes: [[f64; 3]; 3]| {
        let seen = |style: Style| {
            let color = linear(style.fg.unwrap()).unwrap();
            eyes.map(|row| row.iter().zip(color).map(|(weight, part)| weight * part).sum::<f64>())
        };
        let (good, bad) = (seen(theme.good), seen(theme.bad));
        good.iter().zip(bad).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    let theme = Theme::named("colour-blind").unwrap();
    for eyes in [deuteranopia, protanopia] {
        assert!(apart(theme, eyes) > 0.4, "{}", apart(theme, eyes));
    }
    assert_ne!(theme.bad.add_modifier, theme.attention.add_modifier, "one colour, so not by it");
}

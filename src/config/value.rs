//! A configured value, whatever it came from: a file, the environment, a flag or a default. How each kind is
//! read from text and from TOML, and how it is written, stands here once.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use toml::de::DeValue;

use super::schema::Kind;
use super::suggest::did_you_mean;
use crate::cluster::check_prefix;
use crate::column::Column;
use crate::keymap::Key;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A name, an id, a slug, a path, an address.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// A number.
    Number(f64),
    /// A length of time.
    Duration(Duration),
    /// Names or ids.
    List(Vec<String>),
    /// A threshold that is turned off.
    Off,
}

/// As it stands in a TOML file.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", quoted(text)),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Duration(duration) => write!(f, "\"{}\"", format_duration(*duration)),
            Self::List(list) => {
                let items: Vec<String> = list.iter().map(|item| quoted(item)).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Off => write!(f, "off"),
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A length of time as people write it: `90s`, `2m`, `1h 30m`.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    if duration.is_zero() {
        return "0s".to_owned();
    }
    SignedDuration::try_from(duration).map_or_else(|_| format!("{duration:?}"), |duration| format!("{duration:#}"))
}

/// Reads a length of time: `120`, in seconds, or `90s`, `2m`, `1h 30m`, `500ms`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no length of time: write seconds, or \"90s\", \"2m\", \"1h 30m\"");
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map(Duration::from_secs).map_err(|_| wrong());
    }
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    if duration.is_negative() {
        return Err(format!("{text:?} is negative: a length of time goes from 0 upwards"));
    }
    Duration::try_from(duration).map_err(|_| wrong())
}

impl Value {
    /// For people: text without quotes.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Duration(duration) => format_duration(*duration),
            Self::List(list) if list.is_empty() => "none".to_owned(),
            Self::List(list) => list.join(", "),
            _ => self.to_string(),
        }
    }

    /// Reads the text of an environment variable or a flag.
    pub fn from_text(text: &str, kind: &Kind) -> Result<Self, String> {
        let text = text.trim();
        let value = match kind {
            Kind::Flag => match text {
                "true" | "yes" | "1" => Self::Flag(true),
                "false" | "no" | "0" => Self::Flag(false),
                _ => return Err(format!("{text:?} is neither true nor false")),
            },
            Kind::Count { .. } => Self::Count(text.parse().map_err(|_| format!("{text:?} is no whole number"))?),
            Kind::Threshold { .. } if text.eq_ignore_ascii_case("off") => Self::Off,
            Kind::Threshold { .. } => {
                let number: f64 = text.parse().map_err(|_| format!("{text:?} is neither a number nor \"off\""))?;
                // The seed's comment promised that -1 turns a threshold off.
                if number.to_bits() == (-1.0_f64).to_bits() { Self::Off } else { Self::Number(number) }
            }
            Kind::Duration { .. } => Self::Duration(parse_duration(text)?),
            Kind::Names | Kind::Tags | Kind::Keys | Kind::Columns => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Self::List(items.map(str::to_owned).collect())
            }
            _ => Self::Text(text.to_owned()),
        };
        value.check(kind)
    }

    /// Reads a value of a TOML file.
    pub fn from_toml(value: &DeValue<'_>, kind: &Kind) -> Result<Self, String> {
        let wrong_type = || Err(format!("must be {}, and is {}", kind.expects(), describe_type(value)));
        let read = match (kind, value) {
            (Kind::Flag, DeValue::Boolean(flag)) => Self::Flag(*flag),
            (Kind::Count { .. }, DeValue::Integer(_)) => match integer(value) {
                Some(number) => match u64::try_from(number) {
                    Ok(count) => Self::Count(count),
                    Err(_) => return Err(out_of_range(&number.to_string(), kind)),
                },
                None => return Err("is too large".to_owned()),
            },
            (Kind::Threshold { .. }, DeValue::Integer(_) | DeValue::Float(_)) => match number(value) {
                Some(number) => Self::Number(number),
                None => return Err("is too large".to_owned()),
            },
            (Kind::Threshold { .. }, DeValue::String(text)) if text == "off" => {
                return Err("must be a number: to turn a threshold off, leave its line out".to_owned());
            }
            (Kind::Duration { .. }, DeValue::String(text)) => Self::Duration(parse_duration(text)?),
            (Kind::Duration { .. }, DeValue::Integer(_)) => match integer(value).map(u64::try_from) {
                Some(Ok(seconds)) => Self::Duration(Duration::from_secs(seconds)),
                Some(Err(_)) => return Err("is negative: a length of time goes from 0 upwards".to_owned()),
                None => return Err("is too large".to_owned()),
            },
            (Kind::Keys, DeValue::String(text)) => Self::List(vec![text.to_string()]),
            (Kind::Names | Kind::Tags | Kind::Keys | Kind::Columns, DeValue::Array(items)) => {
                let items = items.iter().map(|item| name_or_number(item.get_ref(), kind));
                Self::List(items.collect::<Result<_, _>>()?)
            }
            (Kind::Name | Kind::OneOf(_), DeValue::Integer(_)) => Self::Text(name_or_number(value, kind)?),
            (kind, DeValue::String(text)) if kind.is_text() => Self::Text(text.to_string()),
            _ => return wrong_type(),
        };
        read.check(kind)
    }

    /// Whether it is one that its key may have.
    fn check(self, kind: &Kind) -> Result<Self, String> {
        match (&self, kind) {
            (Self::Count(count), Kind::Count { min, max }) if !(min..=max).contains(&count) => {
                Err(out_of_range(&count.to_string(), kind))
            }
            // NaN is in no range, so that it ends here as well.
            (Self::Number(number), Kind::Threshold { min, max }) if !(min..=max).contains(&number) => {
                Err(out_of_range(&number.to_string(), kind))
            }
            (Self::Duration(duration), Kind::Duration { min, max }) if !(min..=max).contains(&duration) => {
                Err(out_of_range(&format_duration(*duration), kind))
            }
            (Self::Text(text), Kind::Tag) => check_tag(text).map(|()| self),
            (Self::Text(text), Kind::Slug) if text.is_empty() || !text.chars().all(is_of_slug) => {
                Err(format!("must be {}, and is {text:?}", kind.expects()))
            }
            (Self::Text(text), Kind::Prefix) => check_prefix(text).map_err(|e| e.to_string()).map(|()| self),
            (Self::Text(text), Kind::OneOf(words)) if !words.contains(&text.as_str()) => {
                let near = did_you_mean(text, words.iter().copied());
                Err(format!("must be {}, and is {text:?}{near}", kind.expects()))
            }
            (Self::Text(text), Kind::Name | Kind::File | Kind::Address | Kind::Theme) => {
                check_text(text).map(|()| self)
            }
            (Self::List(items), Kind::Tags) => items.iter().try_for_each(|tag| check_extra_tag(tag)).map(|()| self),
            (Self::List(items), Kind::Keys) => {
                items.iter().try_for_each(|key| key.parse::<Key>().map(drop)).map(|()| self)
            }
            (Self::List(items), Kind::Columns) => check_columns(items).map(|()| self),
            (Self::List(items), Kind::Names) => items.iter().try_for_each(|item| check_text(item)).map(|()| self),
            _ => Ok(self),
        }
    }
}

fn is_of_slug(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

fn out_of_range(value: &str, kind: &Kind) -> String {
    format!("{value} is out of range: {}", kind.expects())
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

#[expect(clippy::cast_precision_loss, reason = "a threshold beyond 2^52 is out of range anyway")]
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => integer(value).map(|number| number as f64),
    }
}

fn name_or_number(value: &DeValue<'_>, kind: &Kind) -> Result<String, String> {
    match (value, integer(value)) {
        (DeValue::String(text), _) => Ok(text.to_string()),
        (_, Some(number)) if number >= 0 && *kind != Kind::Tags => Ok(number.to_string()),
        _ => Err(format!("must be {}, and has {} in it", kind.expects(), describe_type(value))),
    }
}

/// What a TOML value is, with its article.
pub fn describe_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Checks a tag: letters, digits, `_`, `-` and `:`, at most 255 characters.
pub fn check_tag(tag: &str) -> Result<(), String> {
    if tag.is_empty() {
        return Err("the tag is empty".to_owned());
    }
    if let Some(wrong) = tag.chars().find(|c| !c.is_ascii_alphanumeric() && !"_-:".contains(*c)) {
        return Err(format!("the tag {tag:?} contains {wrong:?}: tags have letters, digits, '_', '-' and ':' only"));
    }
    if tag.len() > 255 {
        return Err("the tag is longer than 255 characters".to_owned());
    }
    Ok(())
}

/// Tags with a meaning of their own would make each clone look unfinished, or keep it for ever.
fn check_extra_tag(tag: &str) -> Result<(), String> {
    check_tag(tag)?;
    if tag.starts_with("dropscale:") || tag.starts_with("scaling-") {
        return Err(format!("the tag {tag:?} is one by which dropscale marks its work: choose another"));
    }
    Ok(())
}

fn check_columns(names: &[String]) -> Result<(), String> {
    for (at, name) in names.iter().enumerate() {
        if Column::from_key(name).is_none() {
            let all: Vec<&str> = Column::all().into_iter().map(Column::key).collect();
            let near = did_you_mean(name, all.iter().copied());
            return Err(format!("has no column {name:?} to show (there is {}){near}", all.join(", ")));
        }
        if names[..at].contains(name) {
            return Err(format!("has {name:?} twice"));
        }
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{text:?} contains a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        for (text, seconds) in [("120", 120), ("120s", 120), ("2m", 120), ("1h 30m", 5400), ("1m30s", 90), ("0", 0)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        for nonsense in ["", "soon", "-5s", "12x", "2 fortnights", "1.5.2s", "99999999999999999999"] {
            assert!(parse_duration(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for seconds in [0, 1, 59, 60, 90, 3600, 86400] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
        }
        assert_eq!(format_duration(Duration::from_secs(120)), "2m");
    }

    #[test]
    fn a_threshold_that_is_no_number_is_refused() {
        let kind = Kind::Threshold { min: 0.01, max: 200.0 };
        for wrong in ["NaN", "inf", "-inf", "0", "-2", "201", "low", ""] {
            assert!(Value::from_text(wrong, &kind).is_err(), "{wrong}");
        }
        assert_eq!(Value::from_text("-1", &kind), Ok(Value::Off));
        assert_eq!(Value::from_text("OFF", &kind), Ok(Value::Off));
        assert_eq!(Value::from_text(" 0.5 ", &kind), Ok(Value::Number(0.5)));
    }

    #[test]
    fn columns_are_known_and_named_once() {
        let read = |text| Value::from_text(text, &Kind::Columns);
        let columns = ["state", "cpu"].map(str::to_owned).to_vec();
        assert_eq!(read("state, cpu"), Ok(Value::List(columns)));
        let wrong = read("state, free_memroy").unwrap_err();
        assert!(wrong.ends_with("did you mean \"free_memory\"?"), "{wrong}");
        assert_eq!(read("cpu, cpu").unwrap_err(), "has \"cpu\" twice");
    }

    #[test]
    fn of_several_words_only_these_are_taken() {
        let kind = Kind::OneOf(&["auto", "16", "256"]);
        assert_eq!(Value::from_text("16", &kind), Ok(Value::Text("16".to_owned())));
        let wrong = Value::from_text("265", &kind).unwrap_err();
        assert_eq!(wrong, "must be one of auto, 16, 256, and is \"265\": did you mean \"256\"?");
    }
}

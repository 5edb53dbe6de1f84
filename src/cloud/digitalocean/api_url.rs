//! The address of the API. The token is sent there and nowhere else, so an address is refused that would show
//! it to others: plain HTTP beyond this machine, or one that reads like another than it is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

const DEFAULT: &str = "https://api.digitalocean.com";

/// Where the API is: `https` anywhere, or `http` on this machine; without credentials, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl {
    text: String,
    loopback: bool,
}

/// Why an address of the API is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApiUrlError {
    /// Not an address at all.
    #[error("this is no address: {0}; write it like {DEFAULT}")]
    Invalid(String),
    /// Another protocol than HTTP.
    #[error("the API is spoken to by https, not by {0:?}: write the address like {DEFAULT}")]
    Scheme(String),
    /// The token would go over the network in the clear.
    #[error("http is allowed for this machine only (127.0.0.1, [::1], localhost): use https for {0:?}")]
    NotEncrypted(String),
    /// A user name or a password in the address.
    #[error("the address must not contain a user name or a password: give the token by --token-file")]
    Credentials,
    /// Something behind the path.
    #[error("the address must end before the {0}: leave it out")]
    Trailing(&'static str),
    /// The version that each request adds by itself.
    #[error("leave /v2 out of the address: it is added by itself")]
    Version,
}

impl ApiUrl {
    /// Whether it is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address of a path below it; `None` when a segment could change the path's meaning.
    pub(super) fn join(&self, segments: &[&str]) -> Option<Url> {
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut url = Url::parse(&self.text).ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
        Some(url)
    }
}

impl Default for ApiUrl {
    /// DigitalOcean's own.
    fn default() -> Self {
        Self { text: DEFAULT.to_owned(), loopback: false }
    }
}

impl FromStr for ApiUrl {
    type Err = ApiUrlError;

    fn from_str(text: &str) -> Result<Self, ApiUrlError> {
        let url = Url::parse(text.trim()).map_err(|e| ApiUrlError::Invalid(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ApiUrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ApiUrlError::Credentials);
        }
        if url.query().is_some() {
            return Err(ApiUrlError::Trailing("question mark"));
        }
        if url.fragment().is_some() {
            return Err(ApiUrlError::Trailing("number sign"));
        }
        let host = url.host_str().unwrap_or_default();
        let loopback = is_loopback(host);
        if url.scheme() == "http" && !loopback {
            return Err(ApiUrlError::NotEncrypted(host.to_owned()));
        }
        let text = url.as_str().trim_end_matches('/');
        if url.path().trim_end_matches('/').ends_with("/v2") {
            return Err(ApiUrlError::Version);
        }
        Ok(Self { text: text.to_owned(), loopback })
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// The host is as the parser normalised it: `127.1` and `2130706433` have become `127.0.0.1`.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_this_machine() {
        for (text, shown) in [
            ("https://api.digitalocean.com", "https://api.digitalocean.com"),
            ("https://proxy.example/do/", "https://proxy.example/do"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://127.9.8.7", "http://127.9.8.7"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://LOCALHOST:1", "http://localhost:1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("  https://api.digitalocean.com\n", "https://api.digitalocean.com"),
        ] {
            assert_eq!(text.parse::<ApiUrl>().map(|url| url.to_string()), Ok(shown.to_owned()), "{text}");
        }
        assert_eq!(DEFAULT.parse(), Ok(ApiUrl::default()));
        assert!("http://[::1]".parse::<ApiUrl>().unwrap().is_loopback());
        assert!(!ApiUrl::default().is_loopback());
    }

    #[test]
    fn an_address_that_would_show_the_token_is_refused() {
        use ApiUrlError::{Credentials, NotEncrypted, Scheme, Trailing, Version};
        for (text, error) in [
            ("http://api.digitalocean.com", NotEncrypted("api.digitalocean.com".to_owned())),
            ("http://localhost.evil.com", NotEncrypted("localhost.evil.com".to_owned())),
            ("http://127.0.0.1.evil.com", NotEncrypted("127.0.0.1.evil.com".to_owned())),
            ("http://10.0.0.1", NotEncrypted("10.0.0.1".to_owned())),
            ("http://0.0.0.0", NotEncrypted("0.0.0.0".to_owned())),
            ("http://[::ffff:10.0.0.1]", NotEncrypted("[::ffff:a00:1]".to_owned())),
            ("http://127.0.0.1@evil.com", Credentials),
            ("https://user:secret@api.digitalocean.com", Credentials),
            ("https://api.digitalocean.com?x=1", Trailing("question mark")),
            ("https://api.digitalocean.com#x", Trailing("number sign")),
            ("https://api.digitalocean.com/v2/", Version),
            ("ftp://127.0.0.1", Scheme("ftp".to_owned())),
            ("file:///etc/passwd", Scheme("file".to_owned())),
        ] {
            assert_eq!(text.parse::<ApiUrl>(), Err(error), "{text}");
        }
        for text in ["", "api.digitalocean.com", "https://", "//api.digitalocean.com"] {
            assert!(matches!(text.parse::<ApiUrl>(), Err(ApiUrlError::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn a_segment_never_changes_the_path() {
        let url: ApiUrl = "https://proxy.example/do/".parse().unwrap();
        let joined = url.join(&["v2", "tags", "a:b/../c?d#e"]).unwrap();
        assert_eq!(joined.as_str(), "https://proxy.example/do/v2/tags/a:b%2F..%2Fc%3Fd%23e");
        assert_eq!(url.join(&["v2", "tags", ".."]), None);
        assert_eq!(url.join(&["v2", "tags", ""]), None);
        let plain = ApiUrl::default().join(&["v2", "droplets"]).unwrap();
        assert_eq!(plain.as_str(), "https://api.digitalocean.com/v2/droplets");
    }
}

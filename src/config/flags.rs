//! What the command line says about the configuration.

use std::path::PathBuf;

/// The flags that go before file and environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: the file; it must exist.
    pub config: Option<PathBuf>,
    /// `--cluster`: which of its clusters.
    pub cluster: Option<String>,
    /// Whether no cluster needs to be named: all are shown. Then the first counts as the one that is meant.
    pub any_cluster: bool,
    /// `--token-file`: a file with the token.
    pub token_file: Option<PathBuf>,
    /// `--context`: which of doctl's contexts.
    pub context: Option<String>,
    /// `--api-url`: another address of the API.
    pub api_url: Option<String>,
    /// `--read-only`: change nothing.
    pub read_only: bool,
    /// `--theme`: how the terminal interface looks.
    pub theme: Option<String>,
    /// `--mouse`: the terminal interface hears the mouse.
    pub mouse: bool,
}

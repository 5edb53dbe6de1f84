//! `info`: the configuration, where each value comes from, and what it stands for in the cloud.

use std::sync::Arc;
use std::time::Duration;

use super::console::Console;
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{json, text};
use crate::cli::OutputFormat;
use crate::cloud::Cloud;
use crate::observe::{Observer, Wanted};

/// Shows it. What is configured is shown even when the cloud does not answer.
pub async fn run(session: &Session, console: Console) -> Result<Exit, Failure> {
    let spec = session.spec();
    let nothing = Wanted { essential: Vec::new(), shown: Vec::new(), range: Duration::ZERO };
    let mut observer = Observer::new(Arc::clone(&session.client), Arc::clone(spec), nothing);
    let seen = match observer.look().await {
        Ok(seen) => seen,
        Err(error) => {
            if console.format == OutputFormat::Text {
                console.print(&text::configuration(&session.config, &session.token_origin, console.style))?;
            }
            return Err(error.into());
        }
    };
    let origin = &session.token_origin;
    match console.format {
        OutputFormat::Json => {
            let droplets = session.client.droplet_documents(&spec.tag).await?;
            console.document(&json::info(&session.config, origin, &seen, &droplets))?;
        }
        OutputFormat::Text => console.print(&text::info(&session.config, origin, &seen, console.style))?,
    }
    Ok(Exit::Done)
}

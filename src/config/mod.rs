//! The configuration: file, environment, doctl, tokens, validation, and where each value came from.

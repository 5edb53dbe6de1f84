//! What the simulated API answers when it refuses: status, `id` and message as DigitalOcean words them.

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The `id` of the body.
    pub id: &'static str,
    /// The `message` of the body.
    pub message: String,
    /// The `retry-after` header, in seconds; only a burst limit has one.
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    /// A refusal with this status; the `id` follows from it.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let id = match status {
            400 => "bad_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            422 => "unprocessable_entity",
            429 => "too_many_requests",
            503 => "service_unavailable",
            _ => "server_error",
        };
        Self { status, id, message: message.into(), retry_after_s: None }
    }

    /// 404: there is no such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404, "The resource you were accessing could not be found.")
    }

    /// 422: the request makes no sense.
    #[must_use]
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    /// 401: no token, or another.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "Unable to authenticate you.")
    }

    /// 403: the token lacks a scope. The capital letter is the API's.
    #[must_use]
    pub fn missing_scope() -> Self {
        Self { id: "Forbidden", ..Self::new(403, "You are not authorized to perform this operation") }
    }

    /// 403 all the same, but only for now.
    #[must_use]
    pub fn balancer_busy() -> Self {
        Self::new(403, "Load Balancer can't be updated while it processes previous actions")
    }

    /// 429 with `retry-after` for a burst, without it for the hour.
    #[must_use]
    pub fn rate_limited(retry_after_s: Option<u64>) -> Self {
        Self { retry_after_s, ..Self::new(429, "API Rate limit exceeded.") }
    }
}

//! Which requests bring an observation up to date at the least cost.

//! A DigitalOcean that exists only here.

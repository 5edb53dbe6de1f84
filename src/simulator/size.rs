//! The sizes that the simulated cloud offers, with DigitalOcean's published prices.

/// A droplet size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Its name.
    pub slug: &'static str,
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Disk in GiB.
    pub disk_gib: u64,
    /// Traffic included, in TiB.
    pub transfer_tib: f64,
    /// US dollars a month.
    pub price_monthly: f64,
    /// US dollars an hour.
    pub price_hourly: f64,
}

/// All of them.
pub const SIZES: [Size; 6] = [
    size("s-1vcpu-1gb", 1, 1024, 25, 1.0, 6.0, 0.00893),
    size("s-1vcpu-2gb", 1, 2048, 50, 2.0, 12.0, 0.01786),
    size("s-2vcpu-2gb", 2, 2048, 60, 3.0, 18.0, 0.02679),
    size("s-2vcpu-4gb", 2, 4096, 80, 4.0, 24.0, 0.03571),
    size("s-4vcpu-8gb", 4, 8192, 160, 5.0, 48.0, 0.07143),
    size("c-2", 2, 4096, 25, 4.0, 42.0, 0.0625),
];

const fn size(
    slug: &'static str,
    vcpus: u32,
    memory_mib: u64,
    disk_gib: u64,
    transfer_tib: f64,
    price_monthly: f64,
    price_hourly: f64,
) -> Size {
    Size { slug, vcpus, memory_mib, disk_gib, transfer_tib, price_monthly, price_hourly }
}

/// The size of this name.
#[must_use]
pub fn by_slug(slug: &str) -> Option<Size> {
    SIZES.into_iter().find(|size| size.slug == slug)
}

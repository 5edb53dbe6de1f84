//! The one catalogue of metrics: name, unit, which way is busy, which series bring it, and what removing a
//! droplet would do to it. A new signal is one entry here; configuration, policy, observation, the terminal
//! and the JSON output all read it.

use serde::{Deserialize, Serialize};

/// A series of a droplet that the API's monitoring endpoints offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropletSeries {
    /// Load averages of 1, 5 and 15 minutes; over all processors.
    Load1,
    /// See [`Self::Load1`].
    Load5,
    /// See [`Self::Load1`].
    Load15,
    /// Cumulative seconds for each `mode`, summed over the processors.
    Cpu,
    /// Bytes that hold nothing at all, not even cache.
    MemoryFree,
    /// Bytes that a program could have: free plus what the page cache would give back.
    MemoryAvailable,
    /// Bytes of page cache.
    MemoryCached,
    /// Bytes in all.
    MemoryTotal,
    /// Bytes free for each file system.
    FilesystemFree,
    /// Bytes of each file system.
    FilesystemSize,
    /// Megabits a second to the internet; from the hypervisor, exists without the agent.
    PublicOutbound,
    /// Megabits a second from the internet.
    PublicInbound,
    /// Megabits a second into the VPC.
    PrivateOutbound,
    /// Megabits a second from the VPC.
    PrivateInbound,
}

/// A series of a load balancer that the API's monitoring endpoints offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the API's own series of the same name")]
pub enum LoadBalancerSeries {
    ConnectionsCurrent,
    ConnectionsLimit,
    CpuUtilization,
    FirewallDroppedBytes,
    FirewallDroppedPackets,
    HttpResponses,
    HttpRequestsPerSecond,
    NetworkThroughputHttp,
    NetworkThroughputTcp,
    NetworkThroughputUdp,
    NlbTcpNetworkThroughput,
    NlbUdpNetworkThroughput,
    TlsConnectionsCurrent,
    TlsConnectionsLimit,
    TlsConnectionsExceedingRateLimit,
    DropletsHttpSessionDurationAvg,
    DropletsHttpSessionDuration50p,
    DropletsHttpSessionDuration95p,
    DropletsHttpResponseTimeAvg,
    DropletsHttpResponseTime50p,
    DropletsHttpResponseTime95p,
    DropletsHttpResponseTime99p,
    DropletsQueueSize,
    DropletsHttpResponses,
    DropletsConnections,
    DropletsHealthChecks,
    DropletsDowntime,
}

/// A signal that can be shown and can have thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Load average of one minute, per processor.
    Load,
    /// Processor use in percent.
    Cpu,
    /// Memory that programs could still have, in MB of 10^6 bytes: available, not merely unused.
    FreeMemory,
    /// Memory in use in percent, page cache not counted.
    Memory,
    /// Outbound traffic, public and private together, in megabits a second.
    OutboundBandwidth,
    /// Requests a second that reach each serving droplet through the load balancer.
    Requests,
    /// The response time in milliseconds that 95 % of requests stay under.
    ResponseTime,
}

/// Whether a metric is measured on each droplet or on the load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One value for each droplet; the cluster's is the mean over the droplets that have one.
    Droplet,
    /// One value for the cluster.
    LoadBalancer,
}

/// Which way a metric goes when the cluster is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// A higher value is busier.
    High,
    /// A lower value is busier.
    Low,
}

/// The unit of a metric's values and thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    Plain,
    /// Hundredths.
    Percent,
    /// Megabytes of 10^6 bytes.
    Megabytes,
    /// Gigabytes of 2^30 bytes, as DigitalOcean sells disks.
    Gigabytes,
    /// Megabits a second.
    MegabitsPerSecond,
    /// A count in each second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
}

/// What becomes of the mean when one of n droplets is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// The same work on fewer droplets: multiplied by n / (n - 1).
    Shared,
    /// What is used is shared out again, what is left shrinks: total - (total - free) * n / (n - 1).
    Remaining,
    /// Nothing can be said.
    None,
}

/// Which series have to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From each droplet.
    Droplet(&'static [DropletSeries]),
    /// From the load balancer.
    LoadBalancer(&'static [LoadBalancerSeries]),
}

impl Metric {
    /// All metrics, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Load,
        Self::Cpu,
        Self::FreeMemory,
        Self::Memory,
        Self::OutboundBandwidth,
        Self::Requests,
        Self::ResponseTime,
    ];

    /// Its name in configuration files and JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Cpu => "cpu",
            Self::FreeMemory => "free_memory",
            Self::Memory => "memory",
            Self::OutboundBandwidth => "outbound_bandwidth",
            Self::Requests => "requests",
            Self::ResponseTime => "response_time",
        }
    }

    /// The metric of a key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.key() == key)
    }

    /// Its title on panels; at most 13 columns.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Load => "Load per vCPU",
            Self::Cpu => "CPU",
            Self::FreeMemory => "Free memory",
            Self::Memory => "Memory used",
            Self::OutboundBandwidth => "Outbound",
            Self::Requests => "Reqs/droplet",
            Self::ResponseTime => "Response p95",
        }
    }

    /// Its title as the head of a column; at most 5 columns.
    #[must_use]
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Load => "LOAD",
            Self::Cpu => "CPU",
            Self::FreeMemory => "FREE",
            Self::Memory => "MEM",
            Self::OutboundBandwidth => "OUT",
            Self::Requests => "REQ/S",
            Self::ResponseTime => "P95",
        }
    }

    /// What it means, in one sentence.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Load => "load average of one minute, divided by the droplet's vCPUs",
            Self::Cpu => "processor time in use, all modes but idle and iowait",
            Self::FreeMemory => "memory that programs could still have (available: the page cache counts as free)",
            Self::Memory => "memory in use, the page cache not counted",
            Self::OutboundBandwidth => "outbound traffic of a droplet, public and private interface together",
            Self::Requests => "requests through the load balancer, for each serving droplet",
            Self::ResponseTime => "time in which 95 % of the requests are answered by the droplets",
        }
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Load => Unit::Plain,
            Self::Cpu | Self::Memory => Unit::Percent,
            Self::FreeMemory => Unit::Megabytes,
            Self::OutboundBandwidth => Unit::MegabitsPerSecond,
            Self::Requests => Unit::PerSecond,
            Self::ResponseTime => Unit::Milliseconds,
        }
    }

    /// Which way it goes when the cluster is busy.
    #[must_use]
    pub fn busy(self) -> Busy {
        if self == Self::FreeMemory { Busy::Low } else { Busy::High }
    }

    /// Where it is measured.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self.source() {
            Source::Droplet(_) => Scope::Droplet,
            Source::LoadBalancer(_) => Scope::LoadBalancer,
        }
    }

    /// The series that bring it.
    #[must_use]
    pub fn source(self) -> Source {
        match self {
            Self::Load => Source::Droplet(&[DropletSeries::Load1]),
            Self::Cpu => Source::Droplet(&[DropletSeries::Cpu]),
            Self::FreeMemory | Self::Memory => Source::Droplet(&[DropletSeries::MemoryAvailable]),
            Self::OutboundBandwidth => {
                Source::Droplet(&[DropletSeries::PublicOutbound, DropletSeries::PrivateOutbound])
            }
            Self::Requests => Source::LoadBalancer(&[LoadBalancerSeries::HttpRequestsPerSecond]),
            Self::ResponseTime => Source::LoadBalancer(&[LoadBalancerSeries::DropletsHttpResponseTime95p]),
        }
    }

    /// What removing a droplet would do to it.
    #[must_use]
    pub fn projection(self) -> Projection {
        match self {
            Self::FreeMemory => Projection::Remaining,
            Self::ResponseTime => Projection::None,
            _ => Projection::Shared,
        }
    }

    /// The range in which a threshold makes sense.
    #[must_use]
    pub fn threshold_range(self) -> (f64, f64) {
        match self {
            Self::Load => (0.01, 200.0),
            Self::Cpu | Self::Memory => (0.01, 100.0),
            Self::FreeMemory => (0.01, 50_000.0),
            Self::OutboundBandwidth | Self::Requests => (0.01, 100_000.0),
            Self::ResponseTime => (0.01, 600_000.0),
        }
    }

    /// Whether `value` is busier than `threshold`.
    #[must_use]
    pub fn is_busier(self, value: f64, threshold: f64) -> bool {
        match self.busy() {
            Busy::High => value > threshold,
            Busy::Low => value < threshold,
        }
    }

    /// Whether `value` is calmer than `threshold`.
    #[must_use]
    pub fn is_calmer(self, value: f64, threshold: f64) -> bool {
        match self.busy() {
            Busy::High => value < threshold,
            Busy::Low => value > threshold,
        }
    }

    /// A value with its unit, at most 10 columns: `0.42`, `37 %`, `812 MB`, `2.4 Mbps`.
    #[must_use]
    pub fn format(self, value: f64) -> String {
        self.unit().format(value)
    }

    /// The number alone, with as many decimals as can matter.
    #[must_use]
    pub fn format_number(self, value: f64) -> String {
        self.unit().format_number(value)
    }

    /// A value with its unit and so many decimals more than usual: near a threshold they tell the two apart.
    #[must_use]
    pub fn format_finer(self, value: f64, more: usize) -> String {
        let unit = self.unit();
        unit.with_word(unit.format_finer(value, more))
    }
}

impl Unit {
    /// A value in it, with its word.
    #[must_use]
    pub fn format(self, value: f64) -> String {
        self.with_word(self.format_number(value))
    }

    fn with_word(self, number: String) -> String {
        match self {
            Self::Plain => number,
            Self::Percent => format!("{number} %"),
            Self::Megabytes => format!("{number} MB"),
            Self::Gigabytes => format!("{number} GB"),
            Self::MegabitsPerSecond => format!("{number} Mbps"),
            Self::PerSecond => format!("{number}/s"),
            Self::Milliseconds => format!("{number} ms"),
        }
    }

    /// The number alone.
    #[must_use]
    pub fn format_number(self, value: f64) -> String {
        self.format_finer(value, 0)
    }

    fn format_finer(self, value: f64, more: usize) -> String {
        let decimals = more
            + match self {
                Self::Plain if value.abs() < 100.0 => 2,
                Self::Gigabytes | Self::MegabitsPerSecond | Self::PerSecond if value.abs() < 100.0 => 1,
                _ => 0,
            };
        // -0.0 would show as "-0".
        format!("{:.decimals$}", value + 0.0)
    }
}

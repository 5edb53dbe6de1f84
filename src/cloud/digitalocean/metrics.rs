//! Where the API keeps each series: the last segment of the path, and what the query adds.

use crate::cluster::{DropletSeries, LoadBalancerSeries};

/// Public or private traffic, inbound or outbound.
type Traffic = Option<(&'static str, &'static str)>;

/// The name below `/v2/monitoring/metrics/droplet/`, and for bandwidth the `interface` and `direction`.
pub fn of_droplet(series: DropletSeries) -> (&'static str, Traffic) {
    use DropletSeries as S;
    match series {
        S::Load1 => ("load_1", None),
        S::Load5 => ("load_5", None),
        S::Load15 => ("load_15", None),
        S::Cpu => ("cpu", None),
        S::MemoryFree => ("memory_free", None),
        S::MemoryAvailable => ("memory_available", None),
        S::MemoryCached => ("memory_cached", None),
        S::MemoryTotal => ("memory_total", None),
        S::FilesystemFree => ("filesystem_free", None),
        S::FilesystemSize => ("filesystem_size", None),
        S::PublicOutbound => ("bandwidth", Some(("public", "outbound"))),
        S::PublicInbound => ("bandwidth", Some(("public", "inbound"))),
        S::PrivateOutbound => ("bandwidth", Some(("private", "outbound"))),
        S::PrivateInbound => ("bandwidth", Some(("private", "inbound"))),
    }
}

/// The name below `/v2/monitoring/metrics/load_balancer/`.
pub fn of_load_balancer(series: LoadBalancerSeries) -> &'static str {
    use LoadBalancerSeries as S;
    match series {
        S::ConnectionsCurrent => "frontend_connections_current",
        S::ConnectionsLimit => "frontend_connections_limit",
        S::CpuUtilization => "frontend_cpu_utilization",
        S::FirewallDroppedBytes => "frontend_firewall_dropped_bytes",
        S::FirewallDroppedPackets => "frontend_firewall_dropped_packets",
        S::HttpResponses => "frontend_http_responses",
        S::HttpRequestsPerSecond => "frontend_http_requests_per_second",
        S::NetworkThroughputHttp => "frontend_network_throughput_http",
        S::NetworkThroughputTcp => "frontend_network_throughput_tcp",
        S::NetworkThroughputUdp => "frontend_network_throughput_udp",
        S::NlbTcpNetworkThroughput => "frontend_nlb_tcp_network_throughput",
        S::NlbUdpNetworkThroughput => "frontend_nlb_udp_network_throughput",
        S::TlsConnectionsCurrent => "frontend_tls_connections_current",
        S::TlsConnectionsLimit => "frontend_tls_connections_limit",
        S::TlsConnectionsExceedingRateLimit => "frontend_tls_connections_exceeding_rate_limit",
        S::DropletsHttpSessionDurationAvg => "droplets_http_session_duration_avg",
        S::DropletsHttpSessionDuration50p => "droplets_http_session_duration_50p",
        S::DropletsHttpSessionDuration95p => "droplets_http_session_duration_95p",
        S::DropletsHttpResponseTimeAvg => "droplets_http_response_time_avg",
        S::DropletsHttpResponseTime50p => "droplets_http_response_time_50p",
        S::DropletsHttpResponseTime95p => "droplets_http_response_time_95p",
        S::DropletsHttpResponseTime99p => "droplets_http_response_time_99p",
        S::DropletsQueueSize => "droplets_queue_size",
        S::DropletsHttpResponses => "droplets_http_responses",
        S::DropletsConnections => "droplets_connections",
        S::DropletsHealthChecks => "droplets_health_checks",
        S::DropletsDowntime => "droplets_downtime",
    }
}

//! Metrics, as matrices of texts.

use serde_json::{Value, json};

use super::request::{Reply, Request, number};
use crate::cluster::{DropletSeries, LoadBalancerSeries};
use crate::simulator::{ApiError, LabelledSamples, World};

pub fn droplet(world: &World, request: &Request, series: &str) -> Result<Reply, ApiError> {
    let id = number(request.required("host_id")?)?;
    let (start, end) = range(request)?;
    let series = match series {
        "bandwidth" => bandwidth(request)?,
        "cpu" => DropletSeries::Cpu,
        "load_1" => DropletSeries::Load1,
        "load_5" => DropletSeries::Load5,
        "load_15" => DropletSeries::Load15,
        "memory_free" => DropletSeries::MemoryFree,
        "memory_available" => DropletSeries::MemoryAvailable,
        "memory_cached" => DropletSeries::MemoryCached,
        "memory_total" => DropletSeries::MemoryTotal,
        "filesystem_free" => DropletSeries::FilesystemFree,
        "filesystem_size" => DropletSeries::FilesystemSize,
        _ => return Err(ApiError::not_found()),
    };
    Ok(matrix(world.droplet_series(id, series, start, end)))
}

fn bandwidth(request: &Request) -> Result<DropletSeries, ApiError> {
    match (request.required("interface")?, request.required("direction")?) {
        ("public", "outbound") => Ok(DropletSeries::PublicOutbound),
        ("public", "inbound") => Ok(DropletSeries::PublicInbound),
        ("private", "outbound") => Ok(DropletSeries::PrivateOutbound),
        ("private", "inbound") => Ok(DropletSeries::PrivateInbound),
        _ => Err(ApiError::new(400, "interface must be public or private, direction inbound or outbound")),
    }
}

pub fn load_balancer(world: &World, request: &Request, series: &str) -> Result<Reply, ApiError> {
    let id = request.required("lb_id")?;
    let (start, end) = range(request)?;
    let series = match series {
        "frontend_connections_current" => LoadBalancerSeries::ConnectionsCurrent,
        "frontend_connections_limit" => LoadBalancerSeries::ConnectionsLimit,
        "frontend_cpu_utilization" => LoadBalancerSeries::CpuUtilization,
        "frontend_firewall_dropped_bytes" => LoadBalancerSeries::FirewallDroppedBytes,
        "frontend_firewall_dropped_packets" => LoadBalancerSeries::FirewallDroppedPackets,
        "frontend_http_responses" => LoadBalancerSeries::HttpResponses,
        "frontend_http_requests_per_second" => LoadBalancerSeries::HttpRequestsPerSecond,
        "frontend_network_throughput_http" => LoadBalancerSeries::NetworkThroughputHttp,
        "frontend_network_throughput_tcp" => LoadBalancerSeries::NetworkThroughputTcp,
        "frontend_network_throughput_udp" => LoadBalancerSeries::NetworkThroughputUdp,
        "frontend_nlb_tcp_network_throughput" => LoadBalancerSeries::NlbTcpNetworkThroughput,
        "frontend_nlb_udp_network_throughput" => LoadBalancerSeries::NlbUdpNetworkThroughput,
        "frontend_tls_connections_current" => LoadBalancerSeries::TlsConnectionsCurrent,
        "frontend_tls_connections_limit" => LoadBalancerSeries::TlsConnectionsLimit,
        "frontend_tls_connections_exceeding_rate_limit" => LoadBalancerSeries::TlsConnectionsExceedingRateLimit,
        "droplets_http_session_duration_avg" => LoadBalancerSeries::DropletsHttpSessionDurationAvg,
        "droplets_http_session_duration_50p" => LoadBalancerSeries::DropletsHttpSessionDuration50p,
        "droplets_http_session_duration_95p" => LoadBalancerSeries::DropletsHttpSessionDuration95p,
        "droplets_http_response_time_avg" => LoadBalancerSeries::DropletsHttpResponseTimeAvg,
        "droplets_http_response_time_50p" => LoadBalancerSeries::DropletsHttpResponseTime50p,
        "droplets_http_response_time_95p" => LoadBalancerSeries::DropletsHttpResponseTime95p,
        "droplets_http_response_time_99p" => LoadBalancerSeries::DropletsHttpResponseTime99p,
        "droplets_queue_size" => LoadBalancerSeries::DropletsQueueSize,
        "droplets_http_responses" => LoadBalancerSeries::DropletsHttpResponses,
        "droplets_connections" => LoadBalancerSeries::DropletsConnections,
        "droplets_health_checks" => LoadBalancerSeries::DropletsHealthChecks,
        "droplets_downtime" => LoadBalancerSeries::DropletsDowntime,
        _ => return Err(ApiError::not_found()),
    };
    Ok(matrix(world.balancer_series(id, series, start, end)))
}

fn range(request: &Request) -> Result<(i64, i64), ApiError> {
    let second = |name: &str| {
        let wrong = || ApiError::new(400, format!("{name} must be a UNIX time in seconds"));
        request.required(name)?.parse::<i64>().map_err(|_| wrong())
    };
    match (second("start")?, second("end")?) {
        (start, end) if start <= end => Ok((start, end)),
        _ => Err(ApiError::new(400, "start must not be after end")),
    }
}

fn matrix(series: Vec<LabelledSamples>) -> Reply {
    let result: Vec<Value> = series
        .into_iter()
        .map(|(labels, samples)| {
            let values: Vec<Value> = samples.into_iter().map(|(at, value)| json!([at, value.to_string()])).collect();
            json!({ "metric": labels, "values": values })
        })
        .collect();
    Reply::ok(json!({ "status": "success", "data": { "resultType": "matrix", "result": result } }))
}

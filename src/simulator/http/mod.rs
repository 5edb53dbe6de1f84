//! The simulated cloud over the real protocol. `gate` is what every request passes: token, limits, faults,
//! latency; `route` finds what it asks for; the other files are one resource each, `document` the JSON of all.

mod account;
mod document;
mod droplets;
mod gate;
mod images;
mod load_balancers;
mod monitoring;
mod page;
mod request;
mod route;
mod scope;
mod tags;

use std::io;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::SharedWorld;

/// Serves a world until `shutdown`. Every connection then ends at once.
pub async fn serve(
    world: SharedWorld,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let gate = gate::Gate::new(world, format!("http://{address}"));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Answers are small: waiting for more to send would only delay them.
                    let _ = stream.set_nodelay(true);
                    let gate = gate.clone();
                    let service = service_fn(move |request| {
                        let gate = gate.clone();
                        async move { gate.pass(request).await }
                    });
                    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // An error is a client that went away, or a fault that was asked for.
                    connections.spawn(async move { drop(connection.await) });
                }
                // Out of file descriptors: waiting frees some.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
}

//! What a cluster is, without any I/O: droplets and their roles, the load balancer, the tags that carry
//! unfinished work, metrics with their units, series of samples, and cost.
//!
//! Everything above (policy, cloud, observe, scaling, worker, tui) speaks in these words. Nothing here knows
//! HTTP, a terminal or a clock: time is an argument.

mod backoff;
mod cost;
mod count;
mod droplet;
mod load_balancer;
mod metric;
mod name;
mod observation;
mod series;
mod spec;
mod tag;
mod time;

pub use backoff::{Backoff, Circumstances, FailureClass};
pub use cost::{Cost, Price};
pub use count::{first_and_last, plural};
pub use droplet::{Address, Droplet, DropletId, DropletStatus, Image, Role, Size};
pub use load_balancer::{Health, LoadBalancer, LoadBalancerId, MAX_MEMBERS_BY_ID, Membership};
pub use metric::{Busy, DropletSeries, LoadBalancerSeries, Metric, Projection, Scope, Source, Unit};
pub use name::{PrefixError, check_prefix, clone_number, next_clone_name};
pub use observation::{Member, Observation, UNREAD};
pub use series::{LabelledSeries, Sample, Series};
pub use spec::{CloneSpec, ClusterSpec, Timing};
pub use tag::{Claim, Marker, Nonce, OperationTag, PROTECT_TAG, leaving_tag};
pub use time::{Reading, elapsed, seconds_left, span};

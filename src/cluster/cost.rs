//! What droplets cost. Prices come from the API with each droplet's size; an unknown price stays unknown
//! and makes the sum a lower bound, never a zero.

use serde::Serialize;

/// The price of one droplet size, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Price {
    /// Dollars for an hour.
    pub hourly: f64,
    /// Dollars for a month: the cap of the hourly billing.
    pub monthly: f64,
}

/// The cost of a set of droplets.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Cost {
    /// Dollars for an hour, of those whose price is known.
    pub hourly: f64,
    /// Dollars for a month, of those whose price is known.
    pub monthly: f64,
    /// How many droplets have no known price.
    pub unknown: usize,
}

impl Cost {
    /// The sum over droplets, each with its price if known.
    pub fn of(prices: impl IntoIterator<Item = Option<Price>>) -> Self {
        prices.into_iter().fold(Self::default(), |mut sum, price| {
            match price {
                Some(price) => {
                    sum.hourly += price.hourly;
                    sum.monthly += price.monthly;
                }
                None => sum.unknown += 1,
            }
            sum
        })
    }
}

//! How near is the same. One list, so that the order between the tolerances can be seen: what decides is coarser than what a search
//! leaves open, and what a search leaves open is coarser than rounding. Else the last digits of a search decide, and a trial comes out otherwise
//! after any change of it.
//!
//! [`SETTLED`] < [`ROUNDING`] < [`SEARCH`] < [`STOCK`] < [`DECISION`] < [`NORMAL_PRICE`] - 1 < [`GONE`]. All are relative.

/// Change of an iteration in closed form that is none.
pub(super) const SETTLED: f64 = 1e-14;
/// Difference that rounding explains, where the sides were computed in another order.
pub(crate) const ROUNDING: f64 = 1e-12;
/// Excess or slack of binding limits at which the search for an allocation stops. Where supply is just below orders, flows move by up to some 10⁵ times as
/// much, and Newton steps near the answer are cheap: 10⁻¹⁰ took 4 % fewer evaluations, and moved trials by 5·10⁻⁶ of demand.
pub(super) const SEARCH: f64 = 2e-12;
/// Gap of a stock, as a share of what it may hold, up to which it is full; part of a market's orders below which what causes explain is no
/// shortage (the last hours of a recovery do not replace the causes known before, and their shares would be rounding).
pub(super) const STOCK: f64 = 1e-9;
/// What decides: whether trade is disturbed (and flexibility goes on rising), whether a seller has anything unsold, whether a shortfall is beyond
/// a stockpile's trigger, whether a place is short.
pub(crate) const DECISION: f64 = 1e-8;
/// Price indices up to this count as normal. A shortfall of [`DECISION`] of the orders raises the index by less, at any elasticity beyond -0.01.
pub(super) const NORMAL_PRICE: f64 = 1.0 + 1e-6;
/// Logarithms of price expectations (0.001 %) and extra output (share of capacity) smaller than this count as gone once prices are normal.
pub(super) const GONE: f64 = 1e-5;

const _: () = assert!(SETTLED < ROUNDING && ROUNDING < SEARCH && SEARCH < STOCK && STOCK < DECISION);
const _: () = assert!(DECISION < NORMAL_PRICE - 1.0 && NORMAL_PRICE - 1.0 < GONE);

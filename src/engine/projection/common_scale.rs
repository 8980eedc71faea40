//! The common scale of the limits that bind.
//!
//! Where all buyers are met, scaling all binding sellers' factors together changes nothing; where supply is just below orders it changes next to
//! nothing, until flexibility is used up. Newton steps and sweeps are lost in that direction. But what the binding sellers carry together is a function of
//! one number, rising and (without caps) concave and smooth between the points at which a buyer is met: it is set to what they may carry
//! exactly, in each evaluation, as the buyers' factors are.

use super::Projection;

/// Relative difference of what is carried and what may be at which the scale is found.
const FOUND: f64 = 1e-14;
/// Relative difference up to which no other scale is looked for.
const FITS: f64 = 1e-13;
/// Steps at most. Newton's method passes a kink with each; more than a dozen have not been seen.
const STEPS: usize = 60;

impl Projection {
    /// Scales the binding limits' factors together, none above 1, until they carry what they may, or as near as they come.
    pub(super) fn scale_together(&mut self, orders: &[f64]) {
        if self.spans_sellers {
            return;
        }
        let (mut limit, mut largest) = (0.0, 0.0_f64);
        for (variable, factor) in self.factors.iter().enumerate() {
            if self.takes_part(variable, *factor) {
                limit += self.limits[variable];
                largest = largest.max(*factor);
            }
        }
        if largest <= 0.0 {
            return;
        }
        let scale = self.common_scale(orders, limit, 1.0 / largest);
        if scale == 1.0 {
            return;
        }
        // Quotas come after sellers, and take part by what their sellers' factors were: they go first.
        for variable in (0..self.factors.len()).rev() {
            let factor = self.factors[variable];
            if self.takes_part(variable, factor) {
                self.factors[variable] = (factor * scale).min(1.0);
            }
        }
        let columns = self.columns;
        for (row, line) in self.scaled.chunks_exact_mut(columns).enumerate() {
            let lanes = row * columns..(row + 1) * columns;
            if self.quota_limits.is_empty() {
                // Factors of 1 were not scaled; those that have just reached 1 were.
                let factor = self.factors[row];
                for (scaled, weight) in line.iter_mut().zip(&self.weights[lanes]) {
                    *scaled = weight * factor;
                }
            } else {
                for (scaled, is_scaled) in line.iter_mut().zip(&self.is_scaled[lanes]) {
                    if *is_scaled {
                        *scaled *= scale;
                    }
                }
            }
        }
        self.binding_sums.iter_mut().for_each(|sum| *sum *= scale);
    }

    /// Whether a factor is scaled with the others: it binds, and as a quota it is not scaled through its seller already.
    fn takes_part(&self, variable: usize, factor: f64) -> bool {
        factor > 0.0
            && factor < 1.0
            && (variable < self.rows || self.factors[self.quota_rows[variable - self.rows]] >= 1.0)
    }

    /// The scale, at most `most`, at which the binding limits carry `limit` together: Newton's method from below the root, kept between bounds.
    fn common_scale(&self, orders: &[f64], limit: f64, most: f64) -> f64 {
        let (sum, slope) = self.carried(orders, 1.0);
        if (sum - limit).abs() <= FITS * limit {
            return 1.0;
        }
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut scale = if sum > limit {
            high = 1.0;
            // No more is carried than where all buyers take what flexibility allows.
            (limit / (self.flexibility * self.binding_sums.iter().sum::<f64>())).min(1.0)
        } else {
            low = 1.0;
            1.0 + (limit - sum) / slope
        };
        for _ in 0..STEPS {
            // (also where nothing more can be carried: then the slope is 0)
            if scale.is_nan() || scale >= most {
                return most;
            }
            let (sum, slope) = self.carried(orders, scale);
            if (limit - sum).abs() <= FOUND * limit {
                break;
            }
            if sum < limit {
                low = scale;
            } else {
                high = scale;
            }
            let next = scale + (limit - sum) / slope;
            if next == scale {
                break;
            }
            scale = if next > low && next < high {
                next
            } else if high.is_infinite() {
                most
            } else {
                0.5 * (low + high)
            };
        }
        scale
    }

    /// What the lanes of binding limits carry with their factors times `scale`, and its derivative.
    fn carried(&self, orders: &[f64], scale: f64) -> (f64, f64) {
        let (mut sum, mut slope) = (0.0, 0.0);
        let columns = self.binding_sums.iter().zip(&self.free_sums).zip(orders).enumerate();
        for (column, ((binding, free), order)) in columns {
            if *binding <= 0.0 {
                continue;
            }
            if self.has_caps {
                let carried = self.carried_with_caps(column, order.max(0.0), scale);
                sum += carried.0;
                slope += carried.1;
                continue;
            }
            let moved = scale * binding;
            let all = moved + free;
            if self.flexibility * all <= *order {
                sum += self.flexibility * moved;
                slope += self.flexibility * binding;
            } else {
                let order = order.max(0.0);
                sum += order * (moved / all);
                slope += order * (free / all) * (binding / all);
            }
        }
        (sum, slope)
    }

    /// The same of one column whose lanes may have caps.
    fn carried_with_caps(&self, column: usize, order: f64, scale: f64) -> (f64, f64) {
        let columns = self.columns;
        let is_scaled = |lane: usize| {
            if self.quota_limits.is_empty() {
                self.factors[lane / columns] < 1.0
            } else {
                self.is_scaled[lane]
            }
        };
        // From the factor without caps, which is the least: the sum is concave and piecewise linear in it.
        let mut factor = order / (scale * self.binding_sums[column] + self.free_sums[column]);
        loop {
            let at = factor.min(self.flexibility);
            let (mut total, mut carried, mut moving, mut standing) = (0.0, 0.0, 0.0, 0.0);
            for lane in (column..self.scaled.len()).step_by(columns) {
                let is_scaled = is_scaled(lane);
                let value = if is_scaled {
                    scale * self.scaled[lane]
                } else {
                    self.scaled[lane]
                };
                let (flow, cap) = (at * value, self.caps[lane]);
                total += flow.min(cap);
                if is_scaled {
                    carried += flow.min(cap);
                }
                if flow < cap {
                    *(if is_scaled { &mut moving } else { &mut standing }) += value;
                }
            }
            let next = at + (order - total) / (moving + standing);
            let is_met = at < self.flexibility;
            // (also where no lane is left that could carry more)
            if is_met && total < order * (1.0 - 1e-15) && next > at && next.is_finite() {
                factor = next;
                continue;
            }
            let slope = at * moving / scale;
            let share = if is_met { standing / (moving + standing) } else { 1.0 };
            return (carried, if moving > 0.0 { slope * share } else { 0.0 });
        }
    }
}

//! The common scale of the limits that bind.
//!
//! Where all buyers are met, scaling all binding sellers' factors together changes nothing; where supply is just below orders it changes next to
//! nothing, until flexibility is used up. Newton steps and sweeps are lost in that direction. But what the binding sellers carry together is a function of
//! one number, rising and (without caps) concave and smooth between the points at which a buyer is met: it is set to what they may carry
//! exactly, in each evaluation, as the buyers' factors are.

use super::Projection;
use crate::model::fours::{self, EMPTY, each};

/// Relative difference of what is carried and what may be at which the scale is found.
const FOUND: f64 = 1e-13;
/// Relative change of the scale from which a step of Newton's method, which squares it, has found the scale, so that it is not looked at again.
const NEAR: f64 = 1e-7;
/// Steps at most. Newton's method passes a kink with each; more than a dozen have not been seen.
const STEPS: usize = 60;

impl Projection {
    /// Scales the binding limits' factors together, none above 1, until they carry what they may, or as near as they come.
    pub(super) fn scale_together(&mut self) {
        if self.spans_sellers {
            return;
        }
        let (mut limit, mut largest) = (0.0, 0.0);
        let mut take = |factor: f64, own: f64| {
            limit += if factor > 0.0 { own } else { 0.0 };
            largest = if factor > largest { factor } else { largest };
        };
        let (sellers, quotas) = self.line_factors.split_at(self.rows);
        for (factor, limit) in sellers.iter().zip(&self.limits) {
            take(factor.binding, *limit);
        }
        // A quota is scaled through its seller where that binds.
        for ((factor, &row), limit) in quotas.iter().zip(&self.quota_rows).zip(&self.limits[self.rows..]) {
            if sellers[row].free > 0.0 {
                take(factor.binding, *limit);
            }
        }
        if largest <= 0.0 {
            return;
        }
        let scale = self.common_scale(limit, 1.0 / largest);
        if scale == 1.0 {
            return;
        }
        for line in &mut self.line_factors {
            let scaled = line.binding * scale;
            line.binding = if scaled < 1.0 { scaled } else { 1.0 };
        }
        let (sellers, quotas) = self.line_factors.split_at(self.rows);
        let (factors, quota_factors) = self.factors.split_at_mut(self.rows);
        for (factor, line) in factors.iter_mut().zip(sellers) {
            *factor = line.whole();
        }
        for ((factor, line), &row) in quota_factors.iter_mut().zip(quotas).zip(&self.quota_rows) {
            if sellers[row].free > 0.0 {
                *factor = line.whole();
            }
        }
        for sums in &mut self.binding_sums {
            *sums = sums.map(|sum| sum * scale);
        }
        for capped in &mut self.capped_columns {
            capped.binding *= scale;
            capped.all_binding *= scale;
        }
        for lane in &mut self.capped_lanes {
            lane.value.binding *= scale;
        }
    }

    /// The scale, at most `most`, at which the binding limits carry `limit` together: Newton's method from 1, kept between bounds. What is carried is
    /// concave, so that each step ends below the root.
    fn common_scale(&self, limit: f64, most: f64) -> f64 {
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut scale = 1.0;
        for step in 0..STEPS {
            let (sum, slope) = self.carried(scale);
            let missing = limit - sum;
            if missing.abs() <= FOUND * limit {
                break;
            }
            let mut next = scale + missing / slope;
            if missing > 0.0 {
                low = scale;
            } else {
                high = scale;
                if step == 0 {
                    // No more is carried than where all buyers take what flexibility allows.
                    next = next.max(limit / (self.flexibility * self.binding_sum()));
                }
            }
            if next == scale {
                break;
            }
            let is_near = (next - scale).abs() <= NEAR * scale;
            scale = if next > low && next < high {
                next
            } else if high.is_infinite() {
                // (also where nothing more can be carried: then the slope is 0)
                return most;
            } else {
                0.5 * (low + high)
            };
            if scale >= most {
                return most;
            }
            if is_near {
                break;
            }
        }
        scale
    }

    /// The pattern of all lanes that binding limits scale.
    fn binding_sum(&self) -> f64 {
        let mut sums = EMPTY;
        for binding in &self.binding_sums {
            sums = each(|at| sums[at] + binding[at]);
        }
        let capped = self.capped_columns.iter().map(|capped| capped.all_binding);
        fours::sum(sums) + capped.sum::<f64>()
    }

    /// What the lanes of binding limits carry with their factors times `scale`, and its derivative.
    fn carried(&self, scale: f64) -> (f64, f64) {
        let most = self.flexibility;
        let (mut sum, mut slope) = (EMPTY, EMPTY);
        for ((binding, free), order) in self.binding_sums.iter().zip(&self.free_sums).zip(&self.orders) {
            let inverse = each(|at| 1.0 / (scale * binding[at] + free[at]));
            let met = each(|at| order[at] * inverse[at]);
            let factor = each(|at| if met[at] < most { met[at] } else { most });
            let share = each(|at| if met[at] < most { free[at] * inverse[at] } else { 1.0 });
            sum = each(|at| sum[at] + factor[at] * binding[at]);
            slope = each(|at| slope[at] + factor[at] * binding[at] * share[at]);
        }
        let (mut sum, mut slope) = (scale * fours::sum(sum), fours::sum(slope));
        for capped in &self.capped_columns {
            let met = self.meet(capped, scale);
            sum += met.carried;
            slope += met.slope;
        }
        (sum, slope)
    }
}

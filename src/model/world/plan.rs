//! What would be needed, and what plants are to make: from users up to mines.

use super::{World, resize, row};
use crate::model::{HostRatioModel, Model, SupplyModel};
use crate::scenario::Balance;

impl World {
    /// Final demand by cell.
    pub(super) fn final_demand(&mut self, model: &Model) {
        let step_years = model.step_years();
        let (mut per_period, mut middle) = (Power::default(), Power::default());
        for (index, cell) in model.cells.iter().enumerate() {
            let Some(amount) = &cell.amount else { continue };
            let level = amount.level(&self.inputs) * step_years;
            let growth = 1.0 + cell.growth.of(&self.inputs);
            let per_period = per_period.of(growth, step_years);
            // Growth compounds; a period carries the demand of its middle.
            let mut factor = middle.of(growth, 0.5 * step_years);
            for period in 0..model.reference_periods {
                self.need[[period, index]] = (level * amount.profile(period) * factor).max(0.0);
                factor *= per_period;
            }
        }
    }

    /// Capacity and planned output, from users up to mines, so that undisrupted capacity can follow what is ordered.
    pub(super) fn plan(&mut self, model: &Model) {
        let supplies = model.supplies.len();
        let periods = model.reference_periods;
        let mut start_target = std::mem::take(&mut self.scratch);
        resize(&mut start_target, supplies);
        for &material in model.order.iter().rev() {
            let compiled = &model.materials[material];
            for &index in &compiled.supplies {
                let supply = &model.supplies[index];
                self.raw_capacity(model, index, supply);
                start_target[index] = self.start_output(model, supply);
            }
            let follows = model.balance == Balance::SupplyFollowsDemand;
            let start = self.start_requirement(model, material, &start_target);
            let planned_at_start: f64 = compiled.supplies.iter().map(|&index| start_target[index]).sum();
            for period in 0..periods {
                let required = if follows {
                    self.requirement(model, material, period)
                } else {
                    0.0
                };
                let growth = if follows && start > 0.0 { required / start } else { 1.0 };
                for &index in &compiled.supplies {
                    let at = [period, index];
                    if model.supplies[index].follows_demand {
                        self.capacity[at] *= growth;
                    }
                    self.target[at] = self.capacity[at] * model.supplies[index].utilisation.of(&self.inputs);
                }
                if follows {
                    self.clear_projects(model, material, period, required.max(planned_at_start * growth));
                }
            }
        }
        self.scratch = start_target;
    }

    /// Capacity before growth: size, opening, ramp and closing.
    fn raw_capacity(&mut self, model: &Model, index: usize, supply: &SupplyModel) {
        let step_years = model.step_years();
        if supply.recycling.is_some() {
            for period in 0..model.reference_periods {
                self.capacity[[period, index]] = self.recycled(model, supply, period as f64 + 0.5);
            }
            return;
        }
        let Some(size) = &supply.capacity else { return };
        let level = size.level(&self.inputs) * step_years;
        let opens = supply.opens_months.map(|months| months.of(&self.inputs));
        let closes = supply.closes_months.map(|months| months.of(&self.inputs));
        let ramp = supply.ramp_months.of(&self.inputs);
        for period in 0..model.reference_periods {
            let from = period as f64 * model.step_months;
            let to = (period + 1) as f64 * model.step_months;
            let open = opens.map_or(1.0, |date| mean_ramp(from - date, to - date, ramp));
            let closed = closes.map_or(0.0, |date| mean_ramp(from - date, to - date, 0.0));
            self.capacity[[period, index]] = (level * size.profile(period) * open * (1.0 - closed)).max(0.0);
        }
    }

    /// Planned output at the start date, t per period: what "supply follows demand" scales from.
    fn start_output(&self, model: &Model, supply: &SupplyModel) -> f64 {
        let utilisation = supply.utilisation.of(&self.inputs);
        if supply.recycling.is_some() {
            return self.recycled(model, supply, 0.0) * utilisation;
        }
        let is_open = supply.opens_months.is_none_or(|date| date.of(&self.inputs) < 0.0);
        match &supply.capacity {
            Some(size) if is_open => size.at_start(&self.inputs) * model.step_years() * utilisation,
            _ => 0.0,
        }
    }

    /// Secondary output at a time in periods from the start, t per period.
    fn recycled(&self, model: &Model, supply: &SupplyModel, time_periods: f64) -> f64 {
        let Some(recycling) = &supply.recycling else { return 0.0 };
        let step_years = model.step_years();
        let then_years = time_periods * step_years - recycling.lag_years.of(&self.inputs);
        let then_period = libm::floor(then_years / step_years).max(-1.0);
        let mut demand = 0.0;
        let mut grown = Power::default();
        for &cell in &recycling.cells {
            let cell = &model.cells[cell];
            let Some(amount) = &cell.amount else { continue };
            let level = if then_period < 0.0 {
                amount.at_start(&self.inputs)
            } else {
                amount.at(then_period as usize, &self.inputs)
            };
            demand += level * step_years * grown.of(1.0 + cell.growth.of(&self.inputs), then_years);
        }
        if let Some(market) = recycling.market {
            // Feed orders have no history before the start: the first period's stand for it.
            let period = (then_period.max(0.0) as usize).min(model.reference_periods - 1);
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                demand += per_tonne * self.target[[period, consumer]];
            }
        }
        let period = (time_periods.max(0.0) as usize).min(model.reference_periods - 1);
        (recycling.rate.at(period, &self.inputs) * demand).max(0.0)
    }

    /// What is required of a material in a period: final demand and feed for planned output, a lead time later.
    fn requirement(&self, model: &Model, material: usize, period: usize) -> f64 {
        let compiled = &model.materials[material];
        let then = (period + compiled.lead_periods).min(model.reference_periods - 1);
        let mut total = 0.0;
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            for cell in model.markets[market].cells.clone() {
                if !model.cells[cell].is_feed {
                    total += self.need[[then, cell]];
                }
            }
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                total += per_tonne * self.target[[then, consumer]];
            }
        }
        total
    }

    /// What was required at the start date.
    fn start_requirement(&self, model: &Model, material: usize, start_target: &[f64]) -> f64 {
        let compiled = &model.materials[material];
        let mut total = 0.0;
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            for cell in model.markets[market].cells.clone() {
                if let Some(amount) = &model.cells[cell].amount {
                    total += amount.at_start(&self.inputs) * model.step_years();
                }
            }
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                total += per_tonne * start_target[consumer];
            }
        }
        total
    }

    /// Where projects and recycling bring planned output above both what is required and what was planned at the start (grown with
    /// demand), everyone's plants but recycling run below their utilisation: the rest is idle capacity, not unsold output.
    fn clear_projects(&mut self, model: &Model, material: usize, period: usize, limit: f64) {
        let (mut recycled, mut planned) = (0.0, 0.0);
        for &index in &model.materials[material].supplies {
            let target = self.target[[period, index]];
            if model.supplies[index].recycling.is_some() {
                recycled += target
            } else {
                planned += target
            }
        }
        // Room for rounding: without projects the sum equals the limit.
        if planned + recycled > limit * (1.0 + 1e-12) && planned > 0.0 {
            let factor = ((limit - recycled) / planned).clamp(0.0, 1.0);
            for &index in &model.materials[material].supplies {
                if model.supplies[index].recycling.is_none() {
                    self.target[[period, index]] *= factor;
                }
            }
        }
    }

    /// By-products plan no more than their hosts' planned output allows.
    pub(super) fn limit_by_products(&mut self, model: &Model) {
        for &index in &model.supply_order {
            let supply = &model.supplies[index];
            if supply.hosts.is_empty() {
                continue;
            }
            for period in 0..model.reference_periods {
                let limit = self.host_limit(supply, row(&self.target, period));
                self.target[[period, index]] = self.target[[period, index]].min(limit);
            }
        }
    }

    /// Feed for planned output, by feed cell.
    pub(super) fn feed_needs(&mut self, model: &Model) {
        for market in &model.markets {
            let Some(cell) = market.feed_cell else { continue };
            for period in 0..model.reference_periods {
                let mut total = 0.0;
                for &(consumer, position) in &market.consumers {
                    let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                    total += per_tonne * self.target[[period, consumer]];
                }
                self.need[[period, cell]] = total;
            }
        }
    }

    /// Ratios of by-products to their hosts: as stated, or such that the sizes at the start, whenever supplies open, use the cap as stated.
    pub(super) fn host_ratios(&mut self, model: &Model) {
        let size = |supply: usize| {
            let supply = &model.supplies[supply];
            let size = supply.capacity.as_ref().map_or(0.0, |size| size.at_start(&self.inputs));
            (size * supply.utilisation.of(&self.inputs)).max(0.0)
        };
        let mut ratios = std::mem::take(&mut self.host_ratio);
        ratios.clear();
        for (index, supply) in model.supplies.iter().enumerate() {
            let hosts: f64 = supply.hosts.iter().map(|host| size(host.supply)).sum();
            ratios.extend(supply.hosts.iter().map(|host| match host.ratio {
                HostRatioModel::Stated(ratio) => ratio.of(&self.inputs),
                HostRatioModel::UseOfCap(used) if hosts > 0.0 => size(index) / (used.of(&self.inputs) * hosts),
                // Hosts of nothing host nothing.
                HostRatioModel::UseOfCap(_) => 0.0,
            }));
        }
        self.host_ratio = ratios;
    }

    pub(super) fn start_orders(&mut self, model: &Model) {
        for (index, market) in model.markets.iter().enumerate() {
            let first: f64 = market.cells.clone().map(|cell| self.need[[0, cell]]).sum();
            self.start_orders_per_year[index] = first / model.step_years();
        }
    }
}

/// A power that is asked for again and again: neighbouring cells mostly grow alike.
#[derive(Default)]
struct Power {
    /// Base, exponent, power.
    last: Option<(f64, f64, f64)>,
}

impl Power {
    fn of(&mut self, base: f64, exponent: f64) -> f64 {
        match self.last {
            Some((of, to, power)) if of == base && to == exponent => power,
            _ => {
                let power = libm::pow(base, exponent);
                self.last = Some((base, exponent, power));
                power
            }
        }
    }
}

/// Mean of a ramp from 0 (at time 0) to 1 (after `ramp`) over the interval `from..to`, all in months.
fn mean_ramp(from: f64, to: f64, ramp: f64) -> f64 {
    // Integral of the ramp from minus infinity to `time`.
    let integral = |time: f64| {
        if time <= 0.0 {
            0.0
        } else if time < ramp {
            0.5 * time * time / ramp
        } else {
            time - 0.5 * ramp
        }
    };
    ((integral(to) - integral(from)) / (to - from)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramp_is_averaged_exactly() {
        assert_eq!(mean_ramp(-1.0, 0.0, 4.0), 0.0);
        assert_eq!(mean_ramp(0.0, 4.0, 4.0), 0.5);
        assert_eq!(mean_ramp(4.0, 5.0, 4.0), 1.0);
        assert_eq!(mean_ramp(-0.5, 0.5, 0.0), 0.5);
    }
}

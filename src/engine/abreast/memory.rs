//! What several trials side by side remember of a chain, from period to period and over the horizon.

use super::plan::{ChainPlan, MaterialPlan};
use super::vector::Eight;

/// Severities in the periods at hand by event of the chain.
#[derive(Debug, Clone, Default)]
pub struct Strikes {
    pub severity: Vec<Eight>,
    /// Trials that each event strikes.
    pub bits: Vec<u8>,
}

impl Strikes {
    /// Trials that any of some events strikes.
    #[inline(always)]
    pub fn any_of(&self, events: &[usize]) -> u8 {
        let mut bits = 0;
        for &event in events {
            bits |= self.bits[event];
        }
        bits
    }
}

/// A material in several trials.
#[derive(Debug, Clone, Default)]
pub struct MaterialMemory {
    /// Commercial stock by column, t.
    pub stock: Vec<Eight>,
    /// Whether some processor lacks feed in this period; the part of its needs that it gets then, by column.
    pub is_lacking: bool,
    pub feed: Vec<Eight>,
    /// Shares of the causes in what is missing now, by slot (the structural one apart), and whether (1 or 0) there are any: of all columns
    /// alike, or by column where `differs`.
    pub common: Vec<Eight>,
    pub common_known: Eight,
    pub differs: bool,
    pub share: Vec<Eight>,
    pub known: Vec<Eight>,
    /// By column, then by slot, the structural one last: shortfall so far, t.
    pub blame: Vec<Eight>,
    /// Lowest part of the need that was met, by column.
    pub least_served: Vec<Eight>,
    /// Need above normal and shortfall so far, by column, t.
    pub extra_need: Vec<Eight>,
    pub shortfall: Vec<Eight>,
    /// By supply of the plan: output above normal, and what was lost, so far, t.
    pub extra_output: Vec<Eight>,
    pub lost_output: Vec<Eight>,
}

impl MaterialMemory {
    fn new(plan: &MaterialPlan) -> Self {
        let columns = || vec![Eight::default(); plan.columns];
        let supplies = || vec![Eight::default(); plan.supplies.len()];
        let slots = plan.causes.len();
        MaterialMemory {
            stock: columns(),
            is_lacking: false,
            feed: columns(),
            common: vec![Eight::default(); slots],
            common_known: Eight::default(),
            differs: false,
            share: vec![Eight::default(); plan.columns * slots],
            known: columns(),
            blame: vec![Eight::default(); plan.columns * (slots + 1)],
            least_served: columns(),
            extra_need: columns(),
            shortfall: columns(),
            extra_output: supplies(),
            lost_output: supplies(),
        }
    }

    /// Puts the trial in one place at its start.
    fn start(&mut self, plan: &MaterialPlan, place: usize) {
        for (stock, level) in self.stock.iter_mut().zip(&plan.stock_start) {
            stock.0[place] = *level;
        }
        for values in [
            &mut self.blame,
            &mut self.extra_need,
            &mut self.shortfall,
            &mut self.extra_output,
            &mut self.lost_output,
        ] {
            values.iter_mut().for_each(|value| value.0[place] = 0.0);
        }
        self.least_served.iter_mut().for_each(|served| served.0[place] = 1.0);
    }
}

/// Everything that several trials side by side remember of a chain.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub strikes: Strikes,
    /// In order of [`ChainPlan::materials`].
    pub materials: Vec<MaterialMemory>,
    pub scratch: Scratch,
}

/// Memory of a period's steps.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// By supply in [`ChainPlan::struck`]: whether it is struck, loss of capacity, planned output.
    pub is_struck: Vec<bool>,
    pub loss: Vec<Eight>,
    pub planned: Vec<Eight>,
    /// By row: supply, then what is left for trade; what of it goes to own users; factor; lost output with a cause.
    pub supply: Vec<Eight>,
    pub kept: Vec<Eight>,
    pub sellers: Vec<Eight>,
    pub lost: Vec<Eight>,
    pub has_lost: Vec<bool>,
    /// Lost output by slot, as [`MaterialPlan::row_slots`].
    pub lost_parts: Vec<Eight>,
    /// By column: need, what deliveries miss of it, what stocks leave of that.
    pub need: Vec<Eight>,
    pub missing: Vec<Eight>,
    pub shortfall: Vec<Eight>,
    /// By column: order less what comes from home, factor, what arrives, what comes from home, refills wanted, room for them.
    pub order: Vec<Eight>,
    pub buyers: Vec<Eight>,
    pub arrival: Vec<Eight>,
    pub home: Vec<Eight>,
    pub wanted: Vec<Eight>,
    pub take: Vec<Eight>,
    /// Columns that want refills.
    pub wanting: Vec<usize>,
    /// By slot: what sellers miss of normal and what they sell, by cause.
    pub missed: Vec<Eight>,
    pub sold: Vec<Eight>,
    /// By column and slot: missing deliveries; by column: those for want of a seller.
    pub columns: Vec<Eight>,
    pub outbid: Vec<Eight>,
    /// By banned row: whether any lane is restricted, and (1) in which trials; by row and column: openness, sum of severities, flow.
    pub is_banned: Vec<bool>,
    pub banned: Vec<Eight>,
    pub openness: Vec<Eight>,
    pub severity: Vec<Eight>,
    pub flow: Vec<Eight>,
    /// By column: growth of demand.
    pub surge: Vec<Eight>,
}

impl Memory {
    /// Memory for a chain.
    pub fn new(plan: &ChainPlan) -> Self {
        let of = &plan.materials;
        let most = |size: fn(&MaterialPlan) -> usize| vec![Eight::default(); of.iter().map(size).max().unwrap_or(0)];
        let columns = || most(|plan| plan.columns);
        let rows = || most(|plan| plan.rows);
        let banned = || most(|plan| plan.banned.len() * plan.columns);
        let struck = || vec![Eight::default(); plan.struck.len()];
        Memory {
            strikes: Strikes {
                severity: vec![Eight::default(); plan.events.len()],
                bits: vec![0; plan.events.len()],
            },
            materials: of.iter().map(MaterialMemory::new).collect(),
            scratch: Scratch {
                is_struck: vec![false; plan.struck.len()],
                loss: struck(),
                planned: struck(),
                supply: rows(),
                kept: rows(),
                sellers: rows(),
                lost: rows(),
                has_lost: vec![false; of.iter().map(|plan| plan.rows).max().unwrap_or(0)],
                lost_parts: most(|plan| plan.row_slots.len()),
                need: columns(),
                missing: columns(),
                shortfall: columns(),
                order: columns(),
                buyers: columns(),
                arrival: columns(),
                home: columns(),
                wanted: columns(),
                take: columns(),
                wanting: Vec::with_capacity(of.iter().map(|plan| plan.columns).max().unwrap_or(0)),
                missed: most(|plan| plan.causes.len()),
                sold: most(|plan| plan.causes.len()),
                columns: most(|plan| plan.columns * plan.causes.len()),
                outbid: columns(),
                is_banned: vec![false; of.iter().map(|plan| plan.banned.len()).max().unwrap_or(0)],
                banned: most(|plan| plan.banned.len()),
                openness: banned(),
                severity: banned(),
                flow: banned(),
                surge: columns(),
            },
        }
    }

    /// Puts the trial in one place at its start.
    pub fn start(&mut self, plan: &ChainPlan, place: usize) {
        for (memory, plan) in self.materials.iter_mut().zip(&plan.materials) {
            memory.start(plan, place);
        }
    }
}

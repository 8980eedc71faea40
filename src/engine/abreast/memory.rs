//! What several trials side by side remember of a chain, from period to period and over the horizon.

use super::plan::{ChainPlan, MaterialPlan};
use super::vector::{ABREAST, Eight};

/// Severities in the periods at hand by event of the chain.
#[derive(Debug, Clone, Default)]
pub struct Strikes {
    pub severity: Vec<Eight>,
    /// Trials that each event strikes.
    pub bits: Vec<u8>,
}

impl Strikes {
    /// Takes over the severities by event of each place.
    #[inline(always)]
    pub fn take(&mut self, severities: &[&[f64]; ABREAST]) {
        for (event, (taken, bits)) in self.severity.iter_mut().zip(&mut self.bits).enumerate() {
            let mut now = Eight::default();
            *bits = 0;
            for (place, severities) in severities.iter().enumerate() {
                now.0[place] = severities[event];
                *bits |= u8::from(severities[event] > 0.0) << place;
            }
            *taken = now;
        }
    }

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
    pub columns: Vec<ColumnMemory>,
    /// Whether some processor lacks feed in this period.
    pub is_lacking: bool,
    /// Shares of the causes in what is missing now, by slot (the structural one apart), and whether (1 or 0) there are any: of all columns
    /// alike, or by column where `differs`. Only those of causes at work are valid.
    pub common: Vec<Eight>,
    pub common_known: Eight,
    pub differs: bool,
    pub share: Vec<Eight>,
    /// By column, then by slot, the structural one last: shortfall so far, t.
    pub blame: Vec<Eight>,
    /// By supply of the plan: output lost so far, t.
    pub lost_output: Vec<Eight>,
}

/// A buyer in several trials.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColumnMemory {
    /// Commercial stock, t.
    pub stock: Eight,
    /// Part of the needs that is met, where the material is lacking.
    pub served: Eight,
    /// Whether (1 or 0) the causes' shares are known.
    pub known: Eight,
    /// Lowest part of the need that was met.
    pub least_served: Eight,
    /// Need above normal and shortfall so far, t.
    pub extra_need: Eight,
    pub shortfall: Eight,
}

impl MaterialMemory {
    fn new(plan: &MaterialPlan) -> Self {
        let (columns, slots) = (plan.columns.len(), plan.causes.len());
        let of = |count: usize| vec![Eight::default(); count];
        MaterialMemory {
            columns: vec![ColumnMemory::default(); columns],
            is_lacking: false,
            common: of(slots),
            common_known: Eight::default(),
            differs: false,
            share: of(columns * slots),
            blame: of(columns * (slots + 1)),
            lost_output: of(plan.supplies.len()),
        }
    }

    /// Puts the trial in one place at its start.
    fn start(&mut self, plan: &MaterialPlan, place: usize) {
        for (column, plan) in self.columns.iter_mut().zip(&plan.columns) {
            column.stock.0[place] = plan.stock_start;
            column.least_served.0[place] = 1.0;
            column.extra_need.0[place] = 0.0;
            column.shortfall.0[place] = 0.0;
        }
        for values in [&mut self.blame, &mut self.lost_output] {
            values.iter_mut().for_each(|value| value.0[place] = 0.0);
        }
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
    /// Supplies of [`ChainPlan::struck`].
    pub struck: Vec<Struck>,
    pub rows: Vec<Row>,
    /// Lost output by slot, as [`MaterialPlan::row_slots`].
    pub lost_parts: Vec<Eight>,
    pub columns: Vec<Column>,
    /// Columns that want refills.
    pub wanting: Vec<usize>,
    /// By slot: what sellers miss of normal and what they sell, by cause.
    pub missed: Vec<Eight>,
    pub sold: Vec<Eight>,
    /// Missing deliveries by column and slot.
    pub missing: Vec<Eight>,
    /// Sellers of [`MaterialPlan::banned`], and their lanes by row and column.
    pub banned: Vec<Banned>,
    pub lanes: Vec<Lane>,
}

/// A supply that events can strike.
#[derive(Debug, Clone, Copy, Default)]
pub struct Struck {
    /// Whether they do.
    pub now: bool,
    /// Loss of capacity.
    pub loss: Eight,
    /// Planned output, t.
    pub planned: Eight,
}

/// A seller, t.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    /// What it has for trade, and what own users get, where they come first.
    pub supply: Eight,
    pub kept: Eight,
    /// Its factor.
    pub factor: Eight,
    /// Lost output with a cause, valid where there is any.
    pub lost: Eight,
    pub has_lost: bool,
}

/// A buyer, t.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column {
    /// What users need; valid where needs differ from normal.
    pub need: Eight,
    /// What deliveries miss of it, and what stocks leave of that.
    pub missing: Eight,
    pub shortfall: Eight,
    /// What is ordered from others, what comes from home, what arrives in all; the buyer's factor.
    pub order: Eight,
    pub home: Eight,
    pub arrival: Eight,
    pub factor: Eight,
    /// Refills wanted, and what can be taken of one seller.
    pub wanted: Eight,
    pub take: Eight,
    /// What is missing for want of a seller.
    pub outbid: Eight,
    /// Growth of demand.
    pub surge: Eight,
}

/// A seller whose lanes events can restrict.
#[derive(Debug, Clone, Copy, Default)]
pub struct Banned {
    /// Whether they do in any trial, and (1) in which.
    pub now: bool,
    pub which: Eight,
}

/// A lane that events can restrict.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lane {
    /// What it still carries, as a share of normal.
    pub open: Eight,
    /// Sum of the severities that strike it.
    pub severity: Eight,
    /// What it carries, t.
    pub flow: Eight,
}

impl Memory {
    /// Memory for a chain.
    pub fn new(plan: &ChainPlan) -> Self {
        let of = &plan.materials;
        let most = |size: fn(&MaterialPlan) -> usize| of.iter().map(size).max().unwrap_or(0);
        let eights = |size: fn(&MaterialPlan) -> usize| vec![Eight::default(); most(size)];
        let columns = most(|plan| plan.columns.len());
        Memory {
            strikes: Strikes {
                severity: vec![Eight::default(); plan.events.len()],
                bits: vec![0; plan.events.len()],
            },
            materials: of.iter().map(MaterialMemory::new).collect(),
            scratch: Scratch {
                struck: vec![Struck::default(); plan.struck.len()],
                rows: vec![Row::default(); most(|plan| plan.rows.len())],
                lost_parts: eights(|plan| plan.row_slots.len()),
                columns: vec![Column::default(); columns],
                wanting: Vec::with_capacity(columns),
                missed: eights(|plan| plan.causes.len()),
                sold: eights(|plan| plan.causes.len()),
                missing: eights(|plan| plan.columns.len() * plan.causes.len()),
                banned: vec![Banned::default(); most(|plan| plan.banned.len())],
                lanes: vec![Lane::default(); most(|plan| plan.banned.len() * plan.columns.len())],
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

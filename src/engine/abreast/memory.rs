//! What several trials side by side remember, from period to period and over the horizon.

use super::plan::{MaterialPlan, Plan};
use super::vector::{ABREAST, Eight};
use crate::engine::severity::Severities;

/// Severities of all events by period, and which trials they strike.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// By period, then by event.
    values: Vec<Eight>,
    bits: Vec<u8>,
    /// Over all events, by period.
    any: Vec<u8>,
    events: usize,
    touched: Vec<(usize, usize, usize)>,
}

impl Effects {
    fn new(plan: &Plan) -> Self {
        let entries = plan.periods * plan.events;
        Effects {
            values: vec![Eight::default(); entries],
            bits: vec![0; entries],
            any: vec![0; plan.periods],
            events: plan.events,
            touched: Vec::new(),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        for (event, from, to) in self.touched.drain(..) {
            for period in from..to {
                let entry = period * self.events + event;
                (self.values[entry], self.bits[entry]) = (Eight::default(), 0);
            }
        }
        self.any.fill(0);
    }

    /// Takes over those of the trial at one place.
    pub fn take(&mut self, severities: &Severities, place: usize) {
        let bit = 1 << place;
        for &(event, from, to) in severities.touched() {
            for period in from..to {
                let severity = severities.of(event, period);
                if severity > 0.0 {
                    let entry = period * self.events + event;
                    self.values[entry].0[place] = severity;
                    self.bits[entry] |= bit;
                    self.any[period] |= bit;
                }
            }
            self.touched.push((event, from, to));
        }
    }

    /// Those of a period.
    pub fn of(&self, period: usize) -> Strikes<'_> {
        let entries = period * self.events..(period + 1) * self.events;
        Strikes {
            severity: &self.values[entries.clone()],
            bits: &self.bits[entries],
        }
    }

    /// Trials that any event strikes in a period.
    pub fn any(&self, period: usize) -> u8 {
        self.any[period]
    }
}

/// Severities of one period by event.
#[derive(Debug, Clone, Copy)]
pub struct Strikes<'a> {
    pub severity: &'a [Eight],
    /// Trials that each event strikes.
    pub bits: &'a [u8],
}

impl Strikes<'_> {
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
    pub told: Told,
}

/// What is told of a material: by period, then by column, t; valid in the periods that are listed.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub is_listed: Vec<bool>,
    /// Whether needs differ from normal.
    pub differs: Vec<bool>,
    pub periods: Vec<usize>,
    pub need: Vec<Eight>,
    pub missing: Vec<Eight>,
    pub shortfall: Vec<Eight>,
}

impl MaterialMemory {
    fn new(plan: &MaterialPlan, periods: usize) -> Self {
        let columns = || vec![Eight::default(); plan.columns];
        let over_time = || vec![Eight::default(); periods * plan.columns];
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
            told: Told {
                is_listed: vec![false; periods],
                differs: vec![false; periods],
                periods: Vec::with_capacity(periods),
                need: over_time(),
                missing: over_time(),
                shortfall: over_time(),
            },
        }
    }

    fn start(&mut self, plan: &MaterialPlan) {
        for (stock, level) in self.stock.iter_mut().zip(&plan.stock_start) {
            *stock = Eight::splat(*level);
        }
        for values in [
            &mut self.blame,
            &mut self.extra_need,
            &mut self.shortfall,
        ] {
            values.fill(Eight::default());
        }
        self.least_served.fill(Eight::splat(1.0));
        self.is_lacking = false;
        self.told.is_listed.fill(false);
        self.told.differs.fill(false);
        self.told.periods.clear();
    }
}

/// Everything that several trials side by side remember.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub effects: Effects,
    pub of: Horizon,
    pub scratch: Scratch,
}

/// What is remembered over the horizon.
#[derive(Debug, Clone, Default)]
pub struct Horizon {
    /// In order of [`Plan::materials`].
    pub materials: Vec<MaterialMemory>,
    /// By supply of the model: output above normal, and what was lost, so far, t.
    pub extra_output: Vec<Eight>,
    pub lost_output: Vec<Eight>,
    /// 1 in trials that need more than is done here.
    pub given_up: Eight,
}

/// Memory of a period's steps.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// By supply in [`Plan::struck`]: whether it is struck, loss of capacity, planned output.
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
    /// By column: need, order less what comes from home, factor, what arrives, what comes from home, refills wanted, room for them.
    pub need: Vec<Eight>,
    pub order: Vec<Eight>,
    pub buyers: Vec<Eight>,
    pub arrival: Vec<Eight>,
    pub home: Vec<Eight>,
    pub wanted: Vec<Eight>,
    pub take: Vec<Eight>,
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
    /// Memory for a plan.
    pub fn new(plan: &Plan, supplies: usize) -> Self {
        let of = &plan.materials;
        let most = |size: fn(&MaterialPlan) -> usize| vec![Eight::default(); of.iter().map(size).max().unwrap_or(0)];
        let columns = || most(|plan| plan.columns);
        let rows = || most(|plan| plan.rows);
        let banned = || most(|plan| plan.banned.len() * plan.columns);
        let struck = || vec![Eight::default(); plan.struck.len()];
        Memory {
            effects: Effects::new(plan),
            of: Horizon {
                materials: of.iter().map(|own| MaterialMemory::new(own, plan.periods)).collect(),
                extra_output: vec![Eight::default(); supplies],
                lost_output: vec![Eight::default(); supplies],
                given_up: Eight::default(),
            },
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
                order: columns(),
                buyers: columns(),
                arrival: columns(),
                home: columns(),
                wanted: columns(),
                take: columns(),
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

    /// Puts everything at the start of a trial.
    pub fn start(&mut self, plan: &Plan) {
        for (memory, plan) in self.of.materials.iter_mut().zip(&plan.materials) {
            memory.start(plan);
        }
        self.of.extra_output.fill(Eight::default());
        self.of.lost_output.fill(Eight::default());
        self.of.given_up = Eight::default();
    }
}

/// Trials from `first` on, as bits.
pub fn bits_of(count: usize) -> u8 {
    ((1u32 << count.min(ABREAST)) - 1) as u8
}

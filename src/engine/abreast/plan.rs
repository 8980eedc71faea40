//! What is the same in all trials, laid out for the simulation of several trials at once.

use std::ops::Range;

use crate::scenario::Overlap;

/// Most causes that may reach a material: each costs every market something, whether it strikes or not.
pub const MOST_CAUSES: usize = 24;

/// A model for the simulation of several trials at once.
#[derive(Debug, Clone)]
pub struct Plan {
    pub chains: Vec<ChainPlan>,
    /// By event of the model: (chain, number there) in all that it strikes.
    pub places_of_event: Vec<Vec<(usize, usize)>>,
    /// Simulated periods.
    pub periods: usize,
}

/// Materials that are connected, however far, by being made from one another. What happens in one chain is nothing to another.
#[derive(Debug, Clone)]
pub struct ChainPlan {
    /// From upstream to downstream.
    pub materials: Vec<MaterialPlan>,
    /// Supplies that events can strike, over all its materials.
    pub struck: Vec<StruckSupply>,
    /// How overlapping effects combine.
    pub overlap: Overlap,
    /// Events of the model that strike it. Elsewhere in the plan, events are positions in this list.
    pub events: Vec<usize>,
    /// Which undisrupted period each period is, of those that differ.
    pub normal_of: Vec<usize>,
    pub normals: usize,
}

/// A supply that events can strike.
#[derive(Debug, Clone)]
pub struct StruckSupply {
    /// Position of its material in the chain, and its own there.
    pub material: usize,
    pub position: usize,
    /// Events, and the slot of each.
    pub hits: Vec<(usize, usize)>,
}

/// A material.
#[derive(Debug, Clone)]
pub struct MaterialPlan {
    /// Its number in the model.
    pub material: usize,
    pub rows: Vec<RowPlan>,
    pub columns: Vec<ColumnPlan>,
    pub first_market: usize,
    pub first_cell: usize,
    /// Undisrupted periods that differ.
    pub normals: Vec<Normal>,
    /// Supplies that can differ from normal.
    pub supplies: Vec<SupplyPlan>,
    /// Whether own users come first.
    pub domestic_first: bool,
    /// Whether any market has processors, and whether needs can differ from normal.
    pub has_feed: bool,
    pub can_differ: bool,
    /// Positions in the chain of the materials that it is made from.
    pub inputs: Vec<usize>,
    /// (column, event, slot).
    pub surges: Vec<(usize, usize, usize)>,
    /// Sellers whose lanes events can restrict.
    pub banned: Vec<BannedRow>,
    /// Events that strike it, or those who order it.
    pub events: Vec<usize>,
    /// The part of these that moves orders.
    pub ordering_events: Vec<usize>,
    /// Causes that can reach it; the slot after them is structural. And the event of each.
    pub causes: Vec<usize>,
    pub slot_events: Vec<usize>,
    /// Slots that rows' losses can have; see [`RowPlan::parts`].
    pub row_slots: Vec<usize>,
    /// Supplies that are always as normal, and commercial inventories with their markets, by number in the model.
    pub fixed_supplies: Vec<usize>,
    pub inventories: Vec<(usize, usize)>,
}

/// A seller.
#[derive(Debug, Clone, Default)]
pub struct RowPlan {
    /// Where the slots lie that its losses can have, in [`MaterialPlan::row_slots`].
    pub parts: Range<usize>,
    /// In [`MaterialPlan::banned`], if events can restrict its lanes.
    pub ban: Option<usize>,
    /// Column of its own users, if they come first.
    pub own_column: Option<usize>,
    /// Whether its supply can differ from normal, or its lanes be restricted.
    pub moves: bool,
}

/// A buyer.
#[derive(Debug, Clone, Default)]
pub struct ColumnPlan {
    /// Row of its own seller, if own users come first.
    pub own_row: Option<usize>,
    /// What processors order for.
    pub feed: Option<FeedPlan>,
    /// Level at the start and the most that the commercial stock may hold, t.
    pub stock_start: f64,
    pub stock_most: f64,
}

/// A supply that can differ from normal.
#[derive(Debug, Clone)]
pub struct SupplyPlan {
    /// Its number in the model.
    pub supply: usize,
    pub row: usize,
    /// In [`ChainPlan::struck`].
    pub struck: Option<usize>,
    pub feed: Option<InputPlan>,
    /// Where the slots of its hits lie among those of its row.
    pub hits: Vec<(usize, usize)>,
}

/// What a supply is made from.
#[derive(Debug, Clone)]
pub struct InputPlan {
    /// Position of the material, and the market's column.
    pub material: usize,
    pub column: usize,
    /// The material's slots: the event of each, and where its cause lies among the slots of the supply's row.
    pub slots: Vec<(usize, usize)>,
}

/// Orders of the processors in a market: by supply, struck or not, and t of feed per t.
#[derive(Debug, Clone)]
pub struct FeedPlan {
    /// (In [`ChainPlan::struck`], t of feed per t).
    pub struck: Vec<(usize, f64)>,
    /// What those order that events cannot strike, by distinct normal period, t.
    pub others_t: Vec<f64>,
}

/// A seller whose lanes events can restrict.
#[derive(Debug, Clone)]
pub struct BannedRow {
    pub row: usize,
    /// (Event, slot, columns).
    pub bans: Vec<(usize, usize, Vec<usize>)>,
}

/// An undisrupted period of a material; t in the period.
#[derive(Debug, Clone)]
pub struct Normal {
    pub rows: Vec<NormalRow>,
    pub columns: Vec<NormalColumn>,
    /// Of [`MaterialPlan::supplies`].
    pub supplies: Vec<NormalSupply>,
    /// What rows sell whose supply is always the same.
    pub fixed_sales: f64,
    /// All trade but that with own users, and one over it (0 where it is 0).
    pub total: f64,
    pub per_total: f64,
    /// What users need, by column.
    pub need: Vec<f64>,
}

/// An undisrupted seller.
#[derive(Debug, Clone, Copy)]
pub struct NormalRow {
    /// Supply from those who are always as normal.
    pub fixed: f64,
    /// Sales to others, and one over them (0 where they are 0).
    pub sales: f64,
    pub per_sales: f64,
}

/// An undisrupted buyer.
#[derive(Debug, Clone, Copy)]
pub struct NormalColumn {
    /// What users need, and one over it (0 where it is 0).
    pub need: f64,
    pub per_need: f64,
    /// What goes to own users.
    pub own: f64,
    /// Purchases from others, and their share of all trade.
    pub purchases: f64,
    pub share: f64,
}

/// An undisrupted supply.
#[derive(Debug, Clone, Copy)]
pub struct NormalSupply {
    pub output: f64,
    pub target: f64,
    pub capacity: f64,
}

//! Which rows the results have: every (material, place, sector) that a shortfall is reported for, and the demand cells it sums.

pub use crate::data::WORLD;
use crate::model::layout::Layout;

/// Place code of all places in focus together.
pub const FOCUS: &str = "focus";
/// Sector of the sum of final demand.
pub const ALL_SECTORS: &str = "all";
/// Sector of processors' orders.
pub const FEED: &str = "feed";

/// One row: the sum of some demand cells of one material.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Index of the material.
    pub material: usize,
    /// Country code, group id, [`FOCUS`] or [`WORLD`].
    pub place: String,
    /// Sector, [`ALL_SECTORS`] or [`FEED`].
    pub sector: String,
    /// Cells in it, ascending, each once.
    pub cells: Vec<usize>,
    /// Reference demand over the horizon, t: the scale of its sums. Never 0.
    pub reference_demand_t: f64,
    /// The one market all cells are in; `None` when there are several.
    pub market: Option<usize>,
    /// Whether the scenario states value added for any cell.
    pub has_value_added: bool,
    /// Whether this is the sum of final demand: then it has a fan over time.
    pub has_fan: bool,
    /// Whether the place is one in focus, `focus` or `WLD`, and the sector `all`: its shortfall is attributed to causes.
    pub attributed: bool,
    /// Whether it is a focus material at a place in focus (or `focus`), sector `all`: it gets samples.
    pub sampled: bool,
}

impl Row {
    /// Whether this is the sum of final demand.
    pub fn is_all(&self) -> bool {
        self.has_fan
    }
}

/// Every row, and which one the headline is.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Rows by material in file order: countries (each with its sectors after it), groups, `focus`, `WLD`, then feed.
    pub rows: Vec<Row>,
    /// Position of the headline: the first focus material with final demand, at `focus` (or the only place in focus). `None` only in a model
    /// without any demand.
    pub headline: Option<usize>,
}

/// Lays out the rows of a model.
pub fn plan_rows(layout: &Layout) -> Rows {
    let mut rows = Vec::new();
    for material in 0..layout.materials.len() {
        final_demand_rows(layout, material, &mut rows);
        feed_rows(layout, material, &mut rows);
    }
    let headline = headline(layout, &rows);
    Rows { rows, headline }
}

fn final_demand_rows(layout: &Layout, material: usize, rows: &mut Vec<Row>) {
    let cells = cells_where(layout, |cell| cell.material == material && !cell.is_feed);
    if cells.is_empty() {
        return;
    }
    let in_countries = |members: &[usize]| -> Vec<usize> {
        cells
            .iter()
            .copied()
            .filter(|cell| members.contains(&layout.cells[*cell].country))
            .collect()
    };
    let mut add = |place: &str, sector: &str, cells: Vec<usize>, attributed: bool, in_focus: bool| {
        if !cells.is_empty() {
            let sampled = in_focus && layout.focus_materials.contains(&material);
            rows.push(new_row(layout, material, place, sector, cells, attributed, sampled));
        }
    };
    for (country, (code, _)) in layout.countries.iter().enumerate() {
        let own = in_countries(&[country]);
        let in_focus = layout.focus_places.contains(&Ok(country));
        let sectors = sectors_of(layout, &own);
        add(code, ALL_SECTORS, own.clone(), in_focus, in_focus);
        if sectors.len() > 1 {
            for sector in sectors {
                let part = own
                    .iter()
                    .copied()
                    .filter(|cell| layout.cells[*cell].sector == sector)
                    .collect();
                add(code, &sector, part, false, false);
            }
        }
    }
    for (group, (id, _, members)) in layout.groups.iter().enumerate() {
        let in_focus = layout.focus_places.contains(&Err(group));
        add(id, ALL_SECTORS, in_countries(members), in_focus, in_focus);
    }
    if layout.focus_places.len() > 1 {
        add(FOCUS, ALL_SECTORS, in_countries(&focus_countries(layout)), true, true);
    }
    add(WORLD, ALL_SECTORS, cells.clone(), true, false);
}

fn feed_rows(layout: &Layout, material: usize, rows: &mut Vec<Row>) {
    let cells = cells_where(layout, |cell| cell.material == material && cell.is_feed);
    for (country, (code, _)) in layout.countries.iter().enumerate() {
        let own: Vec<usize> = cells
            .iter()
            .copied()
            .filter(|cell| layout.cells[*cell].country == country)
            .collect();
        if !own.is_empty() {
            rows.push(new_row(layout, material, code, FEED, own, false, false));
        }
    }
    if !cells.is_empty() {
        rows.push(new_row(layout, material, WORLD, FEED, cells, false, false));
    }
}

fn cells_where(layout: &Layout, keep: impl Fn(&crate::model::layout::Cell) -> bool) -> Vec<usize> {
    layout
        .cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| keep(cell))
        .map(|(number, _)| number)
        .collect()
}

/// Countries of all places in focus, each once.
fn focus_countries(layout: &Layout) -> Vec<usize> {
    let mut countries: Vec<usize> = layout
        .focus_places
        .iter()
        .flat_map(|place| match place {
            Ok(country) => vec![*country],
            Err(group) => layout
                .groups
                .get(*group)
                .map_or_else(Vec::new, |(_, _, members)| members.clone()),
        })
        .collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}

/// Sectors of some cells, in order of appearance.
fn sectors_of(layout: &Layout, cells: &[usize]) -> Vec<String> {
    let mut sectors: Vec<String> = Vec::new();
    for cell in cells {
        let sector = &layout.cells[*cell].sector;
        if !sectors.contains(sector) {
            sectors.push(sector.clone());
        }
    }
    sectors
}

fn new_row(
    layout: &Layout,
    material: usize,
    place: &str,
    sector: &str,
    cells: Vec<usize>,
    attributed: bool,
    sampled: bool,
) -> Row {
    let reference: f64 = cells.iter().map(|cell| layout.reference_demand_t[*cell]).sum();
    let first_market = cells.first().map(|cell| layout.cells[*cell].market);
    Row {
        material,
        place: place.to_owned(),
        sector: sector.to_owned(),
        reference_demand_t: if reference > 0.0 && reference.is_finite() {
            reference
        } else {
            1.0
        },
        market: first_market.filter(|market| cells.iter().all(|cell| layout.cells[*cell].market == *market)),
        has_value_added: cells.iter().any(|cell| layout.cells[*cell].has_value_added),
        has_fan: sector == ALL_SECTORS,
        attributed,
        sampled,
        cells,
    }
}

fn headline(layout: &Layout, rows: &[Row]) -> Option<usize> {
    let place = match layout.focus_places.as_slice() {
        [] => WORLD,
        [Ok(country)] => layout.countries.get(*country).map_or(WORLD, |(code, _)| code.as_str()),
        [Err(group)] => layout.groups.get(*group).map_or(WORLD, |(id, ..)| id.as_str()),
        _ => FOCUS,
    };
    let find = |material: usize, place: &str| {
        rows.iter()
            .position(|row| row.material == material && row.place == place && row.is_all())
    };
    let mut candidates = layout.focus_materials.iter().copied().chain(0..layout.materials.len());
    candidates
        .find_map(|material| find(material, place))
        .or_else(|| {
            layout
                .focus_materials
                .iter()
                .find_map(|material| find(*material, WORLD))
        })
        .or_else(|| rows.iter().position(|row| row.is_all() && row.place == WORLD))
}

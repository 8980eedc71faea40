//! Observed trade of a material as lanes between those who supply and order it in the scenario.
//!
//! Origins that supply nothing here belong to those who stand for them. Where `--set`, a policy or an extending file changes the supply under which
//! the trade was observed, the lanes follow: purchases shrink with what a seller still exports, and what buyers then miss they buy from those who
//! export more.

use crate::data::EUROPEAN_UNION;
use crate::data::OTHERS;
use std::collections::BTreeMap;

use super::balance::{Shape, gravity};
use super::patterns::{Observed, pattern, shape};
use super::ras::{Balancing, ras};
use super::{Model, ModelWarning, World};
use crate::scenario::{Code, Scenario, Trade, TradeFlows};

/// Relative difference below which two supplies are the same.
const SAME: f64 = 1e-12;
/// Bounds of the factors that balancing finds: without an exact solution they drift apart for ever.
const FACTORS: (f64, f64) = (1e-60, 1e60);
/// From this many percentage points on it is said that a share of observed imports moves. Mixing by `openness` stays well below.
const WORTH_SAYING: f64 = 10.0;
/// Sellers named in a message at most.
const NAMED: usize = 6;

/// The undisrupted supply under which trade was observed: by material and country, t per period by reference period.
pub(super) struct SupplyAsWritten(BTreeMap<String, BTreeMap<String, Vec<f64>>>);

impl SupplyAsWritten {
    /// Of the scenario with the supply as written.
    pub fn of(scenario: &Scenario, model: &Model) -> Self {
        let of_material = |material: usize| {
            let rows = &model.materials[material].rows;
            let country = |(row, &country): (usize, &usize)| {
                let periods = 0..model.reference_periods;
                let supply = periods.map(|period| model.reference.supply(model, material, period)[row]);
                (scenario.countries[country].code.clone(), supply.collect())
            };
            rows.iter().enumerate().map(country).collect()
        };
        let materials = scenario.materials.iter().enumerate();
        Self(
            materials
                .map(|(material, named)| (named.id.clone(), of_material(material)))
                .collect(),
        )
    }
}

/// Builds the lanes of observed trade from `[[trade]]`. Returns whether any material has some.
pub(super) fn observe(
    scenario: &Scenario,
    written: Option<&SupplyAsWritten>,
    model: &mut Model,
    reference: &World,
) -> bool {
    let mut any = false;
    for material in 0..model.materials.len() {
        if scenario.trades.iter().any(|trade| trade.material == material) {
            let market = Market::of(scenario, written, model, reference, material);
            let seed = market.seed(scenario);
            let followed = market.follow(seed, scenario.materials[material].openness);
            model.materials[material].observed = Some(followed);
            any = true;
        }
    }
    any
}

/// Who sells and who buys a material, with the supply under which its trade was observed.
struct Market<'a> {
    model: &'a Model,
    reference: &'a World,
    material: usize,
    /// Sellers: those of the model first, then those that supply as it was written and no longer do.
    sellers: Vec<String>,
    /// Buyers.
    buyers: Vec<String>,
    /// Column of each seller's own country.
    domestic: Vec<Option<usize>>,
    /// Supply under which trade was observed, t per period by reference period and seller; its total is that of the supply at hand.
    observed_under: Vec<Vec<f64>>,
    /// The supply at hand of the same sellers.
    supply: Vec<Vec<f64>>,
}

impl<'a> Market<'a> {
    fn of(
        scenario: &Scenario,
        written: Option<&SupplyAsWritten>,
        model: &'a Model,
        reference: &'a World,
        material: usize,
    ) -> Self {
        let compiled = &model.materials[material];
        let code = |country: &usize| scenario.countries[*country].code.clone();
        let mut sellers: Vec<String> = compiled.rows.iter().map(code).collect();
        let buyers: Vec<String> = compiled.columns.iter().map(code).collect();
        let written = written.and_then(|written| written.0.get(&scenario.materials[material].id));
        let gone = written.into_iter().flatten().map(|(code, _)| code);
        let gone: Vec<String> = gone.filter(|code| !sellers.contains(code)).cloned().collect();
        sellers.extend(gone);
        let domestic = sellers
            .iter()
            .map(|seller| buyers.iter().position(|buyer| buyer == seller))
            .collect();
        let periods = 0..model.reference_periods;
        let supply: Vec<Vec<f64>> = periods
            .map(|period| {
                let mut supply = reference.supply(model, material, period).to_vec();
                supply.resize(sellers.len(), 0.0);
                supply
            })
            .collect();
        let observed_under = match written {
            None => supply.clone(),
            Some(written) => supply
                .iter()
                .enumerate()
                .map(|(period, supply)| at_the_same_total(&sellers, written, period, supply))
                .collect(),
        };
        Market {
            model,
            reference,
            material,
            sellers,
            buyers,
            domestic,
            observed_under,
            supply,
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape {
            rows: self.sellers.len(),
            columns: self.buyers.len(),
            domestic: &self.domestic,
        }
    }

    fn domestic_first(&self) -> bool {
        self.model.materials[self.material].domestic_first
    }

    fn orders(&self, period: usize) -> &'a [f64] {
        self.reference.orders(self.model, self.material, period)
    }

    fn gravity(&self, supply: &[f64], orders: &[f64]) -> Vec<f64> {
        let mut flows = vec![0.0; self.sellers.len() * self.buyers.len()];
        let first = self.domestic_first();
        gravity(self.shape(), supply, orders, first, &mut Vec::new(), &mut flows);
        flows
    }

    /// The lanes as observed, t per period at the start; those of importers without observations by the gravity rule.
    fn seed(&self, scenario: &Scenario) -> Vec<f64> {
        let supply = &self.observed_under[0];
        let orders = self.orders(0);
        let columns = self.buyers.len();
        let mut seed = self.gravity(supply, orders);
        let step_years = self.model.step_years();
        for trade in scenario.trades.iter().filter(|trade| trade.material == self.material) {
            let importer = &scenario.countries[trade.to].code;
            let Some(column) = self.buyers.iter().position(|buyer| buyer == importer) else {
                continue;
            };
            let Placed {
                flows,
                lists_itself,
                in_tonnes,
                ..
            } = place(scenario, trade, &self.sellers, supply);
            let own_row = self.domestic.iter().position(|own| *own == Some(column));
            let total: f64 = flows.iter().sum();
            let home = match own_row {
                Some(row) if !lists_itself => {
                    let left = if in_tonnes {
                        (orders[column] - total * step_years).max(0.0)
                    } else {
                        orders[column]
                    };
                    if self.domestic_first() || in_tonnes {
                        supply[row].min(left)
                    } else {
                        left * supply[row] / supply.iter().sum::<f64>().max(f64::MIN_POSITIVE)
                    }
                }
                _ => 0.0,
            };
            // A plant at home that opens or grows later serves home first too: its lane is as wide as home ever allows.
            let home_lane = match own_row {
                Some(row) if self.domestic_first() && !lists_itself => {
                    let ever = self.observed_under.iter().enumerate();
                    ever.map(|(period, supply)| supply[row].min(self.orders(period)[column]))
                        .fold(home, f64::max)
                }
                _ => home,
            };
            for (row, amount) in flows.iter().enumerate() {
                let lane = &mut seed[row * columns + column];
                *lane = if Some(row) == own_row { home_lane } else { 0.0 };
                if *amount > 0.0 {
                    *lane += if in_tonnes {
                        amount * step_years
                    } else {
                        (orders[column] - home) * amount / total
                    };
                }
            }
        }
        seed
    }

    /// Observed lanes that follow the supply at hand, period by period.
    fn follow(&self, seed: Vec<f64>, openness: f64) -> Observed {
        let compiled = &self.model.materials[self.material];
        let lanes = compiled.rows.len() * self.buyers.len();
        let orders = self.orders(0).iter().sum();
        let is_same = |period: usize| {
            let pairs = self.supply[period].iter().zip(&self.observed_under[period]);
            let total: f64 = self.supply[period].iter().sum();
            pairs.clone().all(|(one, other)| (one - other).abs() <= SAME * total)
        };
        let mut observed = Observed {
            lanes: vec![seed[..lanes].to_vec()],
            table_of_period: Vec::new(),
            orders,
            openness,
        };
        if (0..self.supply.len()).all(is_same) {
            return observed;
        }
        let mut balancing = Balancing::default();
        for period in 0..self.supply.len() {
            let is_as_before = period > 0
                && self.supply[period] == self.supply[period - 1]
                && self.observed_under[period] == self.observed_under[period - 1]
                && self.orders(period) == self.orders(period - 1);
            let table = if is_same(period) {
                0
            } else if is_as_before {
                observed.table_of_period[period - 1]
            } else {
                let mut moved = self.moved(&seed, openness, orders, period, &mut balancing);
                moved.truncate(lanes);
                observed.lanes.push(moved);
                observed.lanes.len() - 1
            };
            observed.table_of_period.push(table);
        }
        observed
    }

    /// The lanes of a period after what sellers export has changed from what it was when trade was observed.
    fn moved(
        &self,
        seed: &[f64],
        openness: f64,
        orders_at_start: f64,
        period: usize,
        balancing: &mut Balancing,
    ) -> Vec<f64> {
        let (rows, columns) = (self.sellers.len(), self.buyers.len());
        let orders = self.orders(period);
        let growth = if orders_at_start > 0.0 {
            orders.iter().sum::<f64>() / orders_at_start
        } else {
            1.0
        };
        // F: the pattern of the supply under which trade was observed. Of it, what observed lanes account for.
        let before = self.gravity(&self.observed_under[period], orders);
        let (row_sums, column_sums) = sums(&before, columns);
        let mut flows: Vec<f64> = seed
            .iter()
            .zip(&before)
            .map(|(lane, gravity)| (1.0 - openness) * growth * lane + openness * gravity)
            .collect();
        ras(&row_sums, &column_sums, balancing, &mut flows);
        // What everyone sells and buys now.
        let (sold, bought) = sums(&self.gravity(&self.supply[period], orders), columns);
        let home = |row: usize| self.domestic[row].filter(|_| self.domestic_first());
        // With own users first a country's own lane changes with what it keeps by that rule.
        let mut home_factor = vec![0.0; rows];
        let mut home_now = vec![0.0; rows];
        let mut exported = vec![0.0; rows];
        let mut exported_now = sold;
        let mut imported_now = bought;
        for row in 0..rows {
            let line = &flows[row * columns..(row + 1) * columns];
            exported[row] = line.iter().sum();
            let Some(column) = home(row) else { continue };
            let keeps = |supply: &[f64]| supply[row].min(orders[column]);
            let (kept, keeps_now) = (keeps(&self.observed_under[period]), keeps(&self.supply[period]));
            exported[row] -= line[column];
            let most = exported_now[row].min(imported_now[column]);
            (home_factor[row], home_now[row]) = if kept > 0.0 && line[column] > 0.0 {
                let now = (line[column] * keeps_now / kept).min(most);
                (now / line[column], now)
            } else {
                (0.0, keeps_now.min(most))
            };
            exported_now[row] -= home_now[row];
            imported_now[column] -= home_now[row];
        }
        // Purchases shrink with the seller's exports; what sellers have beyond that and what buyers then miss meets by the gravity rule.
        let kept: Vec<f64> = exported
            .iter()
            .zip(&exported_now)
            .map(|(before, now)| if *before > 0.0 { (now / before).min(1.0) } else { 1.0 })
            .collect();
        let mut missing = imported_now;
        for row in 0..rows {
            for column in (0..columns).filter(|column| home(row) != Some(*column)) {
                missing[column] -= kept[row] * flows[row * columns + column];
            }
        }
        let small = SAME * orders.iter().sum::<f64>();
        let above = |value: f64| if value > small { value } else { 0.0 };
        missing.iter_mut().for_each(|value| *value = above(*value));
        let left: Vec<f64> = (0..rows)
            .map(|row| above(exported_now[row] - kept[row] * exported[row]))
            .collect();
        let larger = missing.iter().sum::<f64>().max(left.iter().sum());
        let mut moved = vec![0.0; seed.len()];
        for row in 0..rows {
            for (column, missing) in missing.iter().enumerate() {
                let lane = row * columns + column;
                let factor = balancing.factor(row, column).clamp(FACTORS.0, FACTORS.1);
                let of_observed = factor * growth * seed[lane];
                let now = if home(row) == Some(column) {
                    if home_factor[row] > 0.0 {
                        home_factor[row] * of_observed
                    } else {
                        home_now[row]
                    }
                } else if larger > 0.0 {
                    kept[row] * of_observed + left[row] * missing / larger
                } else {
                    kept[row] * of_observed
                };
                // At the scale at which the seed is mixed and balanced.
                moved[lane] = now / (factor * growth.max(f64::MIN_POSITIVE));
            }
        }
        moved
    }
}

/// Supply as written of these sellers in a period, all by one factor so that its total is that of the supply at hand.
fn at_the_same_total(
    sellers: &[String],
    written: &BTreeMap<String, Vec<f64>>,
    period: usize,
    supply: &[f64],
) -> Vec<f64> {
    let of = |seller: &String| {
        let by_period = written.get(seller)?;
        by_period.get(period).or(by_period.last()).copied()
    };
    let stated: Vec<f64> = sellers.iter().map(|seller| of(seller).unwrap_or(0.0)).collect();
    let total: f64 = stated.iter().sum();
    if total <= 0.0 {
        return supply.to_vec();
    }
    let scale = supply.iter().sum::<f64>() / total;
    stated.iter().map(|stated| stated * scale).collect()
}

/// Sums of rows and of columns.
fn sums(flows: &[f64], columns: usize) -> (Vec<f64>, Vec<f64>) {
    let mut of_columns = vec![0.0; columns];
    let mut of_rows = Vec::new();
    for line in flows.chunks_exact(columns.max(1)) {
        of_rows.push(line.iter().sum());
        for (sum, flow) in of_columns.iter_mut().zip(line) {
            *sum += flow;
        }
    }
    (of_rows, of_columns)
}

/// Observed flows into one importer, by seller of the scenario.
struct Placed {
    /// By seller, in the unit of the observation.
    flows: Vec<f64>,
    /// Flows that no seller can stand for: origin and amount.
    absent: Vec<(String, f64)>,
    /// Whether the importer is one of its own origins, and supplies the material.
    lists_itself: bool,
    /// t/yr; else shares.
    in_tonnes: bool,
}

/// Finds the seller of each observed flow. An origin that supplies nothing at the start belongs to EU27 if it is a member and EU27 supplies, to
/// the members that supply if it is EU27, else to all others together (OTH) if they supply. What comes from a member of the importing region itself
/// is no import.
fn place(scenario: &Scenario, trade: &Trade, sellers: &[String], supply: &[f64]) -> Placed {
    let (list, in_tonnes) = match &trade.flows {
        TradeFlows::Tonnes(list) => (list, true),
        TradeFlows::Shares(list) => (list, false),
    };
    let importer = &scenario.countries[trade.to].code;
    let supplies = |code: &str| {
        let row = sellers.iter().position(|seller| seller == code)?;
        (supply[row] > 0.0).then_some(row)
    };
    let is_member = |code: &str| {
        scenario
            .countries
            .iter()
            .any(|country| country.code == code && country.is_in_eu27)
    };
    let mut placed = Placed {
        flows: vec![0.0; sellers.len()],
        absent: Vec::new(),
        lists_itself: false,
        in_tonnes,
    };
    for &(origin, amount) in list.iter().filter(|(_, amount)| *amount > 0.0) {
        let code = scenario.countries[origin].code.as_str();
        if let Some(row) = supplies(code) {
            placed.lists_itself |= origin == trade.to;
            placed.flows[row] += amount;
            continue;
        }
        if code == EUROPEAN_UNION {
            let members: Vec<usize> = (0..sellers.len())
                .filter(|&row| is_member(&sellers[row]) && supply[row] > 0.0 && sellers[row] != *importer)
                .collect();
            let total: f64 = members.iter().map(|&row| supply[row]).sum();
            if total > 0.0 {
                members
                    .iter()
                    .for_each(|&row| placed.flows[row] += amount * supply[row] / total);
                continue;
            }
        }
        let region = is_member(code)
            .then(|| supplies(EUROPEAN_UNION))
            .flatten()
            .or_else(|| supplies(OTHERS));
        match region {
            Some(row) if sellers[row] != *importer => placed.flows[row] += amount,
            // Trade among those whom the importer stands for.
            Some(_) => {}
            None => placed.absent.push((code.to_owned(), amount)),
        }
    }
    placed
}

/// Says where observed shares cannot be kept, and what they become at the start: of each importer some of whose origins nobody in the scenario
/// stands for, and of each material whose sellers' output or own users do not allow the shares.
pub(super) fn say_what_moves(scenario: &Scenario, model: &mut Model) {
    let mut warnings = Vec::new();
    let mut contradicted: BTreeMap<usize, (Vec<String>, f64)> = BTreeMap::new();
    for trade in &scenario.trades {
        let Some(moves) = Moves::of(scenario, model, trade) else {
            continue;
        };
        let importer = &scenario.countries[trade.to].code;
        if moves.absent.is_empty() {
            // Where the trade of this material follows a changed supply, shares move by that.
            let observed = model.materials[trade.material].observed.as_ref();
            let as_observed = observed.is_none_or(Observed::is_as_observed_at_the_start);
            let large = moves.shown(WORTH_SAYING);
            if as_observed && !large.is_empty() {
                let (all, extent) = contradicted.entry(trade.material).or_default();
                all.push(format!("to {importer} {large}"));
                *extent = extent.max(moves.largest() / 100.0);
            }
            continue;
        }
        let material = &scenario.materials[trade.material].id;
        let share: f64 = moves.absent.iter().map(|(_, share)| share).sum();
        let mut named: Vec<String> = moves
            .absent
            .iter()
            .take(NAMED)
            .map(|(code, share)| format!("{code} {share:.1} %"))
            .collect();
        if moves.absent.len() > NAMED {
            named.push(format!("{} more", moves.absent.len() - NAMED));
        }
        let message = format!(
            "observed trade of {material} to {importer}: {share:.1} % comes from origins that supply none in the scenario ({}), and no supply of {OTHERS} stands for them; it moves to the others: {}",
            named.join(", "),
            moves.shown(0.0),
        );
        warnings.push(ModelWarning {
            code: Code::OriginsAbsent,
            address: format!("trade.{material}.{importer}"),
            message,
            extent: share / 100.0,
        });
    }
    warnings.extend(contradicted.into_iter().map(|(material, (importers, extent))| {
        let material = &scenario.materials[material].id;
        ModelWarning {
            code: Code::TradeMoves,
            address: format!("material.{material}"),
            message: format!(
                "observed trade of {material} contradicts what the sellers have to sell; balanced to that, shares move by {WORTH_SAYING} percentage points or more: {}",
                importers.join("; "),
            ),
            extent,
        }
    }));
    model.warnings.append(&mut warnings);
}

/// What becomes of one importer's observed shares at the start, % of its imports.
struct Moves {
    /// Origins that no seller stands for, largest first.
    absent: Vec<(String, f64)>,
    /// By seller, largest change first: observed, balanced.
    sellers: Vec<(String, f64, f64)>,
}

impl Moves {
    fn of(scenario: &Scenario, model: &Model, trade: &Trade) -> Option<Self> {
        let compiled = &model.materials[trade.material];
        let column = compiled.columns.binary_search(&trade.to).ok()?;
        let code = |country: &usize| scenario.countries[*country].code.clone();
        let codes: Vec<String> = compiled.rows.iter().map(code).collect();
        let supply = model.reference.supply(model, trade.material, 0);
        let placed = place(scenario, trade, &codes, supply);
        let absent = placed.absent.iter().map(|(_, amount)| amount);
        let stated: f64 = placed.flows.iter().chain(absent).sum();
        let mut flows = Vec::new();
        let memory = &mut Default::default();
        pattern(model, &model.reference, trade.material, 0, memory, &mut flows);
        let own_row = compiled.own_row[column].filter(|_| !placed.lists_itself);
        let columns = shape(compiled).columns;
        let bought: Vec<f64> = (0..codes.len())
            .map(|row| match Some(row) == own_row {
                true => 0.0,
                false => flows[row * columns + column],
            })
            .collect();
        let imports: f64 = bought.iter().sum();
        if stated <= 0.0 || imports <= 0.0 {
            return None;
        }
        let mut absent: Vec<(String, f64)> = placed
            .absent
            .iter()
            .map(|(code, amount)| (code.clone(), 100.0 * amount / stated))
            .collect();
        absent.sort_by(|one, other| other.1.total_cmp(&one.1));
        let mut sellers: Vec<(String, f64, f64)> = codes
            .into_iter()
            .zip(placed.flows.iter().zip(&bought))
            .map(|(code, (observed, bought))| (code, 100.0 * observed / stated, 100.0 * bought / imports))
            .collect();
        let change = |(_, observed, balanced): &(String, f64, f64)| (balanced - observed).abs();
        sellers.sort_by(|one, other| change(other).total_cmp(&change(one)));
        Some(Moves { absent, sellers })
    }

    /// The largest change, percentage points.
    fn largest(&self) -> f64 {
        self.sellers
            .first()
            .map_or(0.0, |(_, observed, balanced)| (balanced - observed).abs())
    }

    /// The largest changes of at least so many percentage points.
    fn shown(&self, least: f64) -> String {
        let shown: Vec<String> = self
            .sellers
            .iter()
            .filter(|(_, observed, balanced)| (balanced - observed).abs() >= least.max(0.5))
            .take(NAMED)
            .map(|(code, observed, balanced)| format!("{code} {observed:.0} % -> {balanced:.0} %"))
            .collect();
        shown.join(", ")
    }
}

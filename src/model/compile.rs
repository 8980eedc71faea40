//! From the checked scenario to dense arrays.

use std::collections::BTreeMap;

use thiserror::Error;

use super::links::{complete_links, links};
use super::observed::{SupplyAsWritten, observe, say_what_moves};
use super::patterns::balance_observed;
use super::shaping::shaping_inputs;
use super::{
    CalendarYears, CellModel, FirmSupplyModel, HostModel, HostRatioModel, InputDriver, InputKind, InventoryModel,
    LevelModel, MarketModel, MaterialModel, Model, RecyclingModel, Series, ShareNormalisation, StockpileModel,
    SupplyModel, Value, World,
};
use crate::sampling::{Design, Dimensions, Dirichlet, Sampler, StreamKey};
use crate::scenario::{
    Demand, Flexibility, HostRatio, Number, Quantity, SamplingDesign, Scenario, Share, Size, StockLevel,
};

/// Why a checked scenario cannot be compiled.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A random element has no workable numbers (for example a Dirichlet vector or a correlation matrix).
    #[error("{what}: {why}")]
    Sampling {
        /// The element's address.
        what: String,
        /// The reason.
        why: String,
    },
    /// The model would need more memory than is sensible.
    #[error(
        "the model is too large: it would need some {gigabytes:.1} GB of memory, and at most {limit:.0} GB are supported; most of it for {largest}. Use fewer countries, materials, events or periods"
    )]
    TooLarge {
        /// Estimated need of one thread, GB.
        gigabytes: f64,
        /// The limit, GB.
        limit: f64,
        /// The largest part, in words.
        largest: String,
    },
    /// A quantity of the undisrupted reference is larger than can be computed with.
    #[error(
        "{what} reaches {value:.1e} t a period, and at most {limit:.0e} can be computed with. Look for a growth rate, a recipe or a path that is too large"
    )]
    OutOfReach {
        /// The quantity, in words.
        what: String,
        /// Its value.
        value: f64,
        /// The limit.
        limit: f64,
    },
}

/// Collects the uncertain inputs while numbers are compiled.
pub(super) struct Inputs<'a> {
    scenario: &'a Scenario,
    seed: u64,
    drivers: Vec<InputDriver>,
    slots: usize,
    by_name: BTreeMap<String, usize>,
    step_months: f64,
    periods: usize,
}

impl Inputs<'_> {
    /// A number; uncertain ones get a slot, shared by name.
    pub(super) fn number(&mut self, number: &Number) -> Value {
        match number {
            Number::Fixed(value) => Value::Fixed(*value),
            Number::Uncertain { distribution, driver } => {
                if let Some(&slot) = self.by_name.get(driver) {
                    return Value::Input(slot);
                }
                let slot = self.slots;
                self.slots += 1;
                self.by_name.insert(driver.clone(), slot);
                self.drivers.push(InputDriver {
                    name: driver.clone(),
                    key: StreamKey::new(self.seed, driver),
                    kind: InputKind::Scalar(Sampler::new(distribution)),
                    slot,
                    means: vec![distribution.mean()],
                });
                Value::Input(slot)
            }
        }
    }

    /// A quantity over time.
    pub(super) fn quantity(&mut self, quantity: &Quantity) -> Series {
        match quantity {
            Quantity::Constant(number) => Series::constant(self.number(number)),
            Quantity::Path { points, factor } => {
                let factors = factor.iter().map(|factor| self.number(factor)).collect();
                Series::path(points, factors, self.step_months, self.periods)
            }
        }
    }

    fn share_vector(&mut self, vector: usize) -> Result<usize, ModelError> {
        let compiled = &self.scenario.share_vectors[vector];
        if let Some(&slot) = self.by_name.get(&compiled.driver) {
            return Ok(slot);
        }
        let dirichlet = Dirichlet::new(&compiled.alphas).map_err(|error| ModelError::Sampling {
            what: compiled.driver.clone(),
            why: error.to_string(),
        })?;
        let slot = self.slots;
        let total: f64 = compiled.alphas.iter().sum();
        self.slots += compiled.alphas.len();
        self.by_name.insert(compiled.driver.clone(), slot);
        self.drivers.push(InputDriver {
            name: compiled.driver.clone(),
            key: StreamKey::new(self.seed, &compiled.driver),
            kind: InputKind::Dirichlet(dirichlet, compiled.alphas.len()),
            slot,
            means: compiled.alphas.iter().map(|alpha| alpha / total).collect(),
        });
        Ok(slot)
    }
}

/// Compiles a checked scenario.
///
/// # Errors
/// [`ModelError`] when a random element has no workable numbers or the model is too large.
pub fn compile(scenario: &Scenario) -> Result<Model, ModelError> {
    let step_months = scenario.time.step.months();
    let periods = scenario.time.periods;
    let lead = longest_lead(scenario);
    let reference_periods = periods + lead;
    let mut inputs = Inputs {
        scenario,
        seed: scenario.run.seed,
        drivers: Vec::new(),
        slots: 0,
        by_name: BTreeMap::new(),
        step_months,
        periods: reference_periods,
    };
    let mut model = Model {
        seed: scenario.run.seed,
        design: Design::Random,
        step_months,
        periods,
        years: CalendarYears::new(&scenario.time),
        reference_periods,
        balance: scenario.run.balance,
        overlap: scenario.run.overlap,
        run_refills: scenario.run.refill,
        materials: Vec::new(),
        order: scenario.material_order.clone(),
        links: Vec::new(),
        supplies: Vec::new(),
        supply_order: Vec::new(),
        markets: Vec::new(),
        exporter_rows: 0,
        cells: Vec::new(),
        inventories: Vec::new(),
        stockpiles: Vec::new(),
        firm_supplies: Vec::new(),
        events: Vec::new(),
        event_order: Vec::new(),
        frailties: Vec::new(),
        copulas: Vec::new(),
        causes: Vec::new(),
        inputs: Vec::new(),
        input_slots: 0,
        normalisations: Vec::new(),
        reference: World::default(),
        shaping_inputs: Vec::new(),
        warnings: Vec::new(),
    };
    compile_materials(scenario, &mut model, &mut inputs);
    super::limits::compile_capacities(scenario, &mut model, &mut inputs);
    let lanes: usize = model
        .materials
        .iter()
        .map(|material| material.rows.len() * material.columns.len())
        .sum();
    // Again when all is counted: what follows already allocates by period.
    super::size::check_memory(&model, lanes)?;
    compile_cells(scenario, &mut model, &mut inputs);
    compile_supplies(scenario, &mut model, &mut inputs)?;
    compile_stocks(scenario, &mut model, &mut inputs);
    model.shaping_inputs = shaping_inputs(&model);
    model.links = links(&model);
    super::compile_events::compile_events(scenario, &mut model, &mut inputs)?;
    model.inputs = inputs.drivers;
    model.input_slots = inputs.slots;
    model.design = match scenario.run.sampling {
        SamplingDesign::Random => Design::Random,
        SamplingDesign::Antithetic => Design::Antithetic,
        SamplingDesign::LatinHypercube => Design::LatinHypercube,
        SamplingDesign::Sobol => Design::Sobol(Dimensions::new(&model.first_draws())),
    };
    super::size::check_memory(&model, lanes)?;
    let means = model.mean_inputs();
    let mut reference = World::default();
    if model.world_is_uncertain() {
        reference.compute(&model, &model.largest_inputs());
        super::size::check_reach(scenario, &model, &reference)?;
    }
    reference.compute(&model, &means);
    super::size::check_reach(scenario, &model, &reference)?;
    let written = match &scenario.supply_as_written {
        Some(written) => Some(SupplyAsWritten::of(written, &compile(written)?)),
        None => None,
    };
    if observe(scenario, written.as_ref(), &mut model, &reference) {
        reference.compute(&model, &means);
    }
    reference.is_reference = true;
    complete_links(&mut model);
    reference.patterns = (0..model.materials.len())
        .map(|material| balance_observed(&model, &reference, material))
        .collect();
    model.reference = reference;
    say_what_moves(scenario, &mut model);
    Ok(model)
}

/// Largest sum of lead times along a chain, in periods: how far orders look ahead.
fn longest_lead(scenario: &Scenario) -> usize {
    let mut ahead = vec![0; scenario.materials.len()];
    for &material in &scenario.material_order {
        let before = scenario
            .supplies
            .iter()
            .filter(|supply| supply.material == material)
            .flat_map(|supply| supply.inputs.iter().map(|input| ahead[input.material]))
            .max()
            .unwrap_or(0);
        ahead[material] = before + scenario.materials[material].lead_time_periods;
    }
    ahead.into_iter().max().unwrap_or(0)
}

fn compile_materials(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) {
    let countries = scenario.countries.len();
    for (index, material) in scenario.materials.iter().enumerate() {
        let mut supplies_here = vec![false; countries];
        let mut buys_here = vec![false; countries];
        for supply in &scenario.supplies {
            if supply.material == index {
                supplies_here[supply.country] = true;
            }
            if supply.inputs.iter().any(|input| input.material == index) {
                buys_here[supply.country] = true;
            }
        }
        for demand in scenario.demands.iter().filter(|demand| demand.material == index) {
            buys_here[demand.country] = true;
        }
        for inventory in scenario
            .inventories
            .iter()
            .filter(|inventory| inventory.material == index)
        {
            buys_here[inventory.country] = true;
        }
        for stockpile in scenario
            .stockpiles
            .iter()
            .filter(|stockpile| stockpile.material == index)
        {
            for &owner in &stockpile.owners {
                // A stockpile alone makes a market only if its owner would otherwise have none to refill it.
                if stockpile.owners.len() == 1 {
                    buys_here[owner] = true;
                }
            }
        }
        let rows: Vec<usize> = (0..countries).filter(|&country| supplies_here[country]).collect();
        let columns: Vec<usize> = (0..countries).filter(|&country| buys_here[country]).collect();
        let domestic = rows
            .iter()
            .map(|country| columns.iter().position(|other| other == country))
            .collect();
        let own_row = columns
            .iter()
            .map(|country| rows.iter().position(|other| other == country))
            .collect();
        let elasticity_band = match &material.demand_elasticity {
            Number::Fixed(value) => (*value, *value),
            Number::Uncertain { distribution, .. } => (distribution.quantile(0.95), distribution.quantile(0.05)),
        };
        let price_adjustment = if material.price_lag_months > 0.0 {
            -libm::expm1(-model.step_months / material.price_lag_months)
        } else {
            1.0
        };
        let first_market = model.markets.len();
        model.markets.extend(columns.iter().map(|&country| MarketModel {
            material: index,
            country,
            cells: 0..0,
            feed_cell: None,
            consumers: Vec::new(),
            inventory: None,
        }));
        let first_row = model.exporter_rows;
        model.exporter_rows += rows.len();
        model.materials.push(MaterialModel {
            rows,
            columns,
            domestic,
            own_row,
            first_market,
            first_row,
            supplies: Vec::new(),
            observed: None,
            domestic_first: material.domestic_first,
            flexibility: match &material.flexibility {
                Flexibility::Limit(limit) => Some(inputs.number(limit)),
                Flexibility::Coordinated => None,
            },
            rerouting_months: inputs.number(&material.rerouting_months),
            demand_elasticity: inputs.number(&material.demand_elasticity),
            demand_elasticity_band: elasticity_band,
            price_cap: material.price_cap,
            price_adjustment,
            lead_periods: material.lead_time_periods,
            capacities: Vec::new(),
        });
    }
}

impl Model {
    /// The market of a material in a country.
    pub fn market(&self, material: usize, country: usize) -> Option<usize> {
        let compiled = &self.materials[material];
        compiled
            .columns
            .binary_search(&country)
            .ok()
            .map(|column| compiled.first_market + column)
    }
}

fn compile_cells(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) {
    for market in 0..model.markets.len() {
        let (material, country) = (model.markets[market].material, model.markets[market].country);
        let first = model.cells.len();
        let mut cells: Vec<CellModel> = scenario
            .demands
            .iter()
            .filter(|demand| demand.material == material && demand.country == country)
            .map(|demand| demand_cell(scenario, inputs, market, demand))
            .collect();
        let has_consumers = scenario
            .supplies
            .iter()
            .any(|supply| supply.country == country && supply.inputs.iter().any(|input| input.material == material));
        if has_consumers {
            cells.push(CellModel {
                market,
                sector: "feed".to_owned(),
                is_feed: true,
                priority: scenario.materials[material].feed_priority,
                amount: None,
                growth: Value::Fixed(0.0),
                value_added: None,
                substitutability: Value::Fixed(0.0),
                substitutions: Vec::new(),
            });
        }
        cells.sort_by_key(|cell| cell.priority);
        model.cells.append(&mut cells);
        let range = first..model.cells.len();
        model.markets[market].feed_cell = range.clone().find(|&cell| model.cells[cell].is_feed);
        model.markets[market].cells = range;
    }
}

fn demand_cell(scenario: &Scenario, inputs: &mut Inputs<'_>, market: usize, demand: &Demand) -> CellModel {
    let substitutions = scenario
        .substitutions
        .iter()
        .filter(|substitution| {
            substitution.material == demand.material
                && substitution.countries.contains(&demand.country)
                && substitution
                    .sectors
                    .as_ref()
                    .is_none_or(|sectors| sectors.contains(&demand.sector))
        })
        .map(|substitution| {
            (
                inputs.number(&substitution.maximum),
                inputs.number(&substitution.per_year),
            )
        })
        .collect();
    CellModel {
        market,
        sector: demand.sector.clone(),
        is_feed: false,
        priority: demand.priority,
        amount: Some(inputs.quantity(&demand.amount)),
        growth: inputs.number(&demand.growth),
        value_added: demand.value_added.as_ref().map(|value| inputs.number(value)),
        substitutability: inputs.number(&demand.substitutability),
        substitutions,
    }
}

fn compile_supplies(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) -> Result<(), ModelError> {
    for (index, supply) in scenario.supplies.iter().enumerate() {
        let utilisation = inputs.number(&supply.utilisation);
        let mut recycling = None;
        let capacity = match &supply.size {
            Size::Capacity(quantity) => Some(inputs.quantity(quantity)),
            Size::Share { output, share } => {
                let mut series = inputs.quantity(output);
                series.factors.push(match share {
                    Share::Own(number) => inputs.number(number),
                    Share::Dirichlet { vector, component } => Value::Input(inputs.share_vector(*vector)? + component),
                });
                Some(series)
            }
            Size::Recycled(entry) => {
                let entry = &scenario.recyclings[*entry];
                let market = model.market(entry.of, entry.country);
                recycling = Some(RecyclingModel {
                    rate: inputs.quantity(&entry.rate),
                    lag_years: inputs.number(&entry.lag_years),
                    cells: market
                        .map(|market| {
                            model.markets[market]
                                .cells
                                .clone()
                                .filter(|&cell| !model.cells[cell].is_feed)
                                .collect()
                        })
                        .unwrap_or_default(),
                    market: market.filter(|&market| model.markets[market].feed_cell.is_some()),
                });
                None
            }
        };
        let material = &model.materials[supply.material];
        let row = material
            .rows
            .iter()
            .position(|&country| country == supply.country)
            .unwrap_or_default();
        let compiled_inputs = supply
            .inputs
            .iter()
            .filter_map(|input| {
                let market = model.market(input.material, supply.country)?;
                Some((market, inputs.number(&input.per_tonne)))
            })
            .collect::<Vec<_>>();
        for (position, &(market, _)) in compiled_inputs.iter().enumerate() {
            model.markets[market].consumers.push((index, position));
        }
        model.materials[supply.material].supplies.push(index);
        let is_share = matches!(supply.size, Size::Share { .. });
        model.supplies.push(SupplyModel {
            material: supply.material,
            country: supply.country,
            row,
            capacity,
            utilisation,
            inputs: compiled_inputs,
            hosts: Vec::new(),
            first_host: 0,
            elasticity: inputs.number(&supply.supply_elasticity),
            ramp_per_month: if scenario.run.price_response {
                inputs.number(&supply.ramp_per_month)
            } else {
                Value::Fixed(0.0)
            },
            opens_months: supply.opens_months.as_ref().map(|months| inputs.number(months)),
            ramp_months: inputs.number(&supply.ramp_months),
            closes_months: supply.closes_months.as_ref().map(|months| inputs.number(months)),
            follows_demand: supply.follows_demand && recycling.is_none(),
            recycling,
        });
        if is_share {
            // Baseline output is the share of world output: capacity is that over the utilisation.
            let inverse = match &supply.utilisation {
                Number::Fixed(value) => Value::Fixed(1.0 / value),
                // An uncertain utilisation moves output around the share that its mean gives.
                number @ Number::Uncertain { .. } => Value::Fixed(1.0 / number.mean()),
            };
            if let Some(series) = &mut model.supplies[index].capacity {
                series.factors.push(inverse);
            }
        }
    }
    for host in &scenario.hosts {
        let ratio = match &host.ratio {
            HostRatio::Stated(ratio) => HostRatioModel::Stated(inputs.number(ratio)),
            HostRatio::UseOfCap(used) => HostRatioModel::UseOfCap(inputs.number(used)),
        };
        model.supplies[host.supply].hosts.push(HostModel {
            supply: host.host,
            ratio,
        });
    }
    let mut first_host = 0;
    for supply in &mut model.supplies {
        supply.first_host = first_host;
        first_host += supply.hosts.len();
    }
    // Materials run from upstream to downstream, hosts of a material before its by-products.
    for &material in &scenario.material_order {
        model
            .supply_order
            .extend(model.materials[material].supplies.iter().copied());
    }
    normalise_shares(scenario, model, inputs);
    Ok(())
}

/// Uncertain shares of one table are drawn one by one; they are rescaled so that the table keeps its sum.
fn normalise_shares(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) {
    for material in 0..scenario.materials.len() {
        let mut slots = Vec::new();
        let mut sum = 0.0;
        for supply in scenario.supplies.iter().filter(|supply| supply.material == material) {
            if let Size::Share {
                share: Share::Own(number @ Number::Uncertain { .. }),
                ..
            } = &supply.size
                && let Value::Input(slot) = inputs.number(number)
            {
                slots.push(slot);
                sum += number.mean();
            }
        }
        if slots.len() > 1 {
            model.normalisations.push(ShareNormalisation { slots, sum });
        }
    }
}

fn compile_level(inputs: &mut Inputs<'_>, level: &StockLevel) -> LevelModel {
    match level {
        StockLevel::Tonnes(quantity) => LevelModel::Tonnes(inputs.quantity(quantity)),
        StockLevel::Days(quantity) => LevelModel::Days(inputs.quantity(quantity)),
    }
}

fn compile_stocks(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) {
    let refill = |inputs: &mut Inputs<'_>, months: &Option<Number>| {
        let months = months.as_ref().filter(|_| scenario.run.refill);
        months.map(|months| inputs.number(months))
    };
    for inventory in &scenario.inventories {
        let Some(market) = model.market(inventory.material, inventory.country) else {
            continue;
        };
        model.markets[market].inventory = Some(model.inventories.len());
        model.inventories.push(InventoryModel {
            market,
            level: compile_level(inputs, &inventory.level),
            maximum: inventory.maximum.as_ref().map(|maximum| compile_level(inputs, maximum)),
            refill_months: refill(inputs, &inventory.refill_months),
        });
    }
    for stockpile in &scenario.stockpiles {
        let allowed = model
            .cells
            .iter()
            .map(|cell| {
                stockpile
                    .sectors
                    .as_ref()
                    .is_none_or(|sectors| sectors.contains(&cell.sector))
            })
            .collect();
        let markets = |countries: &[usize]| {
            countries
                .iter()
                .filter_map(|&country| model.market(stockpile.material, country))
                .collect()
        };
        let owners = markets(&stockpile.owners);
        let allies = markets(&stockpile.allies);
        model.stockpiles.push(StockpileModel {
            id: stockpile.id.clone(),
            material: stockpile.material,
            owners,
            allies,
            owner_countries: stockpile.owners.clone(),
            level: compile_level(inputs, &stockpile.level),
            filled_at_start: inputs.number(&stockpile.filled_at_start),
            trigger: inputs.number(&stockpile.trigger),
            max_per_month: inputs.number(&stockpile.max_per_month),
            allowed,
            refill_months: refill(inputs, &stockpile.refill_months),
        });
    }
    for firm in &scenario.firm_supplies {
        let markets = firm.countries.iter();
        model.firm_supplies.push(FirmSupplyModel {
            material: firm.material,
            markets: markets
                .filter_map(|&country| model.market(firm.material, country))
                .collect(),
            tonnes_per_year: inputs.number(&firm.tonnes_per_year),
        });
    }
}

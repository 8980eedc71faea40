//! What each country's failure would cost: a production stop and a total export ban of a year, one at a time (N-1) and the worst two at a time (N-2),
//! without event randomness: the scenario's own events are taken away, and what is screened is certain and begins at the start.

use crate::data::OTHERS;
use crate::results::{ALL_SECTORS, FOCUS};
use crate::study::{
    Change, Difference, Error, Estimate, Maker, Progress, Results, Run, Statistic, Study, SummaryRow, Taken, Variant,
};

/// How long an outage lasts, months; or to the end of the horizon where that is nearer.
pub const OUTAGE_MONTHS: f64 = 12.0;
/// Makers of which every two are tried together.
pub const MOST_PAIRED: usize = 10;
/// The variant without any event.
const UNDISTURBED: &str = "undisturbed";

/// What to screen.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Whether the worst are also tried two at a time.
    pub pairs: bool,
    /// Trials of the uncertain inputs; they are at their means, in one trial, when this and `precision` are `None`.
    pub trials: Option<u64>,
    /// Draw inputs until headline and differences are known to this share of the baseline's mean.
    pub precision: Option<f64>,
}

impl Plan {
    fn is_at_means(&self) -> bool {
        self.trials.is_none() && self.precision.is_none()
    }
}

/// What fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// Output (a production stop) or exports (a ban on all).
    pub taken: Taken,
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// What the others' supply covers of the others' orders, share: (S - S1) / (D - D1) at the start, undisrupted. `None` where nobody else orders it.
    pub coverage_of_rest: Option<f64>,
}

impl Outage {
    /// `stop` or `ban`.
    pub fn kind(&self) -> &'static str {
        match self.taken {
            Taken::Output => "stop",
            Taken::Exports => "ban",
        }
    }

    /// The name of its variant: `stop:oxide:CHN`.
    pub fn name(&self) -> String {
        format!("{}:{}:{}", self.kind(), self.material, self.country)
    }
}

/// What an outage, or a pair of them, costs at one (material, place) in focus, beyond what is short without any event.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    /// Position in [`Screening::outages`], or in [`Screening::pairs`].
    pub outage: usize,
    /// Material id.
    pub material: String,
    /// Country code, group id or `focus`.
    pub place: String,
    /// Lost, % of a year's demand (the mean year of the horizon): before substitution and thrift, or what they leave where that is the scenario's headline.
    pub year_pct: Estimate,
    /// The same, % of the horizon's demand.
    pub horizon_pct: Estimate,
    /// Lost before substitution and thrift, in the material's unit.
    pub quantity: Estimate,
    /// Months with a shortfall, beyond those without any event.
    pub months_short: Estimate,
    /// Months that stocks carry demand once deliveries miss it; `None` where it is never short.
    pub months_to_survive: Option<Estimate>,
    /// Value added lost, million USD; `None` where the scenario states none.
    pub value_musd: Option<Estimate>,
    /// Position among the outages (or pairs) by what is lost here, from 1; equal ones share it.
    pub rank: usize,
    /// The scenario's own events of this kind. None of a pair.
    pub events: Vec<String>,
    /// Probability that any of them starts within the horizon; `None` where the scenario has none.
    pub probability: Option<f64>,
    /// Probability x what is lost, % of a year's demand.
    pub risk_pct: Option<f64>,
    /// Position by that.
    pub risk_rank: Option<usize>,
    /// Of a pair: lost beyond the sum of each alone, % of a year's demand; above 0 they are worse together.
    pub beyond_the_sum_pct: Option<Estimate>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Screening {
    /// The shortfall, or what substitution and thrift leave of it, as the scenario's headline says.
    pub measure: Statistic,
    /// The variant without events first, then the outages.
    pub results: Results,
    /// How long an outage lasts, months.
    pub outage_months: f64,
    /// Whether uncertain inputs were at their means.
    pub is_at_means: bool,
    /// Whether there are any.
    pub has_uncertain_inputs: bool,
    /// Ids of the events that were taken away.
    pub events: Vec<String>,
    /// Every outage: by material in the order of the file and output, the stop before the ban.
    pub outages: Vec<Outage>,
    /// By (material, place) in focus and rank.
    pub consequences: Vec<Consequence>,
    /// Whether pairs were asked for.
    pub with_pairs: bool,
    /// Pairs of positions in `outages`.
    pub pairs: Vec<[usize; 2]>,
    /// Of the pairs, by (material, place) in focus and rank.
    pub pair_consequences: Vec<Consequence>,
    /// Makers that were not screened: (material, country), all other countries together.
    pub left_out: Vec<(String, String)>,
}

impl Screening {
    /// Consequences at a (material, place), by rank.
    pub fn at<'a>(&'a self, material: &'a str, place: &'a str) -> impl Iterator<Item = &'a Consequence> {
        at(&self.consequences, material, place)
    }

    /// Consequences of pairs at a (material, place), by rank.
    pub fn pairs_at<'a>(&'a self, material: &'a str, place: &'a str) -> impl Iterator<Item = &'a Consequence> {
        at(&self.pair_consequences, material, place)
    }

    /// The (material, place) that tables lead with.
    pub fn headline(&self) -> (&str, &str) {
        let policy = self.results.run.policies.first();
        policy.map_or(("", ""), |policy| (&policy.headline.0, &policy.headline.1))
    }
}

fn at<'a>(all: &'a [Consequence], material: &'a str, place: &'a str) -> impl Iterator<Item = &'a Consequence> {
    all.iter()
        .filter(move |found| found.material == material && found.place == place)
}

/// A screening whose scenario is known to be right.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    study: &'a Study,
    /// The scenario as it is, with its events.
    own: Variant,
    undisturbed: Variant,
    outages: Vec<Outage>,
    variants: Vec<Variant>,
    left_out: Vec<(String, String)>,
}

/// Screens every maker of a scenario.
///
/// # Errors
/// See [`prepare`] and [`Prepared::run`].
pub fn screen(study: &Study, plan: &Plan, progress: &Progress) -> Result<Screening, Error> {
    prepare(study, plan)?.run(plan, progress)
}

/// Checks and compiles all that is to be screened.
///
/// # Errors
/// A scenario that is wrong.
pub fn prepare<'a>(study: &'a Study, plan: &Plan) -> Result<Prepared<'a>, Error> {
    let own = study.baseline()?;
    let nothing = [(UNDISTURBED.to_owned(), own.without_events())];
    let Some(undisturbed) = study.variants(&nothing)?.pop() else {
        return Err(Error::Interrupted);
    };
    let (mut outages, mut left_out) = (Vec::new(), Vec::new());
    for maker in undisturbed.makers() {
        if maker.country == OTHERS {
            left_out.push((maker.material, maker.country));
            continue;
        }
        for taken in [Taken::Output, Taken::Exports] {
            outages.push(Outage {
                taken,
                material: maker.material.clone(),
                country: maker.country.clone(),
                coverage_of_rest: coverage_of_rest(&maker),
            });
        }
    }
    let singles: Vec<Vec<&Outage>> = outages.iter().map(|outage| vec![outage]).collect();
    let variants = with_outages(study, &own, &singles, plan)?;
    Ok(Prepared {
        study,
        undisturbed: if plan.is_at_means() {
            undisturbed.at_means()
        } else {
            undisturbed
        },
        own,
        outages,
        variants,
        left_out,
    })
}

fn coverage_of_rest(maker: &Maker) -> Option<f64> {
    let orders = maker.world_orders - maker.orders;
    // What rounding leaves of a sum is no orders.
    (orders > 1e-9 * maker.world_orders).then(|| (maker.world_supply - maker.supply).max(0.0) / orders)
}

/// The scenario without its events, and with these outages.
fn with_outages(study: &Study, own: &Variant, wanted: &[Vec<&Outage>], plan: &Plan) -> Result<Vec<Variant>, Error> {
    let named = wanted.iter().map(|outages| {
        let mut changes = own.without_events();
        let events = outages
            .iter()
            .enumerate()
            .map(|(number, outage)| event(own, outage, number));
        changes.push(Change::add(events.collect::<String>()));
        let names: Vec<String> = outages.iter().map(|outage| outage.name()).collect();
        (names.join("+"), changes)
    });
    let variants = study.variants(&named.collect::<Vec<_>>())?;
    Ok(match plan.is_at_means() {
        true => variants.iter().map(Variant::at_means).collect(),
        false => variants,
    })
}

/// The outage as an event of the scenario format.
fn event(own: &Variant, outage: &Outage, number: usize) -> String {
    let mut id = format!("screened_{}", number + 1);
    while own.events().any(|event| event == id) {
        id.push('_');
    }
    let (material, country) = (&outage.material, &outage.country);
    let what = match outage.taken {
        Taken::Output => format!("kind = \"production_loss\"\ncountries = [\"{country}\"]"),
        Taken::Exports => format!("kind = \"export_restriction\"\nfrom = [\"{country}\"]\nto = \"all\""),
    };
    format!(
        "[[event]]\nid = \"{id}\"\n{what}\nmaterials = [\"{material}\"]\narrival = {{ process = \"fixed\", at = \"{}\" }}\n\
         duration = {OUTAGE_MONTHS}\nseverity = 1\nassumption = \"what is screened\"\n",
        own.start()
    )
}

impl Prepared<'_> {
    /// Simulates all outages, and the pairs of the worst.
    ///
    /// # Errors
    /// A pair that cannot be; [`Error::Interrupted`] where no trial was complete.
    pub fn run(self, plan: &Plan, progress: &Progress) -> Result<Screening, Error> {
        let results = run(&self.undisturbed, &self.variants, plan, progress)?;
        let mut found = Screening {
            measure: self.own.headline_statistic(),
            outage_months: OUTAGE_MONTHS.min(self.own.horizon_months()),
            is_at_means: plan.is_at_means(),
            has_uncertain_inputs: self.own.has_uncertain_inputs(),
            events: self.own.events().map(str::to_owned).collect(),
            outages: self.outages,
            consequences: Vec::new(),
            with_pairs: plan.pairs,
            pairs: Vec::new(),
            pair_consequences: Vec::new(),
            left_out: self.left_out,
            results,
        };
        let years = self.own.horizon_months() / 12.0;
        let names: Vec<String> = found.outages.iter().map(Outage::name).collect();
        found.consequences = consequences(&found.results, &names, found.measure, years);
        add_risk(&self.own, &found.outages, &mut found.consequences);
        if plan.pairs {
            let (pairs, variants) = worst_pairs(&found, self.study, &self.own, plan)?;
            let singles = pairs
                .iter()
                .flatten()
                .copied()
                .collect::<std::collections::BTreeSet<_>>();
            let needed = singles.iter().map(|number| &self.variants[*number]).chain(&variants);
            let both: Vec<Variant> = needed.cloned().collect();
            let results = run(&self.undisturbed, &both, plan, progress)?;
            let joined: Vec<[String; 2]> = pairs
                .iter()
                .map(|pair| pair.map(|number| names[number].clone()))
                .collect();
            let ids: Vec<String> = joined.iter().map(|pair| pair.join("+")).collect();
            found.pair_consequences = consequences(&results, &ids, found.measure, years);
            for consequence in &mut found.pair_consequences {
                let [one, other] = &joined[consequence.outage];
                let terms = [
                    (ids[consequence.outage].as_str(), 1.0),
                    (one, -1.0),
                    (other, -1.0),
                    (UNDISTURBED, 1.0),
                ];
                let row = (consequence.material.as_str(), consequence.place.as_str());
                let beyond = results.contrast(&terms, row, found.measure);
                consequence.beyond_the_sum_pct = beyond.map(|beyond| scaled(&beyond.estimate, years));
            }
            found.pairs = pairs;
        }
        Ok(found)
    }
}

fn run(undisturbed: &Variant, variants: &[Variant], plan: &Plan, progress: &Progress) -> Result<Results, Error> {
    let mut run = Run::new(undisturbed).against(variants).without_samples();
    if let Some(trials) = plan.trials {
        run = run.trials(trials);
    }
    if let Some(share) = plan.precision {
        run = run.precision(share);
    }
    run.watched(progress)
}

/// Ids of the rows in focus: every material in focus at every place in focus that has demand of it, and at all of these together.
fn rows(results: &Results) -> Vec<(String, String)> {
    let run = &results.run;
    let places = || run.focus_places.iter().map(String::as_str).chain([FOCUS]);
    let all = run
        .focus_materials
        .iter()
        .flat_map(|material| places().map(move |place| (material.as_str(), place)));
    let summary = run.policies.first().map_or(&[][..], |policy| &policy.summary);
    let has_demand = |(material, place): &(&str, &str)| {
        let is_row = |row: &SummaryRow| row.material == *material && row.country == *place;
        summary.iter().any(|row| is_row(row) && row.sector == ALL_SECTORS)
    };
    all.filter(has_demand)
        .map(|(material, place)| (material.to_owned(), place.to_owned()))
        .collect()
}

fn scaled(estimate: &Estimate, by: f64) -> Estimate {
    Estimate {
        value: estimate.value * by,
        standard_error: estimate.standard_error * by,
        low: estimate.low * by,
        high: estimate.high * by,
    }
}

fn consequences(results: &Results, names: &[String], measure: Statistic, years: f64) -> Vec<Consequence> {
    let mut all = Vec::new();
    for (material, place) in rows(results) {
        let row = (material.as_str(), place.as_str());
        let mut here = Vec::new();
        for (outage, name) in names.iter().enumerate() {
            let change = |statistic| results.difference(name, row, statistic);
            let of = |found: Option<Difference>| found.map(|found| found.estimate);
            let (Some(lost), Some(quantity), Some(months_short)) = (
                of(change(measure)),
                of(change(Statistic::ExpectedShortfall)),
                of(change(Statistic::ExpectedMonthsShort)),
            ) else {
                continue;
            };
            here.push(Consequence {
                outage,
                material: material.clone(),
                place: place.clone(),
                year_pct: scaled(&lost, years),
                horizon_pct: lost,
                quantity,
                months_short,
                months_to_survive: results.get(name, row, Statistic::TimeToSurviveMonths),
                value_musd: of(change(Statistic::ExposedValueMusd)),
                rank: 0,
                events: Vec::new(),
                probability: None,
                risk_pct: None,
                risk_rank: None,
                beyond_the_sum_pct: None,
            });
        }
        let values: Vec<f64> = here.iter().map(|found| found.year_pct.value).collect();
        for found in &mut here {
            found.rank = 1 + values.iter().filter(|value| **value > found.year_pct.value).count();
        }
        here.sort_by_key(|found| (found.rank, found.outage));
        all.append(&mut here);
    }
    all
}

/// What the scenario's own events say of each outage.
fn add_risk(own: &Variant, outages: &[Outage], consequences: &mut [Consequence]) {
    for found in consequences.iter_mut() {
        let outage = &outages[found.outage];
        let hit = (outage.material.as_str(), outage.country.as_str());
        let events = own.events_that_take(outage.taken, hit, &found.place);
        found.events = events.into_iter().map(str::to_owned).collect();
    }
    let mut sets: Vec<Vec<String>> = consequences.iter().map(|found| found.events.clone()).collect();
    sets.sort();
    sets.dedup();
    sets.retain(|set| !set.is_empty());
    let probabilities = own.probabilities_of_any(&sets);
    for found in consequences.iter_mut() {
        let set = sets.binary_search(&found.events);
        found.probability = set.ok().map(|set| probabilities[set]);
        found.risk_pct = found.probability.map(|probability| probability * found.year_pct.value);
    }
    let all: Vec<(String, String, f64)> = consequences
        .iter()
        .filter_map(|found| Some((found.material.clone(), found.place.clone(), found.risk_pct?)))
        .collect();
    for found in consequences.iter_mut() {
        found.risk_rank = found.risk_pct.map(|own| {
            let is_worse = |(material, place, risk): &&(String, String, f64)| {
                *material == found.material && *place == found.place && *risk > own
            };
            1 + all.iter().filter(is_worse).count()
        });
    }
}

type Pairs = (Vec<[usize; 2]>, Vec<Variant>);

/// Every two of the makers whose outage costs most at the headline; then, where these are few, of those whose outage costs most anywhere in focus. Each
/// maker with the worse of its two outages.
fn worst_pairs(found: &Screening, study: &Study, own: &Variant, plan: &Plan) -> Result<Pairs, Error> {
    let (material, place) = found.headline();
    let at_headline = |outage: usize| {
        let mut here = found.at(material, place).filter(|one| one.outage == outage);
        here.next().map_or(0.0, |one| one.year_pct.value)
    };
    let anywhere = |outage: usize| {
        let all = found.consequences.iter().filter(|one| one.outage == outage);
        all.map(|one| one.year_pct.value).fold(0.0, f64::max)
    };
    let mut ranked: Vec<(usize, f64, f64)> = (0..found.outages.len())
        .map(|outage| (outage, at_headline(outage), anywhere(outage)))
        .filter(|(_, here, anywhere)| *here > 0.0 || *anywhere > 0.0)
        .collect();
    ranked.sort_by(|one, other| {
        let by_size = other.1.total_cmp(&one.1).then(other.2.total_cmp(&one.2));
        by_size.then(one.0.cmp(&other.0))
    });
    let mut worst: Vec<usize> = Vec::new();
    for (outage, ..) in ranked {
        let maker = |outage: usize| (&found.outages[outage].material, &found.outages[outage].country);
        if worst.len() < MOST_PAIRED && worst.iter().all(|other| maker(*other) != maker(outage)) {
            worst.push(outage);
        }
    }
    let pairs: Vec<[usize; 2]> = worst
        .iter()
        .enumerate()
        .flat_map(|(number, one)| worst[number + 1..].iter().map(|other| [*one, *other]))
        .collect();
    let wanted: Vec<Vec<&Outage>> = pairs
        .iter()
        .map(|pair| pair.iter().map(|number| &found.outages[*number]).collect())
        .collect();
    let variants = with_outages(study, own, &wanted, plan)?;
    Ok((pairs, variants))
}

//! One trial's random numbers: uncertain inputs and event occurrences. Every draw is the inverse CDF of one uniform of a stream keyed
//! by (seed, driver, trial), so that adding a driver moves no other driver's draws.

use super::observe::Occurrence;
use crate::model::{ArrivalModel, EffectModel, EventModel, InputKind, Model, RecoveryModel};
use crate::sampling::Stream;
use crate::scenario::RenewalStart;

/// Position of each coupled draw in [`EventModel::coupled`].
const OCCURRENCE: usize = 0;
const DURATION: usize = 1;
const SEVERITY: usize = 2;

/// Renewals drawn of one event in one trial at most: spells of length 0 must not stop time. The scenario's checks refuse what is expected to come
/// near; a trial that does all the same is an error of the run.
pub const MOST_RENEWALS: u64 = 1_000_000;

/// How severity falls after an occurrence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tail {
    /// At once.
    Step,
    /// Linearly over so many months.
    Linear(f64),
    /// With a time constant in months.
    Exponential(f64),
}

/// An occurrence with all that its severity curve needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strike {
    /// What results record.
    pub occurrence: Occurrence,
    /// Months at the start during which nothing passes (licensing).
    pub approval_months: f64,
    /// Months by which it was announced before it struck.
    pub notice_months: f64,
    /// What follows the full-severity time.
    pub tail: Tail,
    /// Share of what is withheld that comes through third countries, and from when on, months from the start.
    pub leak: (f64, f64),
}

impl Strike {
    /// Whether anything of an occurrence that has struck before the start is left then: stocks stand as they are at the start.
    fn reaches_start(&self, event: &EventModel) -> bool {
        self.end_months() > 0.0 && !matches!(event.effect, EffectModel::Stock { .. })
    }
}

/// The occurrences of one trial, by event in file order.
#[derive(Debug, Clone, Default)]
pub struct Strikes {
    /// All occurrences, sorted by (event, start).
    pub all: Vec<Strike>,
    /// A renewal event that was drawn [`MOST_RENEWALS`] times before the horizon ended: its later occurrences are missing.
    pub exhausted: Option<usize>,
    by_event: Vec<Vec<Strike>>,
    frailty: Vec<f64>,
    uniforms: Vec<f64>,
    coupled: Vec<f64>,
}

/// Some of a model's drivers: flags by position there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drivers {
    /// Uncertain inputs.
    pub inputs: Vec<bool>,
    /// Frailty factors.
    pub frailties: Vec<bool>,
    /// Copulas.
    pub copulas: Vec<bool>,
    /// Events, each with all of its streams: arrival, severity, duration and the rest.
    pub events: Vec<bool>,
}

impl Drivers {
    /// None of them.
    pub fn none(model: &Model) -> Self {
        Drivers {
            inputs: vec![false; model.inputs.len()],
            frailties: vec![false; model.frailties.len()],
            copulas: vec![false; model.copulas.len()],
            events: vec![false; model.events.len()],
        }
    }

    /// All uncertain inputs.
    pub fn all_inputs(model: &Model) -> Self {
        Drivers {
            inputs: vec![true; model.inputs.len()],
            ..Self::none(model)
        }
    }

    /// All events, with what ties them together.
    pub fn all_events(model: &Model) -> Self {
        Drivers {
            frailties: vec![true; model.frailties.len()],
            copulas: vec![true; model.copulas.len()],
            events: vec![true; model.events.len()],
            ..Self::none(model)
        }
    }

    /// All drivers.
    pub fn all(model: &Model) -> Self {
        Drivers {
            inputs: vec![true; model.inputs.len()],
            ..Self::all_events(model)
        }
    }
}

/// Which trial's streams feed each driver: the same for all, unless some are drawn anew by pick-freeze.
#[derive(Debug, Clone, Copy)]
pub struct TrialStreams<'a> {
    trial: u64,
    /// The trial of those that are drawn anew, and which these are.
    anew: Option<(u64, &'a Drivers)>,
}

impl<'a> TrialStreams<'a> {
    /// The ordinary case.
    pub fn of(trial: u64) -> Self {
        TrialStreams { trial, anew: None }
    }

    /// Some drivers as another trial has them.
    pub fn anew(trial: u64, other: u64, drivers: &'a Drivers) -> Self {
        TrialStreams {
            trial,
            anew: Some((other, drivers)),
        }
    }

    /// The trial of a driver, by its flag.
    #[inline]
    fn of_driver(&self, flag: impl FnOnce(&Drivers) -> bool) -> u64 {
        match self.anew {
            Some((other, drivers)) if flag(drivers) => other,
            _ => self.trial,
        }
    }
}

impl From<u64> for TrialStreams<'_> {
    fn from(trial: u64) -> Self {
        TrialStreams::of(trial)
    }
}

/// Draws the uncertain inputs of a trial into `inputs`.
pub fn draw_inputs<'a>(model: &Model, streams: impl Into<TrialStreams<'a>>, inputs: &mut Vec<f64>) {
    let streams = streams.into();
    inputs.clear();
    inputs.resize(model.input_slots, 0.0);
    let mut uniforms = [0.0; 64];
    for (number, driver) in model.inputs.iter().enumerate() {
        let trial = streams.of_driver(|anew| anew.inputs[number]);
        match &driver.kind {
            InputKind::Scalar(sampler) => {
                let uniform = model.design.uniform(driver.key, trial, 0);
                inputs[driver.slot] = sampler.quantile(uniform);
            }
            InputKind::Dirichlet(dirichlet, components) => {
                let draw = |component: usize| model.design.uniform(driver.key, trial, component as u64);
                let out = &mut inputs[driver.slot..driver.slot + components];
                if let Some(uniforms) = uniforms.get_mut(..*components) {
                    uniforms
                        .iter_mut()
                        .enumerate()
                        .for_each(|(component, value)| *value = draw(component));
                    dirichlet.sample(uniforms, out);
                } else {
                    dirichlet.sample(&(0..*components).map(draw).collect::<Vec<_>>(), out);
                }
            }
        }
    }
    for normalisation in &model.normalisations {
        let drawn: f64 = normalisation.slots.iter().map(|&slot| inputs[slot]).sum();
        if drawn > 0.0 {
            for &slot in &normalisation.slots {
                inputs[slot] *= normalisation.sum / drawn;
            }
        }
    }
}

/// Draws of one event in one trial.
struct EventDraws<'a> {
    model: &'a Model,
    event: &'a EventModel,
    inputs: &'a [f64],
    streams: TrialStreams<'a>,
    /// The trial of the event's own streams.
    trial: u64,
}

impl EventDraws<'_> {
    /// The `index`-th uniform of a stream.
    fn uniform(&self, stream: Stream, index: u64) -> f64 {
        self.model.design.uniform(stream, self.trial, index)
    }

    /// A uniform that a copula may couple with other events'.
    fn coupled(&self, target: usize, stream: Stream, index: u64, scratch: (&mut Vec<f64>, &mut Vec<f64>)) -> f64 {
        let Some((copula, member)) = self.event.coupled[target] else {
            return self.uniform(stream, index);
        };
        let (uniforms, coupled) = scratch;
        let trial = self.streams.of_driver(|anew| anew.copulas[copula]);
        let copula = &self.model.copulas[copula];
        let needed = copula.copula.uniforms_needed();
        let uniform = |index| self.model.design.uniform(copula.key, trial, index);
        uniforms.clear();
        uniforms.extend((0..needed).map(|member| uniform(index * needed as u64 + member as u64)));
        coupled.clear();
        coupled.resize(copula.members, 0.0);
        copula.copula.couple(uniforms, coupled);
        coupled[member]
    }
}

/// A trial that had to stop drawing an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exhausted {
    /// The trial.
    pub trial: u64,
    /// Index of the event.
    pub event: usize,
}

/// Draws every event's occurrences within the horizon.
pub fn draw_events<'a>(model: &Model, streams: impl Into<TrialStreams<'a>>, inputs: &[f64], strikes: &mut Strikes) {
    let streams = streams.into();
    let Strikes {
        all,
        exhausted,
        by_event,
        frailty,
        uniforms,
        coupled,
    } = strikes;
    *exhausted = None;
    let horizon = model.periods as f64 * model.step_months;
    frailty.clear();
    frailty.extend(model.frailties.iter().enumerate().map(|(number, factor)| {
        let trial = streams.of_driver(|anew| anew.frailties[number]);
        factor.factor.quantile(model.design.uniform(factor.key, trial, 0))
    }));
    by_event.resize(model.events.len(), Vec::new());
    for &index in &model.event_order {
        let event = &model.events[index];
        let draws = EventDraws {
            model,
            event,
            inputs,
            streams,
            trial: streams.of_driver(|anew| anew.events[index]),
        };
        let rate_factor = event.frailty.map_or(1.0, |group| frailty[group]);
        let mut list = std::mem::take(&mut by_event[index]);
        list.clear();
        let mut add = |start: f64, draw: u64, duration: Option<f64>, scratch: (&mut Vec<f64>, &mut Vec<f64>)| {
            if start < horizon {
                let strike = strike(&draws, index, start, draw, duration, horizon, scratch);
                // What follows an event that is in force at the start may be over by then.
                if start >= 0.0 || strike.reaches_start(event) {
                    list.push(strike);
                }
            }
        };
        match &event.arrival {
            ArrivalModel::Fixed { at_months, probability } => {
                let uniform = draws.coupled(OCCURRENCE, event.streams.occurrence, 0, (uniforms, coupled));
                if happens(uniform, probability.of(inputs), rate_factor) {
                    add(at_months.of(inputs).max(0.0), 0, None, (uniforms, coupled));
                }
            }
            ArrivalModel::Window {
                from_months,
                to_months,
                probability,
            } => {
                let uniform = draws.coupled(OCCURRENCE, event.streams.occurrence, 0, (uniforms, coupled));
                if happens(uniform, probability.of(inputs), rate_factor) {
                    let place = draws.uniform(event.streams.arrival, 0);
                    add(
                        from_months + (to_months - from_months) * place,
                        0,
                        None,
                        (uniforms, coupled),
                    );
                }
            }
            ArrivalModel::InForce { since_months } => add(*since_months, 0, None, (uniforms, coupled)),
            ArrivalModel::Poisson { per_year } => {
                let per_month = per_year.of(inputs) * rate_factor / 12.0;
                if per_month > 0.0 {
                    // Gaps in units of the mean gap: a changed rate stretches the same arrivals.
                    let (mut unit_time, mut draw) = (0.0, 0);
                    loop {
                        unit_time -= libm::log(draws.uniform(event.streams.arrival, draw));
                        let start = unit_time / per_month;
                        if start >= horizon {
                            break;
                        }
                        add(start, draw, None, (uniforms, coupled));
                        draw += 1;
                    }
                }
            }
            ArrivalModel::Renewal { .. } => {
                let reached = renew(&draws, rate_factor, horizon, |start, draw, down| {
                    add(start, draw, Some(down), (uniforms, coupled));
                });
                if !reached {
                    *exhausted = exhausted.or(Some(index));
                }
            }
            ArrivalModel::After {
                event: followed,
                probability,
                delay,
                from_end,
            } => {
                for (draw, cause) in by_event[*followed].iter().enumerate() {
                    let draw = draw as u64;
                    let uniform = draws.uniform(event.streams.occurrence, draw);
                    if happens(uniform, probability.of(inputs), rate_factor) {
                        let wait = delay.quantile(draws.uniform(event.streams.delay, draw)).max(0.0);
                        let from = cause.occurrence.start_months
                            + if *from_end {
                                cause.occurrence.duration_months
                            } else {
                                0.0
                            };
                        add(from + wait, draw, None, (uniforms, coupled));
                    }
                }
                list.sort_by(|one, other| one.occurrence.start_months.total_cmp(&other.occurrence.start_months));
            }
        }
        by_event[index] = list;
    }
    all.clear();
    for list in by_event.iter() {
        all.extend_from_slice(list);
    }
}

/// Whether something with this probability happens when its hazard is multiplied by `rate_factor`.
fn happens(uniform: f64, probability: f64, rate_factor: f64) -> bool {
    if rate_factor == 1.0 || probability >= 1.0 {
        return uniform < probability;
    }
    // 1 - (1 - p)^factor.
    uniform < -libm::expm1(rate_factor * libm::log1p(-probability))
}

/// Alternating up and down times; calls `down` with (start, draw number, length) of every down time. Whether the horizon
/// was reached; else there were too many.
fn renew(draws: &EventDraws<'_>, rate_factor: f64, horizon: f64, mut down_time: impl FnMut(f64, u64, f64)) -> bool {
    let ArrivalModel::Renewal {
        up,
        down,
        biased,
        share_down,
        starts,
    } = &draws.event.arrival
    else {
        return true;
    };
    let streams = &draws.event.streams;
    if rate_factor <= 0.0 {
        return true;
    }
    // A higher rate shortens up times; down times are repairs and stay.
    let mean_share_down = if rate_factor == 1.0 {
        *share_down
    } else {
        share_down * rate_factor / (share_down * rate_factor + 1.0 - share_down)
    };
    let up_time = |draw: u64| up.quantile(draws.uniform(streams.arrival, draw)) / rate_factor;
    let down_length = |draw: u64| down.quantile(draws.uniform(streams.duration, draw));
    let (mut time, mut draw) = (0.0, 0_u64);
    let starts_down = match starts {
        RenewalStart::Up => false,
        RenewalStart::Down => true,
        RenewalStart::Steady => draws.uniform(streams.occurrence, 0) < mean_share_down,
    };
    match biased {
        // Steady state: the time left of the current spell is a uniform share of a length-biased spell.
        Some(biased) => {
            let share = draws.uniform(streams.delay, 0);
            if starts_down {
                let left = share * biased.1.sample(draws.uniform(streams.duration, 0));
                down_time(0.0, 0, left);
                time = left + up_time(1);
            } else {
                time = share * biased.0.sample(draws.uniform(streams.arrival, 0)) / rate_factor;
            }
            draw += 1;
        }
        None if starts_down => {}
        None => time = up_time(0),
    }
    while time < horizon && draw < MOST_RENEWALS {
        let length = down_length(draw);
        down_time(time, draw, length);
        draw += 1;
        time += length + up_time(draw);
    }
    time >= horizon
}

fn strike(
    draws: &EventDraws<'_>,
    index: usize,
    start: f64,
    draw: u64,
    duration: Option<f64>,
    horizon: f64,
    (uniforms, coupled): (&mut Vec<f64>, &mut Vec<f64>),
) -> Strike {
    let event = draws.event;
    let duration = match (duration, &event.duration) {
        (Some(duration), _) => duration,
        (None, Some(sampler)) => {
            sampler.quantile(draws.coupled(DURATION, event.streams.duration, draw, (uniforms, coupled)))
        }
        (None, None) => horizon - start,
    };
    let severity = event
        .severity
        .quantile(draws.coupled(SEVERITY, event.streams.severity, draw, (uniforms, coupled)));
    let recovery = || draws.uniform(event.streams.recovery, draw);
    Strike {
        occurrence: Occurrence {
            event: index,
            start_months: start,
            duration_months: duration.max(0.0),
            severity: severity.max(0.0),
        },
        approval_months: event.approval_months.as_ref().map_or(0.0, |months| {
            months.quantile(draws.uniform(event.streams.approval, draw)).max(0.0)
        }),
        leak: event.leak.map_or((0.0, 0.0), |leak| {
            (
                leak.share.of(draws.inputs),
                start + leak.delay_months.of(draws.inputs).max(0.0),
            )
        }),
        notice_months: event.notice_months.as_ref().map_or(0.0, |months| {
            months.quantile(draws.uniform(event.streams.notice, draw)).max(0.0)
        }),
        tail: match &event.recovery {
            RecoveryModel::Step => Tail::Step,
            RecoveryModel::Linear(months) => Tail::Linear(months.quantile(recovery()).max(0.0)),
            RecoveryModel::Exponential(months) => Tail::Exponential(months.quantile(recovery()).max(0.0)),
        },
    }
}

//! The draws that a Sobol' design can give a dimension: the first of each stream, where it is drawn at all. Later ones (of a second occurrence, say)
//! are without number.

use super::{ArrivalModel, EventModel, InputKind, Model, RecoveryModel};
use crate::sampling::{Sampler, Stream};
use crate::scenario::RenewalStart;

/// A uniform: its stream, and its index there.
pub type Draw = (Stream, u64);

impl Model {
    /// In the order of the file: uncertain figures, frailties, copulas, events.
    pub fn first_draws(&self) -> Vec<Draw> {
        let mut draws = Vec::new();
        for driver in &self.inputs {
            match &driver.kind {
                InputKind::Scalar(sampler) if sampler.is_constant() => {}
                InputKind::Scalar(_) => draws.push((driver.key.into(), 0)),
                InputKind::Dirichlet(_, components) => {
                    draws.extend((0..*components as u64).map(|component| (driver.key.into(), component)));
                }
            }
        }
        let drawn = self.frailties.iter().filter(|frailty| !frailty.factor.is_constant());
        draws.extend(drawn.map(|frailty| (frailty.key.into(), 0)));
        for copula in &self.copulas {
            draws.extend((0..copula.copula.uniforms_needed() as u64).map(|member| (copula.key.into(), member)));
        }
        self.events.iter().for_each(|event| first_draws(event, &mut draws));
        draws
    }
}

fn first_draws(event: &EventModel, draws: &mut Vec<Draw>) {
    let varies = |sampler: &Option<Sampler>| sampler.as_ref().is_some_and(|sampler| !sampler.is_constant());
    // What a copula ties is drawn from its stream.
    let [coupled_occurrence, coupled_duration, coupled_severity] = event.coupled.map(|copula| copula.is_some());
    // Whether it happens; when; how long; after which delay.
    let (occurrence, arrival, mut duration, delay) = match &event.arrival {
        ArrivalModel::InForce { .. } => (false, false, false, false),
        ArrivalModel::Fixed { probability, .. } => (!probability.is_certain(), false, false, false),
        ArrivalModel::Window { probability, .. } => (!probability.is_certain(), true, false, false),
        ArrivalModel::Poisson { .. } => (false, true, false, false),
        ArrivalModel::Renewal {
            up,
            down,
            biased,
            starts,
            ..
        } => (
            *starts == RenewalStart::Steady,
            biased.is_some() || !up.is_constant(),
            biased.is_some() || !down.is_constant(),
            biased.is_some(),
        ),
        ArrivalModel::After { probability, delay, .. } => {
            (!probability.is_certain(), false, false, !delay.is_constant())
        }
    };
    duration |= varies(&event.duration);
    let recovery = match &event.recovery {
        RecoveryModel::Step => false,
        RecoveryModel::Linear(months) | RecoveryModel::Exponential(months) => !months.is_constant(),
    };
    let streams = &event.streams;
    let all = [
        (occurrence && !coupled_occurrence, streams.occurrence),
        (arrival, streams.arrival),
        (duration && !coupled_duration, streams.duration),
        (!event.severity.is_constant() && !coupled_severity, streams.severity),
        (delay, streams.delay),
        (recovery, streams.recovery),
        (varies(&event.approval_months), streams.approval),
        (varies(&event.notice_months), streams.notice),
    ];
    draws.extend(all.iter().filter(|(is_drawn, _)| *is_drawn).map(|(_, key)| (*key, 0)));
}

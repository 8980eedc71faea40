//! Whether anything in a model is left to chance.

use super::{ArrivalModel, EventModel, InputDriver, InputKind, Model, RecoveryModel, Value};
use crate::sampling::Sampler;
use crate::scenario::RenewalStart;

impl InputDriver {
    /// Whether it differs between trials.
    pub fn is_random(&self) -> bool {
        match &self.kind {
            InputKind::Scalar(sampler) => !sampler.is_constant(),
            InputKind::Dirichlet(_, components) => *components > 1,
        }
    }
}

impl Model {
    /// Whether any draw can make two trials differ. Events that cannot happen draw nothing.
    pub fn is_random(&self) -> bool {
        self.inputs.iter().any(InputDriver::is_random) || self.events.iter().any(|event| self.is_left_to_chance(event))
    }

    /// Whether an event differs between trials, given that the inputs do not.
    pub fn is_left_to_chance(&self, event: &EventModel) -> bool {
        self.can_happen(event) && self.is_drawn(event)
    }

    /// Whether an event can happen at all.
    fn can_happen(&self, event: &EventModel) -> bool {
        let is_zero = |value: Value| matches!(value, Value::Fixed(fixed) if fixed <= 0.0);
        match &event.arrival {
            ArrivalModel::Fixed { probability, .. } | ArrivalModel::Window { probability, .. } => {
                !is_zero(*probability)
            }
            ArrivalModel::Poisson { per_year } => !is_zero(*per_year),
            ArrivalModel::Renewal { .. } | ArrivalModel::InForce { .. } => true,
            ArrivalModel::After {
                event: followed,
                probability,
                ..
            } => !is_zero(*probability) && self.can_happen(&self.events[*followed]),
        }
    }

    /// Whether its occurrences, or what they do, differ between trials, given that the inputs do not.
    fn is_drawn(&self, event: &EventModel) -> bool {
        let rate_varies = event
            .frailty
            .is_some_and(|frailty| !self.frailties[frailty].factor.is_constant());
        let arrival = match &event.arrival {
            // An uncertain probability that is the same in every trial still leaves the event to chance.
            ArrivalModel::Fixed { probability, .. } => !probability.is_certain(),
            ArrivalModel::Window {
                from_months, to_months, ..
            } => to_months > from_months,
            ArrivalModel::Poisson { .. } => true,
            ArrivalModel::InForce { .. } => false,
            ArrivalModel::Renewal { up, down, starts, .. } => {
                rate_varies || *starts == RenewalStart::Steady || !up.is_constant() || !down.is_constant()
            }
            ArrivalModel::After {
                event: followed,
                probability,
                delay,
                ..
            } => !probability.is_certain() || !delay.is_constant() || self.is_drawn(&self.events[*followed]),
        };
        let varies = |sampler: &Option<Sampler>| sampler.as_ref().is_some_and(|sampler| !sampler.is_constant());
        let recovery = match &event.recovery {
            RecoveryModel::Step => false,
            RecoveryModel::Linear(months) | RecoveryModel::Exponential(months) => !months.is_constant(),
        };
        arrival
            || recovery
            || varies(&event.duration)
            || varies(&event.approval_months)
            || varies(&event.notice_months)
            || !event.severity.is_constant()
    }
}

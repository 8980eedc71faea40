//! The same trials in any order and any parts give the same bytes.

use proptest::prelude::*;

use super::made_up::{MadeUpTrial, feed, layout};
use crate::model::CalendarYears;
use crate::model::layout::Layout;
use crate::results::{PolicyFacts, Recorder, RecorderState, Recording};

fn a_trial() -> impl Strategy<Value = MadeUpTrial> {
    let share = prop_oneof![3 => Just(0.0), 1 => Just(1.0), 1 => Just(0.5), 3 => 0.0..1.0f64];
    let period = (share.clone(), share, 0.0..1.0f64);
    (prop::collection::vec(period, 6), 0usize..3)
        .prop_map(|(periods, occurrences)| MadeUpTrial { periods, occurrences })
}

fn bytes(recorder: &Recorder) -> String {
    let facts = PolicyFacts {
        return_periods: vec![1.5, 4.0, 10.0],
        ..PolicyFacts::default()
    };
    serde_json::to_string(&recorder.finish(facts)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_partition_in_any_order_gives_the_same_bytes(
        trials in prop::collection::vec(a_trial(), 1..60),
        places in prop::collection::vec(0usize..5, 60),
        backwards in any::<bool>(),
        in_batches in any::<bool>(),
    ) {
        // Three months of each of two years, as if they were whole.
        let years = CalendarYears::of([2026, 2026, 2026, 2027, 2027, 2027].into_iter());
        let layout = Layout { in_batches, years, step_months: 4.0, ..layout() };
        let empty = Recorder::with(&layout, Recording::RUN);
        let mut whole = empty.fresh();
        // Several in each batch.
        let trial_number = |number: usize| number as u64 * 61;
        trials.iter().enumerate().for_each(|(number, trial)| feed(&mut whole, trial_number(number), trial));
        let mut parts = vec![empty.fresh(); 5];
        for (number, trial) in trials.iter().enumerate().rev() {
            feed(&mut parts[places[number]], trial_number(number), trial);
        }
        if backwards {
            parts.reverse();
        }
        let mut merged = empty.fresh();
        parts.iter().for_each(|part| merged.merge(part));
        prop_assert_eq!(bytes(&whole), bytes(&merged));
        // By way of their states, as bytes.
        let mut restored = empty.fresh();
        for part in &parts {
            let state = postcard::to_allocvec(&part.state()).unwrap();
            let state: RecorderState<'static> = postcard::from_bytes(&state).unwrap();
            restored.merge(&state.restore(&(0..60 * 61)).unwrap());
        }
        prop_assert_eq!(bytes(&whole), bytes(&restored));
        let state = |recorder: &Recorder| postcard::to_allocvec(&recorder.state()).unwrap();
        prop_assert_eq!(state(&whole), state(&restored));
        // Associative: ((a + b) + (c + (d + e))).
        let mut left = parts[0].clone();
        left.merge(&parts[1]);
        let mut right = parts[3].clone();
        right.merge(&parts[4]);
        let mut middle = parts[2].clone();
        middle.merge(&right);
        left.merge(&middle);
        prop_assert_eq!(bytes(&whole), bytes(&left));
    }

    #[test]
    fn shares_of_attribution_add_up_to_one(trials in prop::collection::vec(a_trial(), 1..60)) {
        let mut recorder = Recorder::new(&layout());
        trials.iter().enumerate().for_each(|(number, trial)| feed(&mut recorder, number as u64, trial));
        let results = recorder.finish(PolicyFacts::default());
        let mut sums = std::collections::BTreeMap::new();
        for part in results.attributed() {
            let sum = sums.entry((part.country.clone(), format!("{:?}", part.kind))).or_insert((0.0, 0.0));
            sum.0 += part.share_of_expected;
            sum.1 += part.share_of_cvar95;
        }
        prop_assert_eq!(sums.len(), 4 * 3);
        let short = results.summary.iter().any(|row| row.expected_shortfall_t.value > 0.0);
        let expected = if short { 1.0 } else { 0.0 };
        for (key, sum) in sums {
            prop_assert!((sum.0 - expected).abs() < 1e-12 && (sum.1 - expected).abs() < 1e-12, "{key:?}: {sum:?}");
        }
    }
}

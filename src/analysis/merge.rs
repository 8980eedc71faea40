//! Putting the parts of a run together. What parts hold are whole numbers, so the order does not matter and the result is that of the whole.

use std::ops::Range;

use super::part::{Part, PartHead};

/// What parts are put together to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// The whole run.
    Whole,
    /// A larger part: a range of trials without a gap.
    Part,
}

/// Checks that parts belong to one run and hold each of its trials, or of a range of them, once. Gives their order by trial.
///
/// # Errors
/// Every problem, in a sentence each.
pub fn order(parts: &[(&str, &PartHead)], together: Together) -> Result<Vec<usize>, Vec<String>> {
    let Some((first_name, first)) = parts.first() else {
        return Err(vec!["there is nothing to merge".to_owned()]);
    };
    let strangers: Vec<String> = parts[1..]
        .iter()
        .filter_map(|(name, head)| {
            let difference = first.difference(head)?;
            Some(format!(
                "{name} is part of another run than {first_name}: the {} is {} there and {} here",
                difference.what, difference.other, difference.one
            ))
        })
        .collect();
    if !strangers.is_empty() {
        return Err(strangers);
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&part| (parts[part].1.trials.start, parts[part].1.trials.end));
    let trials = first.frame.manifest.trials;
    let mut problems = Vec::new();
    // The end of what is covered so far, and the part that reaches there.
    let begin = match together {
        Together::Whole => 0,
        Together::Part => parts[order[0]].1.trials.start,
    };
    let (mut covered, mut by) = (begin, "");
    for &part in &order {
        let (name, head) = parts[part];
        let Range { start, end } = head.trials;
        if start > covered {
            problems.push(missing(covered..start, trials));
        }
        if start < covered {
            let both = spelt(&(start..end.min(covered)));
            problems.push(format!("{both} are in both {by} and {name}"));
        }
        if end > covered {
            (covered, by) = (end, name);
        }
    }
    if together == Together::Whole && covered < trials {
        problems.push(missing(covered..trials, trials));
    }
    if problems.is_empty() { Ok(order) } else { Err(problems) }
}

fn missing(range: Range<u64>, trials: u64) -> String {
    format!(
        "{} of {trials} are missing (--trials-range {}..{})",
        spelt(&range),
        range.start,
        range.end
    )
}

/// `trial 3`, or `trials 3 to 9`.
fn spelt(range: &Range<u64>) -> String {
    match range.end - range.start {
        1 => format!("trial {}", range.start),
        _ => format!("trials {} to {}", range.start, range.end - 1),
    }
}

impl Part {
    /// Takes over what another part of the same run holds. Which trials those are is the caller's concern (see [`order`]).
    ///
    /// # Errors
    /// A sentence, when the two cannot be of one run after all.
    pub fn absorb(&mut self, other: &Part) -> Result<(), String> {
        if !self.is_complete() || !other.is_complete() {
            return Err("it is not complete: it was written while a run was under way".to_owned());
        }
        let is_like = self.policies.len() == other.policies.len()
            && self
                .policies
                .iter()
                .zip(&other.policies)
                .all(|(one, other)| one.facts == other.facts && one.recorder.is_like(&other.recorder));
        if !is_like {
            let message = "the same scenario gave another model: it was computed by a program that differs in more than its version says";
            return Err(message.to_owned());
        }
        for (policy, other) in self.policies.iter_mut().zip(&other.policies) {
            policy.recorder.merge(&other.recorder);
            policy.variance.merge(&other.variance);
        }
        Ok(())
    }
}

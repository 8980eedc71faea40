//! What there is to choose from: policies at their sizes, what excludes what, and every mix of them.

use crate::study::{Error, PolicyOption, Study};

/// A policy, with the sizes that are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its sizes, ascending; a single `None` where it is a matter of yes or no.
    pub sizes: Vec<Option<f64>>,
}

/// Some of the choices, each by its number with a size; by number, ascending.
pub type Mix = Vec<(usize, Option<f64>)>;

/// All that can be chosen.
#[derive(Debug, Clone)]
pub struct Space {
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// Policies that are no choice, and why.
    pub left_out: Vec<(String, String)>,
    /// Choices that cannot be taken together, and why.
    pub excluded: Vec<(usize, usize, String)>,
}

impl Space {
    /// The choices of a scenario: its policies, or these of them, with so many sizes of each that has several.
    ///
    /// # Errors
    /// An id that no policy has.
    pub fn new(study: &Study, wanted: &[String], steps: usize) -> Result<Space, Error> {
        for id in wanted {
            study.policy(id)?;
        }
        let options = study.policy_options();
        let mut space = Space {
            choices: Vec::new(),
            left_out: Vec::new(),
            excluded: Vec::new(),
        };
        for option in &options {
            let id = option.label.id.clone();
            if !(wanted.is_empty() || wanted.contains(&id)) {
                continue;
            }
            match why_not(study, option, wanted) {
                Some(why) => space.left_out.push((id, why)),
                None => space.choices.push(Choice {
                    sizes: sizes(option, steps),
                    id,
                }),
            }
        }
        space.exclude(study, &options);
        Ok(space)
    }

    fn exclude(&mut self, study: &Study, options: &[PolicyOption]) {
        let includes = |bundle: &str, part: &str| {
            let mut bundles = options.iter().filter(|option| option.label.id == bundle);
            bundles.any(|option| option.includes.iter().any(|id| id == part))
        };
        let ends = |choice: &Choice| [choice.sizes.first(), choice.sizes.last()].map(|size| size.copied().flatten());
        let mut excluded = Vec::new();
        for (one, first) in self.choices.iter().enumerate() {
            for (other, second) in self.choices.iter().enumerate().skip(one + 1) {
                let (a, b) = (first.id.as_str(), second.id.as_str());
                if includes(a, b) || includes(b, a) {
                    excluded.push((one, other, "one includes the other".to_owned()));
                } else if let Some(why) = study.conflict(&[(a, ends(first)[0]), (b, ends(second)[1])]) {
                    excluded.push((one, other, why));
                }
            }
        }
        self.excluded = excluded;
    }

    /// Whether two choices can be taken together.
    pub fn go_together(&self, one: usize, other: usize) -> bool {
        let pair = (one.min(other), one.max(other));
        !self.excluded.iter().any(|(one, other, _)| (*one, *other) == pair)
    }

    fn is_possible(&self, mix: &Mix) -> bool {
        let numbers: Vec<usize> = mix.iter().map(|(number, _)| *number).collect();
        let mut pairs = numbers.iter().enumerate();
        pairs.all(|(at, one)| numbers[at + 1..].iter().all(|other| self.go_together(*one, *other)))
    }

    /// How many mixes there are with these sizes, those that exclude each other among them.
    pub fn count(&self) -> f64 {
        self.choices
            .iter()
            .map(|choice| choice.sizes.len() as f64 + 1.0)
            .product()
    }

    /// Every mix: none first.
    pub fn all(&self) -> Vec<Mix> {
        let mut mixes: Vec<Mix> = vec![Vec::new()];
        for (number, choice) in self.choices.iter().enumerate() {
            let with: Vec<Mix> = mixes
                .iter()
                .flat_map(|mix| choice.sizes.iter().map(move |size| (mix, *size)))
                .map(|(mix, size)| mix.iter().copied().chain([(number, size)]).collect())
                .filter(|mix| self.is_possible(mix))
                .collect();
            mixes.extend(with);
        }
        mixes
    }

    /// Mixes that differ from this one by one choice: put in, taken out, at the next size, or put in for another.
    pub fn neighbours(&self, mix: &Mix) -> Vec<Mix> {
        let mut found = Vec::new();
        for (number, choice) in self.choices.iter().enumerate() {
            match mix.iter().position(|(taken, _)| *taken == number) {
                Some(at) => {
                    let mut without = mix.clone();
                    let (_, size) = without.remove(at);
                    let place = choice.sizes.iter().position(|other| *other == size);
                    for next in next_to(place, choice.sizes.len()) {
                        let mut other = mix.clone();
                        other[at].1 = choice.sizes[next];
                        found.push(other);
                    }
                    found.push(without);
                }
                None => {
                    for size in &choice.sizes {
                        found.push(with(mix, number, *size));
                    }
                    for at in 0..mix.len() {
                        let mut instead = mix.clone();
                        instead.remove(at);
                        let last = choice.sizes.last().copied().flatten();
                        found.push(with(&instead, number, last));
                    }
                }
            }
        }
        found.retain(|mix| self.is_possible(mix));
        found
    }

    /// Ids and sizes of a mix.
    pub fn policies<'a>(&'a self, mix: &Mix) -> Vec<(&'a str, Option<f64>)> {
        let of = mix
            .iter()
            .map(|(number, size)| (self.choices[*number].id.as_str(), *size));
        of.collect()
    }

    /// Its name: ids joined by `+`, each with `@` and its size where it has several.
    pub fn name(&self, mix: &Mix) -> String {
        let parts = self.policies(mix).into_iter().map(|(id, size)| match size {
            Some(size) => format!("{id}@{size}"),
            None => id.to_owned(),
        });
        let parts: Vec<String> = parts.collect();
        match parts.is_empty() {
            true => "baseline".to_owned(),
            false => parts.join("+"),
        }
    }
}

/// A mix with one more choice.
pub fn with(mix: &Mix, number: usize, size: Option<f64>) -> Mix {
    let mut more = mix.clone();
    let at = more.partition_point(|(taken, _)| *taken < number);
    more.insert(at, (number, size));
    more
}

fn next_to(place: Option<usize>, count: usize) -> Vec<usize> {
    let Some(place) = place else {
        return (0..count).collect();
    };
    let below = place.checked_sub(1);
    let above = Some(place + 1).filter(|above| *above < count);
    below.into_iter().chain(above).collect()
}

/// Why a policy is nothing to choose.
fn why_not(study: &Study, option: &PolicyOption, wanted: &[String]) -> Option<String> {
    if option.label.cost.is_none() {
        return Some("it has no cost".to_owned());
    }
    let parts: Vec<(&str, Option<f64>)> = option.includes.iter().map(|id| (id.as_str(), None)).collect();
    let is_sum = !parts.is_empty() && !option.changes_more && study.cost_of(&parts) == option.label.cost;
    let are_there = wanted.is_empty() || option.includes.iter().all(|id| wanted.contains(id));
    (is_sum && are_there).then(|| "it is no more than its parts together, which are chosen one by one".to_owned())
}

fn sizes(option: &PolicyOption, steps: usize) -> Vec<Option<f64>> {
    let Some(scale) = &option.scale else {
        return vec![None];
    };
    let intervals = steps.max(2) - 1;
    let at = |step: usize| match step == intervals {
        true => scale.high,
        false => scale.low + (scale.high - scale.low) * step as f64 / intervals as f64,
    };
    (0..=intervals).map(|step| Some(at(step))).collect()
}

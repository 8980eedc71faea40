//! An outage is felt once: however long goods are on their way, and whatever stocks, refills and other inputs there are, users of a chain miss no more
//! than what its plants could not make while they stood still.

use std::fmt::Write;

use crate::support::{Random, read, row, simulate};

const SCENARIOS: u64 = 200;
/// Materials of the chain, from upstream, with what all of their plants make in a month, t, and what a tonne needs of the material before.
const STAGES: [(&str, f64, f64); 3] = [("ore", 300.0, 0.0), ("oxide", 150.0, 2.0), ("metal", 100.0, 1.5)];

struct Chain {
    text: String,
    /// Tonnes of metal that the outages take at most.
    taken: f64,
}

/// Plants of three stages, the last with a second input or not, and one to three outages of single plants, full or in part, some with a recovery.
fn chain(seed: u64) -> Chain {
    let mut random = Random::new(seed + 7000);
    let random = &mut random;
    let mut pick = |values: &[f64]| values[random.whole(0, values.len() - 1)];
    let (step, months_per_step): (&str, f64) =
        [("week", 0.23), ("month", 1.0), ("quarter", 3.0)][pick(&[0.0, 1.0, 1.0, 2.0]) as usize];
    let mut text = format!(
        "format = 1\ntitle = \"chain\"\nassumption = \"generated\"\n[time]\nstart = \"2026-01\"\nstep = \"{step}\"\nperiods = {}\n\
         [run]\ntrials = 1\nrefill = {}\n[[country]]\nid = \"mine_land\"\n[[country]]\nid = \"buyer\"\n",
        (48.0 / months_per_step) as usize,
        pick(&[0.0, 1.0]) > 0.0,
    );
    let has_reagent = pick(&[0.0, 0.0, 1.0]) > 0.0;
    let flexibility = ["1", "1.5", "\"coordinated\""][pick(&[0.0, 1.0, 2.0]) as usize];
    let mut plants = Vec::new();
    for (stage, (material, output, per_tonne)) in STAGES.into_iter().enumerate() {
        let lead = pick(&[0.0, 0.0, 1.0, 2.0, 3.0]) * months_per_step.max(1.0);
        let mut recipe = String::new();
        if stage > 0 {
            write!(
                recipe,
                "{{ material = \"{}\", per_tonne = {per_tonne} }}",
                STAGES[stage - 1].0
            )
            .unwrap();
        }
        if stage == 2 && has_reagent {
            recipe += ", { material = \"reagent\", per_tonne = 1 }";
        }
        writeln!(
            text,
            "[[material]]\nid = \"{material}\"\nsupply_elasticity = 0\nflexibility = {flexibility}\nlead_time = {lead}\ninputs = [{recipe}]"
        )
        .unwrap();
        let country = if stage == 0 { "mine_land" } else { "buyer" };
        let number = if stage == 0 { 1.0 } else { pick(&[1.0, 1.0, 2.0]) };
        let share = if number > 1.0 { pick(&[0.5, 0.3]) } else { 1.0 };
        for share in [share, 1.0 - share] {
            if share > 0.0 {
                let id = format!("plant{}", plants.len());
                let utilisation = pick(&[1.0, 1.0, 0.8, 0.6]);
                writeln!(
                    text,
                    "[[supply]]\nid = \"{id}\"\ncountry = \"{country}\"\nmaterial = \"{material}\"\noutput = {}\nutilisation = {utilisation}",
                    12.0 * output * share
                )
                .unwrap();
                plants.push((id, share));
            }
        }
        let stock = pick(&[0.0, 0.0, 0.2, 1.0, 3.0]) * output;
        if stock > 0.0 {
            writeln!(
                text,
                "[[inventory]]\nmaterial = \"{material}\"\ncountry = \"buyer\"\ntonnes = {stock}"
            )
            .unwrap();
        }
    }
    if has_reagent {
        text += "[[material]]\nid = \"reagent\"\nsupply_elasticity = 0\n\
                 [[supply]]\nid = \"works\"\ncountry = \"buyer\"\nmaterial = \"reagent\"\noutput = 1200\n";
        plants.push((String::from("works"), 1.0));
    }
    text += "[[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\namount = 1200\n";
    if pick(&[0.0, 0.0, 1.0]) > 0.0 {
        text += "[[stockpile]]\nmaterial = \"metal\"\ncountry = \"buyer\"\ntonnes = 80\n";
    }
    let mut taken = 0.0;
    for event in 0..pick(&[1.0, 1.0, 2.0, 3.0]) as usize {
        let numbers: Vec<f64> = (0..plants.len()).map(|number| number as f64).collect();
        let (plant, share) = &plants[pick(&numbers) as usize];
        let months = pick(&[0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0]);
        let severity = pick(&[0.3, 0.5, 1.0, 1.0]);
        let recovery = pick(&[0.0, 0.0, 2.0, 4.5]);
        let day = ["2026-04-01", "2026-06-10", "2026-08-01", "2027-01-20"][pick(&[0.0, 1.0, 2.0, 3.0]) as usize];
        writeln!(
            text,
            "[[event]]\nid = \"outage{event}\"\nkind = \"production_loss\"\nsupplies = [\"{plant}\"]\narrival = {{ process = \"fixed\", at = \"{day}\" }}\n\
             severity = {severity}\nduration = {months}"
        )
        .unwrap();
        if recovery > 0.0 {
            writeln!(text, "recovery = {{ shape = \"linear\", months = {recovery} }}").unwrap();
        }
        taken += (months + recovery / 2.0) * severity * share * 100.0;
    }
    Chain { text, taken }
}

#[test]
fn no_outage_has_an_echo() {
    let (mut failures, mut felt) = (Vec::new(), 0);
    for seed in 0..SCENARIOS {
        let Chain { text, taken } = chain(seed);
        let report = simulate(&read(&text), &[]);
        let missed = row(&report, "baseline", "metal", "buyer", "all")
            .unwrap()
            .expected_shortfall_t
            .value;
        // Months are of different lengths in weeks.
        if missed > taken * 1.001 {
            failures.push(format!("seed {seed}: {missed} of {taken} t"));
        }
        felt += u64::from(missed > 0.5 * taken);
    }
    assert!(
        failures.is_empty(),
        "more was short than the outages took:\n{}",
        failures.join("\n")
    );
    assert!(felt > SCENARIOS / 4, "{felt} of {SCENARIOS} chains felt their outages");
}

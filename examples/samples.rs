//! A statistic of one's own, from each trial's shortfall as an array. `cargo run --release --example samples`

use critmin::study::{Error, Run, Study};
use ndarray::Axis;

fn main() -> Result<(), Error> {
    let baseline = Study::open("scenarios/quickstart.toml")?.baseline()?;
    let results = Run::new(&baseline).trials(4_096).results()?;
    let samples = &results.samples[0];
    for ((material, place), shortfall_pct) in samples.rows.iter().zip(samples.shortfall_pct.axis_iter(Axis(1))) {
        let above = shortfall_pct.iter().filter(|value| **value > 20.0).count();
        println!(
            "{material} in {place}: {above} of {} trials lack more than 20 %",
            results.trials()
        );
    }
    Ok(())
}

//! Which policies for which budget? The frontier of cost and risk. `cargo run --release --example choose`

use critmin::study::{Error, Progress, Study};
use critmin::whatif::optimize::{Plan, prepare};

fn main() -> Result<(), Error> {
    let study = Study::open("scenarios/gallium-germanium.toml")?;
    let plan = Plan {
        budget: Some(1.5e9),
        trials: Some(2_048),
        ..Plan::default()
    };
    let found = prepare(&study, &plan)?.run(&Progress::default())?;
    for number in &found.frontier {
        let mix = &found.tried[*number];
        println!(
            "{:>6.0} million USD: CVaR 95 {:.2} %, {}",
            mix.cost / 1e6,
            mix.goal,
            mix.name
        );
    }
    Ok(())
}

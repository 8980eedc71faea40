//! How much is short, and how sure is that? `cargo run --release --example headline [SCENARIO]`

use critmin::study::{Error, Run, Statistic, Study};

fn main() -> Result<(), Error> {
    let path = std::env::args().nth(1);
    let study = Study::open(path.as_deref().unwrap_or("scenarios/quickstart.toml"))?;
    let baseline = study.baseline()?;
    let results = Run::new(&baseline).trials(4_096).results()?;
    let (material, place) = baseline.headline();
    for statistic in [
        Statistic::ExpectedShortfallPct,
        Statistic::Cvar95Pct,
        Statistic::ProbGt10,
    ] {
        if let Some(found) = results.get("baseline", (&material, &place), statistic) {
            println!(
                "{}: {:.4} [{:.4}, {:.4}]",
                statistic.name(),
                found.value,
                found.low,
                found.high
            );
        }
    }
    Ok(())
}

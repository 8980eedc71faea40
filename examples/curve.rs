//! A diversification curve: the expected shortfall as China's share falls. `cargo run --release --example curve`

use critmin::study::{Change, Error, Run, Statistic, Study, Variant};

fn main() -> Result<(), Error> {
    let study = Study::open("scenarios/quickstart.toml")?;
    let baseline = study.baseline()?;
    let shares = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7];
    let point = |share: &f64| {
        (
            format!("{share}"),
            vec![Change::set("shares.magnet.by_country.CHN", share)],
        )
    };
    let points: Vec<Variant> = study.variants(&shares.iter().map(point).collect::<Vec<_>>())?;
    let results = Run::new(&baseline).against(&points).trials(4_096).results()?;
    for point in &points {
        if let Some(found) = results.get(point.id(), ("magnet", "USA"), Statistic::ExpectedShortfallPct) {
            println!(
                "{}: {:.2} % ± {:.2}",
                point.id(),
                found.value,
                (found.high - found.low) / 2.0
            );
        }
    }
    Ok(())
}

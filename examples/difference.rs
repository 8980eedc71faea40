//! What does a change bring? Two variants on the same draws. `cargo run --release --example difference`

use critmin::study::{Change, Error, Run, Statistic, Study};

fn main() -> Result<(), Error> {
    let study = Study::open("scenarios/quickstart.toml")?;
    let baseline = study.baseline()?;
    let elsewhere = study.variant("half elsewhere", &[Change::set("shares.magnet.by_country.CHN", 0.5)])?;
    let milder = study.variant("half as severe", &[Change::set("event.ban.severity", 0.5)])?;
    let results = Run::new(&baseline)
        .against([&elsewhere, &milder])
        .trials(4_096)
        .results()?;
    for name in ["half elsewhere", "half as severe"] {
        let headline = ("magnet", "USA");
        if let Some(less) = results.difference(name, headline, Statistic::ExpectedShortfallPct) {
            let of = less.estimate;
            println!("{name}: {:+.3} points [{:+.3}, {:+.3}]", of.value, of.low, of.high);
        }
    }
    Ok(())
}

use critmin::analysis::run::{RunListener, RunPlan, run};
use critmin::engine::run::Progress;
use critmin::scenario::Document;
struct Quiet;
impl RunListener for Quiet {}
#[test]
fn e3() {
    let document = Document::load(std::path::Path::new("tests/cases/e3_ban_with_stock.toml"))
        .unwrap_or_else(|e| panic!("{}", e.render(false)));
    if let Err(e) = document.check(None) {
        panic!("{}", e.render(false));
    }
    let report = run(&document, "e3", &RunPlan::default(), &Progress::default(), &mut Quiet).unwrap();
    for row in &report.results.policies[0].summary {
        println!(
            "{} {} {} {:?} tts {:?} ttr {:?}",
            row.material,
            row.country,
            row.sector,
            row.expected_shortfall_t,
            row.time_to_survive_months,
            row.time_to_recover_months
        );
    }
    for row in &report.results.policies[0].attribution {
        println!("{row:?}");
    }
    println!("{:?}", report.results.manifest.defaults);
}

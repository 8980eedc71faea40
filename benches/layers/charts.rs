//! Charts from results that are there: the quickstart with 1,000 trials. Drawing all of them (as SVG), and turning one into PNG.

use criterion::{Criterion, criterion_group, criterion_main};
use critmin::analysis::run::{RunPlan, run};
use critmin::engine::run::Progress;
use critmin::report::charts::{Format, render_all};
use critmin_benches::{Deaf, QUICKSTART, load};

fn charts(criterion: &mut Criterion) {
    let mut document = load(QUICKSTART);
    document.set("run.trials=1000").expect("a number of trials");
    let report = run(
        &document,
        "quickstart",
        &RunPlan::default(),
        &Progress::default(),
        &mut Deaf,
    );
    let results = report.expect("a run").results;
    let mut group = criterion.benchmark_group("charts");
    group.sample_size(10);
    group.bench_function("all of the quickstart", |bencher| {
        bencher.iter(|| render_all(&results).expect("charts"));
    });
    let charts = render_all(&results).expect("charts");
    group.bench_function("one as PNG", |bencher| {
        bencher.iter(|| charts[0].to_bytes(Format::Png).expect("a chart"));
    });
    group.finish();
}

criterion_group!(benches, charts);
criterion_main!(benches);

//! Charts from results that are there: the quickstart with 1,000 trials. Drawing all of them (as SVG), and turning one into PNG.

use criterion::{Criterion, criterion_group, criterion_main};
use critmin::report::charts::{Format, render_all};
use critmin::study::{Progress, RunPlan, Study};
use critmin_benches::{QUICKSTART, in_repository};

fn charts(criterion: &mut Criterion) {
    let mut study = Study::open(in_repository(QUICKSTART)).expect("a scenario");
    study.set("run.trials=1000").expect("a number of trials");
    let whole = study.run(&RunPlan::default(), &Progress::default());
    let results = whole.expect("a run").run;
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

//! What comes before the first trial: reading a scenario and the files that it names, checking it, compiling it. Files come from the
//! system's cache.

use criterion::{Criterion, criterion_group, criterion_main};
use critmin::model::compile;
use critmin_benches::{SCENARIOS, load};

fn start_up(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start-up");
    group.sample_size(20);
    for (name, path) in SCENARIOS {
        group.bench_function(format!("load, {name}"), |bencher| bencher.iter(|| load(path)));
        let document = load(path);
        let check = || {
            document
                .check(None)
                .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
        };
        group.bench_function(format!("check, {name}"), |bencher| bencher.iter(check));
        let (scenario, _) = check();
        group.bench_function(format!("compile, {name}"), |bencher| {
            bencher.iter(|| compile(&scenario).unwrap_or_else(|error| panic!("{error}")));
        });
    }
    group.finish();
}

criterion_group!(benches, start_up);
criterion_main!(benches);

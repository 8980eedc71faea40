//! Printed dates are the instants used: what begins on a printed first day and lasts one period touches that period and no other.

use critmin::scenario::{Calendar, Step};
use jiff::civil::date;

use crate::support::{read, replay};

#[test]
fn one_period_from_a_printed_first_day_is_that_period() {
    let starts = [
        date(2024, 1, 1),
        date(2023, 12, 29),
        date(2024, 1, 15),
        date(2024, 1, 30),
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2026, 7, 2),
    ];
    for start in starts {
        for step in [Step::Week, Step::Month, Step::Quarter, Step::Year] {
            let calendar = Calendar { start, step };
            let periods = if step == Step::Week { 320 } else { 15 };
            for struck in [1, 2, 7, periods - 2] {
                let day = calendar.first_day(struck).unwrap();
                let document = read(&format!(
                    r#"
                    format = 1
                    title = "x"
                    assumption = "made up"
                    time = {{ start = "{start}", periods = {periods}, step = "{}" }}
                    run = {{ trials = 1 }}
                    demand = [ {{ material = "m", country = "USA", amount = 1200 }} ]
                    [[material]]
                    id = "m"
                    [[supply]]
                    id = "p"
                    material = "m"
                    country = "CHN"
                    capacity = 1200
                    [[event]]
                    id = "e"
                    kind = "production_loss"
                    countries = ["CHN"]
                    arrival = {{ process = "fixed", at = "{day}" }}
                    duration = {}
                    "#,
                    step.name(),
                    step.months(),
                ));
                let found = replay(&document, None, 0).unwrap();
                assert_eq!(found.dates[struck], day.to_string());
                assert_eq!(found.events[0].start_date, day.to_string());
                for (period, short) in found.headline_by_period_pct.iter().enumerate() {
                    let expected = if period == struck { 100.0 } else { 0.0 };
                    assert_eq!(*short, expected, "{start} {step:?} {day}: period {period}");
                }
            }
        }
    }
}

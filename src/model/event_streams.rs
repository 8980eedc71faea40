//! The random streams of an event.

use crate::sampling::{Stream, StreamKey};

/// The random streams of an event, one per driver.
#[derive(Debug, Clone, Copy)]
pub struct EventStreams {
    /// Whether it happens.
    pub occurrence: Stream,
    /// Arrival gaps, dates, up times.
    pub arrival: Stream,
    /// Durations and down times.
    pub duration: Stream,
    /// Severities.
    pub severity: Stream,
    /// Delays.
    pub delay: Stream,
    /// Recovery times.
    pub recovery: Stream,
    /// Approval times.
    pub approval: Stream,
    /// Times of notice.
    pub notice: Stream,
}

impl EventStreams {
    /// The streams of the event with this id. What an event takes away is whether it strikes, times how long, times how hard: so these draws have a net
    /// together, those of its first three occurrences. `starts_by_arrival`: whether that it strikes at all is decided by its arrival (gaps, up times).
    ///
    /// Constants for ever, draws depend on them. Each kind of draw has dimensions of its own whether an event uses it or not, so that a policy
    /// that makes one of them certain moves no other.
    pub(super) fn new(seed: u64, id: &str, starts_by_arrival: bool) -> Self {
        let name = format!("event.{id}");
        let net = StreamKey::new(seed, &name);
        let stream = |driver: &str, dimensions| {
            let key = StreamKey::new(seed, &format!("{name}.{driver}"));
            Stream::in_net(key, net, dimensions)
        };
        let (occurrence, arrival) = if starts_by_arrival {
            (LATER, FIRST)
        } else {
            (FIRST, LATER)
        };
        EventStreams {
            occurrence: stream("occurrence", occurrence),
            arrival: stream("arrival", arrival),
            duration: stream("duration", &[1, 5, 9]),
            severity: stream("severity", &[2, 6, 10]),
            recovery: stream("recovery", &[12]),
            approval: stream("approval", &[13]),
            notice: stream("notice", &[14]),
            delay: stream("delay", &[15]),
        }
    }
}

/// Dimensions of what decides whether an event strikes, and of the other of the two.
const FIRST: &[usize] = &[0, 3, 8];
const LATER: &[usize] = &[4, 7, 11];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sampling::{BATCH_TRIALS, Design};

    fn all(streams: &EventStreams) -> [Stream; 8] {
        let EventStreams {
            occurrence,
            arrival,
            duration,
            severity,
            delay,
            recovery,
            approval,
            notice,
        } = *streams;
        [
            occurrence, arrival, duration, severity, delay, recovery, approval, notice,
        ]
    }

    #[test]
    fn no_two_draws_share_a_dimension() {
        for starts_by_arrival in [true, false] {
            let streams = EventStreams::new(1, "ban", starts_by_arrival);
            let draws = all(&streams).map(|stream| stream.dimensions().to_vec()).concat();
            let different: BTreeSet<usize> = draws.iter().copied().collect();
            assert_eq!((draws.len(), different.len()), (16, 16), "{draws:?}");
            assert_eq!(different.last(), Some(&15));
        }
    }

    #[test]
    fn a_stream_is_named_after_event_and_driver() {
        let streams = EventStreams::new(7, "ban", false);
        assert_eq!(streams.severity.key, StreamKey::new(7, "event.ban.severity"));
        assert_eq!(streams.notice.key, StreamKey::new(7, "event.ban.notice"));
    }

    /// How many trials of a batch lie in each box, of a grid that halves the unit so many times along each draw: if as many in each, how many.
    fn in_each_box(draws: &[Stream], halvings: &[u32], batch: u64) -> Option<usize> {
        let mut boxes = vec![0; 1 << halvings.iter().sum::<u32>()];
        for trial in batch * BATCH_TRIALS..(batch + 1) * BATCH_TRIALS {
            let place = draws.iter().zip(halvings).fold(0, |place, (stream, halvings)| {
                let uniform = Design::LatinHypercube.uniform(*stream, trial, 0);
                place << halvings | (uniform * f64::from(1 << halvings)) as usize
            });
            boxes[place] += 1;
        }
        boxes.iter().all(|found| *found == boxes[0]).then_some(boxes[0])
    }

    /// Whether it strikes, how long and how hard: 256 trials have two in every box of 1/128, whatever its sides; with the date, four in every box of 1/64.
    #[test]
    fn the_draws_of_an_occurrence_are_a_net() {
        for (id, starts_by_arrival) in [("ban", false), ("outage", true)] {
            let streams = EventStreams::new(3, id, starts_by_arrival);
            let (first, later) = if starts_by_arrival {
                (streams.arrival, streams.occurrence)
            } else {
                (streams.occurrence, streams.arrival)
            };
            let draws = [first, streams.duration, streams.severity, later];
            for batch in 0..3 {
                for one in 0..=7 {
                    for two in 0..=7 - one {
                        let halvings = [one, two, 7 - one - two];
                        assert_eq!(
                            in_each_box(&draws[..3], &halvings, batch),
                            Some(2),
                            "{id}, {halvings:?}"
                        );
                        for three in (0..=6_u32).take_while(|three| one + two + three <= 6) {
                            let halvings = [one, two, three, 6 - one - two - three];
                            assert_eq!(in_each_box(&draws, &halvings, batch), Some(4), "{id}, {halvings:?}");
                        }
                    }
                }
            }
        }
    }
}

//! Trials in blocks on all cores. What observers collect must merge to the same value in any order (integer sums), so the result is
//! the same for any number of threads, blocks or shards.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::draws::{Exhausted, TrialStreams};
use super::kept::Keep;
use super::observe::Observer;
use super::trial::Simulator;
use crate::model::Model;

/// Trials of a block at most.
const MOST_BLOCK_TRIALS: u64 = 128;
/// Blocks that would be left for each thread if all were as large as the one that is cut off: towards the end they become small, so that no thread
/// waits long for another.
const BLOCKS_LEFT: u64 = 4;
/// Blocks that each thread would have behind it in the same way: the first ones are small, so that a run can soon pause, and a pause never takes long
/// beside what came before it.
const BLOCKS_BEHIND: u64 = 16;

/// How far a run has come, and whether it should stop.
#[derive(Debug, Default)]
pub struct Progress {
    /// Trials done.
    pub done: AtomicU64,
    /// Set to stop after the blocks under way.
    pub stop: AtomicBool,
    /// Set to have what is gathered handed over after the blocks under way, so that it can be saved; the run then goes on.
    pub pause: AtomicBool,
    /// Set to have what is gathered handed over in the same way, so that it can be told of.
    pub look: AtomicBool,
    /// Where what was simulated is kept, if anywhere.
    pub kept: Option<Box<dyn Keep>>,
    /// The first trial in which an event had to be left off being drawn. The run is then stopped after the blocks under way.
    exhausted: Mutex<Option<Exhausted>>,
}

impl Progress {
    /// Of a run whose trials are kept.
    pub fn keeping(kept: impl Keep + 'static) -> Self {
        Progress {
            kept: Some(Box::new(kept)),
            ..Progress::default()
        }
    }

    /// Whether a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The first trial, of all so far, in which an event had to be left off being drawn: what is gathered is then of no use.
    pub fn exhausted(&self) -> Option<Exhausted> {
        *self.exhausted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, exhausted: Exhausted) {
        let mut first = self.exhausted.lock().unwrap_or_else(PoisonError::into_inner);
        *first = Some(first.map_or(exhausted, |first| first.min(exhausted)));
    }

    /// Whether a pause was asked for; it is then over.
    pub fn take_pause(&self) -> bool {
        self.pause.swap(false, Ordering::Relaxed)
    }

    /// Whether a look was asked for; it is then over.
    pub fn take_look(&self) -> bool {
        self.look.swap(false, Ordering::Relaxed)
    }

    /// Whether what is gathered is to be handed over, for whatever reason.
    fn is_handed_over(&self) -> bool {
        self.pause.load(Ordering::Relaxed) || self.look.load(Ordering::Relaxed)
    }
}

/// Something that trials can be gathered into by several threads.
pub trait Gather: Observer + Send {
    /// Takes over what another of the same kind has gathered.
    fn absorb(&mut self, other: Self);
}

/// Simulates `trials` and gathers them into observers made by `make`. Returns `None` when stopped before any block was done; a stopped or
/// paused run returns what its finished blocks gathered, and `progress.done` tells how many trials those are. They are the first ones of
/// `trials`: blocks are begun in order, and each that was begun is finished.
pub fn simulate<O: Gather>(
    model: &Model,
    trials: Range<u64>,
    progress: &Progress,
    make: impl Fn() -> O + Sync,
) -> Option<O> {
    simulate_in_blocks(model, trials, None, progress, make)
}

/// The same, with blocks of the caller's choosing (0 counts as 1): they decide how evenly the threads are loaded and how soon a run can stop, never
/// what is found.
pub fn simulate_in_blocks<O: Gather>(
    model: &Model,
    trials: Range<u64>,
    block_trials: Option<u64>,
    progress: &Progress,
    make: impl Fn() -> O + Sync,
) -> Option<O> {
    let blocks = Blocks::new(trials, block_trials);
    // One simulator and one observer per thread: memory does not grow with the number of blocks.
    let gathered = rayon::broadcast(|_| {
        let mut worker: Option<(Simulator<'_>, O)> = None;
        // Blocks are begun in order and finished, so the first trial found is the first of all.
        while !progress.is_stopped() && progress.exhausted().is_none() {
            let Some(block) = blocks.begin() else { break };
            let (simulator, observer) = worker.get_or_insert_with(|| (Simulator::new(model), make()));
            for trial in block.clone() {
                simulator.run(trial, TrialStreams::of(trial), observer);
            }
            if let Some(found) = simulator.exhausted() {
                progress.note(found);
            }
            progress.done.fetch_add(block.end - block.start, Ordering::Relaxed);
            // Looked at after a block, so that a run moves on however often it is paused.
            if progress.is_handed_over() {
                break;
            }
        }
        worker.map(|(_, mut observer)| {
            observer.rest();
            observer
        })
    });
    gathered.into_iter().flatten().reduce(|mut one, other| {
        one.absorb(other);
        one
    })
}

/// A range of trials from which the threads cut their blocks, first ones first.
struct Blocks {
    start: u64,
    next: AtomicU64,
    end: u64,
    /// Trials of each block; else as many as leave work for all threads.
    fixed: Option<u64>,
    threads: u64,
}

impl Blocks {
    fn new(trials: Range<u64>, fixed: Option<u64>) -> Self {
        Self {
            start: trials.start,
            next: AtomicU64::new(trials.start),
            end: trials.end,
            fixed: fixed.map(|trials| trials.max(1)),
            threads: rayon::current_num_threads() as u64,
        }
    }

    /// The next block; `None` when no trial is left.
    fn begin(&self) -> Option<Range<u64>> {
        let end_of = |start: u64| start + self.size(start - self.start, self.end - start).min(self.end - start);
        let start = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |start| {
                (start < self.end).then(|| end_of(start))
            })
            .ok()?;
        Some(start..end_of(start))
    }

    /// Trials of a block when so many have been begun and so many are left.
    fn size(&self, begun: u64, left: u64) -> u64 {
        let shares = || (begun / (BLOCKS_BEHIND * self.threads)).min(left / (BLOCKS_LEFT * self.threads));
        self.fixed.unwrap_or_else(|| shares().clamp(1, MOST_BLOCK_TRIALS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(trials: Range<u64>, fixed: Option<u64>, threads: u64) -> Vec<Range<u64>> {
        let blocks = Blocks {
            threads,
            ..Blocks::new(trials, fixed)
        };
        std::iter::from_fn(|| blocks.begin()).collect()
    }

    #[test]
    fn blocks_make_up_the_range_in_order() {
        for trials in [0..0, 0..1, 5..300, 100..100_000, u64::MAX - 1_000..u64::MAX] {
            for fixed in [None, Some(0), Some(1), Some(37), Some(u64::MAX)] {
                for threads in [1, 2, 7, 64] {
                    let mut next = trials.start;
                    for block in cut(trials.clone(), fixed, threads) {
                        assert!(block.start == next && block.end > next, "{block:?} of {trials:?}");
                        next = block.end;
                    }
                    assert_eq!(next, trials.end);
                }
            }
        }
    }

    #[test]
    fn blocks_fill_all_threads_in_short_runs_and_end_small() {
        for (trials, threads) in [(20, 2), (200, 2), (1_000, 16)] {
            let blocks = cut(0..trials, None, threads);
            assert!(blocks.len() as u64 >= 4 * threads, "{} blocks", blocks.len());
            // The last ones, of which a thread may have to wait for one.
            assert!(
                blocks
                    .iter()
                    .rev()
                    .take(threads as usize)
                    .all(|block| block.end - block.start == 1)
            );
        }
        // Long runs are cut into large ones for the most part.
        assert!(cut(0..100_000, None, 2).len() < 1_000);
    }

    #[test]
    fn blocks_begin_small_so_that_a_pause_is_short() {
        for threads in [1, 2, 16] {
            let blocks = cut(500..100_000, None, threads);
            assert!(
                blocks
                    .iter()
                    .take(threads as usize)
                    .all(|block| block.end - block.start == 1)
            );
            for block in &blocks {
                let (begun, trials) = (block.start - 500, block.end - block.start);
                assert!(
                    trials == 1 || trials * 16 * threads <= begun,
                    "{block:?} with {threads} threads"
                );
            }
        }
    }
}

//! Trials in fixed blocks on all cores. What observers collect must merge to the same value in any order (integer sums), so the result is
//! the same for any number of threads, blocks or shards.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::draws::{Exhausted, TrialStreams};
use super::observe::Observer;
use super::trial::Simulator;
use crate::model::Model;

/// Trials in a block.
pub const BLOCK_TRIALS: u64 = 128;

/// How far a run has come, and whether it should stop.
#[derive(Debug, Default)]
pub struct Progress {
    /// Trials done.
    pub done: AtomicU64,
    /// Set to stop after the blocks under way.
    pub stop: AtomicBool,
    /// Set to have what is gathered handed over after the blocks under way, so that it can be saved; the run then goes on.
    pub pause: AtomicBool,
    /// The first trial in which an event had to be left off being drawn. The run is then stopped after the blocks under way.
    exhausted: Mutex<Option<Exhausted>>,
}

impl Progress {
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
    simulate_in_blocks(model, trials, BLOCK_TRIALS, progress, make)
}

/// The same, with blocks of the caller's choosing: they decide how evenly the threads are loaded and how soon a run can stop, never what is
/// found.
pub fn simulate_in_blocks<O: Gather>(
    model: &Model,
    trials: Range<u64>,
    block_trials: u64,
    progress: &Progress,
    make: impl Fn() -> O + Sync,
) -> Option<O> {
    let blocks: Vec<Range<u64>> = blocks(trials, block_trials).collect();
    let next = AtomicUsize::new(0);
    // One simulator and one observer per thread: memory does not grow with the number of blocks.
    let gathered = rayon::broadcast(|_| {
        let mut worker: Option<(Simulator<'_>, O)> = None;
        // Blocks are begun in order and finished, so the first trial found is the first of all.
        while !progress.is_stopped() && progress.exhausted().is_none() {
            let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let (simulator, observer) = worker.get_or_insert_with(|| (Simulator::new(model), make()));
            for trial in block.clone() {
                simulator.run(trial, TrialStreams::of(trial), observer);
            }
            if let Some(found) = simulator.exhausted() {
                progress.note(found);
            }
            progress.done.fetch_add(block.end - block.start, Ordering::Relaxed);
            // Looked at after a block, so that a run moves on however often it is paused.
            if progress.pause.load(Ordering::Relaxed) {
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

/// Cuts a range at multiples of the block size (0 counts as 1).
pub fn blocks(trials: Range<u64>, block_trials: u64) -> impl Iterator<Item = Range<u64>> {
    let (size, mut next) = (block_trials.max(1), trials.start);
    std::iter::from_fn(move || {
        if next >= trials.end {
            return None;
        }
        let end = (next / size + 1).saturating_mul(size).min(trials.end);
        let block = next..end;
        next = end;
        Some(block)
    })
}

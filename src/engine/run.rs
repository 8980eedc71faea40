//! Trials in fixed blocks on all cores. What observers collect must merge to the same value in any order (integer sums), so the result is
//! the same for any number of threads, blocks or shards.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::draws::TrialStreams;
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
}

impl Progress {
    /// Whether a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Something that trials can be gathered into by several threads.
pub trait Gather: Observer + Send {
    /// Takes over what another of the same kind has gathered.
    fn absorb(&mut self, other: Self);
}

/// Simulates `trials` and gathers them into observers made by `make`. Returns `None` when stopped before any block was done; a stopped run
/// returns what its finished blocks gathered, and `progress.done` tells how many trials those are.
pub fn simulate<O: Gather>(
    model: &Model,
    trials: Range<u64>,
    progress: &Progress,
    make: impl Fn() -> O + Sync,
) -> Option<O> {
    let blocks: Vec<Range<u64>> = blocks(trials).collect();
    let next = AtomicUsize::new(0);
    // One simulator and one observer per thread: memory does not grow with the number of blocks.
    let gathered = rayon::broadcast(|_| {
        let mut worker: Option<(Simulator<'_>, O)> = None;
        while !progress.is_stopped() {
            let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let (simulator, observer) = worker.get_or_insert_with(|| (Simulator::new(model), make()));
            for trial in block.clone() {
                simulator.run(trial, TrialStreams::of(trial), observer);
            }
            progress.done.fetch_add(block.end - block.start, Ordering::Relaxed);
        }
        worker.map(|(_, observer)| observer)
    });
    gathered.into_iter().flatten().reduce(|mut one, other| {
        one.absorb(other);
        one
    })
}

/// Cuts a range at multiples of the block size.
pub fn blocks(trials: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let mut next = trials.start;
    std::iter::from_fn(move || {
        if next >= trials.end {
            return None;
        }
        let end = ((next / BLOCK_TRIALS + 1) * BLOCK_TRIALS).min(trials.end);
        let block = next..end;
        next = end;
        Some(block)
    })
}

"""Statistics over trials for the NumPy and Numba programs, and what their command lines have in common."""

import argparse
import json
import time

import numpy as np

import problem as problem_module

NEGLIGIBLE = 1e-8  # shares up to this count as nothing, as in critmin


def ranks(levels, trials):
    return [int(np.ceil(round(level * trials, 6))) - 1 for level in levels]


def mean_and_error(values):
    trials = values.shape[1]
    mean = values.mean(axis=1)
    squares = np.einsum("ij,ij->i", values, values) / trials
    return mean, np.sqrt(np.maximum(squares - mean * mean, 0) / (trials - 1))


def of_cells(short):
    """By row of `short` (rows x trials): mean, standard error, probability of any, 50, 95 and 99 % quantiles, mean of
    the worst 5 %. Sorts the rows."""
    trials = short.shape[1]
    mean, error = mean_and_error(short)
    any_short = np.count_nonzero(short > NEGLIGIBLE, axis=1) / trials
    positions = ranks((0.5, 0.95, 0.99), trials)
    short.sort(axis=1)
    middle, at_risk, extreme = short[:, positions].T
    beyond = short[:, positions[1] :] - at_risk[:, None]
    tail = at_risk + beyond.sum(axis=1) / trials / 0.05
    return np.stack([mean, error, any_short, middle, at_risk, extreme, tail], axis=1)


def of_fan(world):
    """By row of `world` (rows x trials): mean, standard error, 5, 50 and 95 % quantiles. Sorts the rows."""
    trials = world.shape[1]
    mean, error = mean_and_error(world)
    world.sort(axis=1)
    return np.column_stack([mean, error, world[:, ranks((0.05, 0.5, 0.95), trials)]])


def main(simulate, replay, prepare=lambda problem: None):
    """`simulate(problem, trials, seed)` gives (cells, fan); `replay(problem, rows, trials)` gives (short, world) for
    given occurrences; `prepare` does what is needed once, whatever the number of trials."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--occurrences", help="simulate these instead: lines of trial, event, start, duration, severity"
    )
    arguments = parser.parse_args()
    problem = problem_module.load(arguments.scenario)
    if arguments.occurrences:
        rows = np.loadtxt(arguments.occurrences, ndmin=2)
        short, world = replay(problem, rows, int(rows[:, 0].max()) + 1)
        trials = [
            {"short": short[..., k].ravel().tolist(), "world": world[..., k].ravel().tolist()}
            for k in range(short.shape[-1])
        ]
        print(json.dumps({"trials": trials}))
        return
    prepare(problem)
    started, processor = time.perf_counter(), time.process_time()
    cells, fan = simulate(problem, arguments.trials, arguments.seed)
    times = {
        "simulate_seconds": time.perf_counter() - started,
        "simulate_processor_seconds": time.process_time() - processor,
    }
    print(json.dumps({**times, "cells": cells.tolist(), "fan": fan.tolist()}))

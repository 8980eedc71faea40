"""The small problem in NumPy as one writes it from the model's description: loops over minerals and months, arrays over
trials, trade by sweeps of proportional fitting.

It follows docs/method.md, sections 4 to 6, and takes no short cut from this scenario's algebra (numpy_peer.py does).
Trials in which no event touches a mineral in a month are left out of it: supply equals orders, so nothing changes in
them. The last axis of every array is the trial."""

from dataclasses import dataclass

import numpy as np

import summary

ROUNDING = 1e-12  # share of a need or of a supply up to which what is left counts as nothing
MOVED = 1e-12  # relative change of a buyer's factor up to which sweeps have settled
SWEEPS = 10_000  # at most
CHUNK = 10_000  # trials at a time: the more, the less of the time goes into calls


@dataclass
class Occurrences:
    """Row by row."""

    trial: np.ndarray
    event: np.ndarray
    start: np.ndarray
    duration: np.ndarray
    severity: np.ndarray


# --- events ---


def draw(problem, trials, random):
    parameters = [(event.per_month, event.mu, event.sigma, event.alpha, event.beta) for event in problem.events]
    rate, mu, sigma, alpha, beta = np.array(parameters).T
    number = random.poisson(rate * problem.periods, (trials, len(rate)))
    trial, event = (np.repeat(index.ravel(), number.ravel()) for index in np.indices(number.shape))
    return Occurrences(
        trial=trial,
        event=event,
        # Given their number, Poisson arrivals are spread evenly over the horizon.
        start=random.uniform(0, problem.periods, len(event)),
        duration=random.lognormal(mu[event], sigma[event]),
        severity=random.beta(alpha[event], beta[event]),
    )


def what_is_left(problem, occurrences, trials):
    """1 - severity of every event, by month, averaged over the month: month x event x trial. Occurrences multiply."""
    recovery = np.array([event.recovery for event in problem.events])[occurrences.event]
    first = occurrences.start.astype(int)
    end = np.minimum(np.ceil(occurrences.start + occurrences.duration + recovery), problem.periods).astype(int)
    # One row for every month of every occurrence.
    months = end - first
    row = np.repeat(np.arange(len(months)), months)
    month = np.arange(len(row)) - np.repeat(np.cumsum(months) - months - first, months)
    since, duration, recovery = month - occurrences.start[row], occurrences.duration[row], recovery[row]
    lost = months_lost(since + 1, duration, recovery) - months_lost(since, duration, recovery)
    left = np.ones((problem.periods, len(problem.events), trials))
    index = month, occurrences.event[row], occurrences.trial[row]
    np.multiply.at(left, index, 1 - occurrences.severity[row] * lost)
    return left


def months_lost(time, duration, recovery):
    """What an occurrence of severity 1 has taken `time` months after its start: all, then less along a line."""
    rest = np.clip(time - duration, 0, recovery)
    return np.clip(time, 0, duration) + rest - rest * rest / np.maximum(2 * recovery, 1e-300)


# --- trade: T_ij = min(cap_ij, a_i b_j B_ij) ---


def open_trade(pattern, supply, orders):
    """What arrives without caps: the factors a and b are at most 1, and below only where a seller has no more or a
    buyer has all that was ordered. Sweeps go on with the trials that still move."""
    arrived = np.empty_like(orders)
    trials, of_buyers = np.arange(orders.shape[1]), np.ones_like(orders)
    for number in range(SWEEPS):
        before = of_buyers
        of_buyers, found = sweep(pattern, supply, orders, before)
        moving = moved(before, of_buyers)
        # Picking them costs more than a few sweeps too many.
        if len(moving) <= len(trials) / 2 or number == SWEEPS - 1:
            arrived[:, trials] = found
            if len(moving) == 0:
                break
            trials = trials[moving]
            supply, orders, of_buyers = (array.take(moving, axis=1) for array in (supply, orders, of_buyers))
    return arrived


def sweep(pattern, supply, orders, buyers):
    sellers = np.minimum(supply / (pattern @ buyers), 1)
    offered = pattern.T @ sellers
    buyers = np.minimum(orders / offered, 1)
    return buyers, buyers * offered


def moved(before, after):
    """The trials in which a factor has moved."""
    return np.flatnonzero((np.abs(after - before) > MOVED * after).any(axis=0))


def capped_trade(pattern, caps, supply, orders):
    """The same with caps (seller x buyer x trial); gives what arrives at each buyer."""
    pattern = pattern[:, :, None]
    buyers = np.ones_like(orders)
    for _ in range(SWEEPS):
        before = buyers
        sellers = largest_factor(pattern * buyers, caps, supply, axis=1)
        buyers = largest_factor(pattern * sellers[:, None], caps, orders, axis=0)
        if len(moved(before, buyers)) == 0:
            break
    return np.minimum(pattern * sellers[:, None] * buyers, caps).sum(axis=0)


def largest_factor(flows, caps, total, axis):
    """The largest factors up to 1 with which one's lanes together carry no more than the total. Lanes at their caps do
    not bend, so factors rise in steps until no further lane comes to its cap."""
    all_flows = flows.sum(axis)
    factor = np.minimum(total / all_flows, 1)
    while np.any(factor < 1):
        is_capped = np.expand_dims(factor, axis) * flows > caps
        capped = np.sum(caps, axis, where=is_capped)
        bending = all_flows - np.sum(flows, axis, where=is_capped)
        before, factor = factor, np.maximum(np.minimum((total - capped) / bending, 1), factor)
        if np.array_equal(factor, before):
            break
    return factor


# --- the months of one mineral ---


def of_plants(normal, capacity, left, hits):
    """What plants can and mean to make: a loss takes capacity, and output only beyond what is spare."""
    output = np.repeat(normal[:, None] * capacity, left.shape[1], axis=1)
    for event, plant in hits:
        output[plant] *= left[event]
    return np.minimum(output, normal[:, None], out=output)


def below(values, normal):
    """In which trials any is below normal."""
    return (values < normal[:, None]).any(axis=0)


def cover(missing, need, stock):
    """Draws from stocks what is missing; gives what remains."""
    missing[missing <= ROUNDING * need] = 0
    drawn = np.minimum(missing, stock)
    stock -= drawn
    missing -= drawn
    return missing


def simulate_mineral(problem, index, left_by_event, short, world):
    """Writes the shares of the horizon's demand that are short (countries, then the world) and those of the world's
    demand by month."""
    mineral, trials = problem.minerals[index], world.shape[1]
    # The events that touch this mineral, and the plants and lanes that they hit.
    own = [
        position
        for position, event in enumerate(problem.events)
        if any(hit[0] == index for hit in [*event.mines, *event.refiners, *event.bans])
    ]
    events = [problem.events[position] for position in own]
    mine_hits = [(row, plant) for row, event in enumerate(events) for chain, plant in event.mines if chain == index]
    refiner_hits = [
        (row, plant) for row, event in enumerate(events) for chain, plant in event.refiners if chain == index
    ]
    bans = [(row, *ban[1:]) for row, event in enumerate(events) for ban in event.bans if ban[0] == index]

    mines, refiners, users = mineral.mines, mineral.refiners, mineral.users
    ore_pattern, metal_pattern = np.outer(mines, refiners), np.outer(refiners, users)
    ore_stock = np.repeat((mineral.ore_stock * refiners)[:, None], trials, axis=1)
    metal_stock = np.repeat((mineral.metal_stock * users)[:, None], trials, axis=1)
    lacking = np.zeros((len(users), trials))
    world[:] = 0
    for month in range(problem.periods):
        left = left_by_event[month, own]
        ore = of_plants(mines, mineral.capacity[0], left, mine_hits)
        metal = ordered = of_plants(refiners, mineral.capacity[1], left, refiner_hits)

        # Ore: refiners' stocks cover what is missing.
        struck = np.flatnonzero(below(ore, mines) | below(ordered, refiners))
        if len(struck) > 0:
            ore, ordered, stock = (array.take(struck, axis=1) for array in (ore, ordered, ore_stock))
            arrived = open_trade(ore_pattern, ore, ordered)
            missing = cover(ordered - arrived, ordered, stock)
            metal[:, struck], ore_stock[:, struck] = ordered - missing, stock

        # Metal: users' stocks cover what is missing.
        is_restricted = (left[[event for event, _, _ in bans]] < 1).any(axis=0)
        for struck, has_caps in (below(metal, refiners) & ~is_restricted, False), (is_restricted, True):
            struck = np.flatnonzero(struck)
            if len(struck) == 0:
                continue
            supply, stock = metal.take(struck, axis=1), metal_stock.take(struck, axis=1)
            orders = np.repeat(users[:, None], len(struck), axis=1)
            if has_caps:
                caps = caps_of(metal_pattern, left.take(struck, axis=1), bans)
                arrived = capped_trade(metal_pattern, caps, supply, orders)
            else:
                arrived = open_trade(metal_pattern, supply, orders)
            missing = cover(orders - arrived, orders, stock)
            metal_stock[:, struck] = stock
            lacking[:, struck] = lacking.take(struck, axis=1) + missing
            world[month, struck] = missing.sum(axis=0)
    short[:-1] = lacking / (users[:, None] * problem.periods)
    short[-1] = world.mean(axis=0)


def caps_of(pattern, left, bans):
    """What restricted lanes may carry; the others have no cap."""
    caps = np.full((*pattern.shape, left.shape[1]), np.inf)
    for event, exporter, is_banned in bans:
        caps[exporter, is_banned] = pattern[exporter, is_banned, None] * left[event]
    return caps


def simulate_occurrences(problem, occurrences, short, world):
    left = what_is_left(problem, occurrences, world.shape[-1])
    for index in range(len(problem.minerals)):
        simulate_mineral(problem, index, left, short[index], world[index])


def memory(problem, trials):
    minerals = len(problem.minerals)
    return np.empty((minerals, len(problem.countries) + 1, trials)), np.empty((minerals, problem.periods, trials))


def simulate(problem, trials, seed):
    random = np.random.default_rng([seed, 1])  # other draws than in numba_plain.py, for comparison
    short, world = memory(problem, trials)
    for first in range(0, trials, CHUNK):
        chunk = slice(first, min(first + CHUNK, trials))
        occurrences = draw(problem, chunk.stop - first, random)
        simulate_occurrences(problem, occurrences, short[..., chunk], world[..., chunk])
    return summary.of_cells(short.reshape(-1, trials)), summary.of_fan(world.reshape(-1, trials))


def replay(problem, rows, trials):
    short, world = memory(problem, trials)
    trial, event, *numbers = rows.T
    simulate_occurrences(problem, Occurrences(trial.astype(int), event.astype(int), *numbers), short, world)
    return short, world


if __name__ == "__main__":
    summary.main(simulate, replay)

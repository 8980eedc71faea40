"""The small problem in Numba as one writes it from the model's description: plain loops over minerals, trials, months
and lanes, trade by sweeps of proportional fitting.

It follows docs/method.md, sections 4 to 6, and takes no short cut from this scenario's algebra (numba_peer.py does).
Months of a chain that no event touches are left out: supply equals orders, so nothing changes in them."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

import summary

ROUNDING = 1e-12  # share of a need or of a supply up to which what is left counts as nothing
MOVED = 1e-12  # relative change of a buyer's factor up to which sweeps have settled
SWEEPS = 10_000  # at most


class Chain(NamedTuple):
    """One mineral. All quantities are shares of the world's normal output per month."""

    mines: np.ndarray
    refiners: np.ndarray
    users: np.ndarray
    ore_pattern: np.ndarray  # mines x refiners: normal flows
    metal_pattern: np.ndarray  # refiners x users
    mine_capacity: float  # over normal output
    refiner_capacity: float
    ore_maximum: np.ndarray  # stock of refiners
    metal_maximum: np.ndarray  # stock of users
    place: np.ndarray  # by event: its place among the mineral's own, -1 if it does not touch the mineral
    mine_hit: np.ndarray  # by own event: the mine that loses capacity, -1 if none
    refiner_hit: np.ndarray
    exporter_hit: np.ndarray  # by own event: the refiner whose exports are restricted, -1 if none
    is_banned: np.ndarray  # own event x user: whether the lane is restricted
    recovery: np.ndarray  # by own event, months


class Occurrences(NamedTuple):
    """Row by row, in order of the trials; those of trial k are first[k] to first[k + 1]."""

    first: np.ndarray
    event: np.ndarray
    start: np.ndarray
    duration: np.ndarray
    severity: np.ndarray


def chain_of(problem, index):
    mineral = problem.minerals[index]
    own, place = [], []
    for event in problem.events:
        touches = any(hit[0] == index for hit in [*event.mines, *event.refiners, *event.bans])
        place.append(len(own) if touches else -1)
        own += [event] * touches

    def row_hit(hits):
        rows = [row for chain, row, *_ in hits if chain == index]
        assert len(rows) <= 1
        return rows[0] if rows else -1

    is_banned = np.zeros((len(own), len(problem.countries)), dtype=bool)
    for row, event in enumerate(own):
        for chain, _, mask in event.bans:
            if chain == index:
                is_banned[row] = mask
    return Chain(
        mines=mineral.mines,
        refiners=mineral.refiners,
        users=mineral.users,
        ore_pattern=np.outer(mineral.mines, mineral.refiners),
        metal_pattern=np.outer(mineral.refiners, mineral.users),
        mine_capacity=mineral.capacity[0],
        refiner_capacity=mineral.capacity[1],
        ore_maximum=mineral.ore_stock * mineral.refiners,
        metal_maximum=mineral.metal_stock * mineral.users,
        place=np.array(place),
        mine_hit=np.array([row_hit(event.mines) for event in own]),
        refiner_hit=np.array([row_hit(event.refiners) for event in own]),
        exporter_hit=np.array([row_hit(event.bans) for event in own]),
        is_banned=is_banned,
        recovery=np.array([event.recovery for event in own]),
    )


# --- events ---


def draw(problem, trials, seed):
    random = np.random.default_rng([seed, 2])  # other draws than in numpy_plain.py, for comparison
    parameters = [(event.per_month, event.mu, event.sigma, event.alpha, event.beta) for event in problem.events]
    rate, mu, sigma, alpha, beta = np.array(parameters).T
    number = random.poisson(rate * problem.periods, (trials, len(rate)))
    event = np.repeat(np.tile(np.arange(len(rate)), trials), number.ravel())
    return Occurrences(
        first=np.concatenate([[0], np.cumsum(number.sum(axis=1))]),
        event=event,
        # Given their number, Poisson arrivals are spread evenly over the horizon.
        start=random.uniform(0, problem.periods, len(event)),
        duration=random.lognormal(mu[event], sigma[event]),
        severity=random.beta(alpha[event], beta[event]),
    )


@njit(cache=True, error_model="numpy")
def months_lost(time, duration, recovery):
    """What an occurrence of severity 1 has taken `time` months after its start: all, then less along a line."""
    if time <= duration:
        return max(time, 0.0)
    if recovery == 0:
        return duration
    rest = min(time - duration, recovery)
    return duration + rest - rest * rest / (2 * recovery)


@njit(cache=True, error_model="numpy")
def strike(left, event, is_struck, start, duration, recovery, severity):
    """Cuts what is left in each month by the month's mean severity; occurrences multiply."""
    end = min(start + duration + recovery, float(len(left)))
    lost = 0.0
    for month in range(int(start), math.ceil(end)):
        lost_before = lost
        lost = months_lost(month + 1 - start, duration, recovery)
        left[month, event] *= 1 - severity * (lost - lost_before)
        is_struck[month] = True


# --- trade: T_ij = min(cap_ij, a_i b_j B_ij) ---


@njit(cache=True, error_model="numpy")
def open_trade(pattern, supply, orders, sellers, buyers, arrived):
    """The factors a and b without caps, by turns: each at most 1, and below only where a seller has no more or a buyer
    has all that was ordered. Writes the factors and what arrives."""
    buyers[:] = 1
    for _ in range(SWEEPS):
        arrived[:] = 0  # until buyers refuse some of it
        for i in range(len(supply)):
            asked = 0.0
            for j in range(len(orders)):
                asked += buyers[j] * pattern[i, j]
            sellers[i] = supply[i] / asked if asked > supply[i] else 1.0
            for j in range(len(orders)):
                arrived[j] += sellers[i] * pattern[i, j]
        has_moved = False
        for j in range(len(orders)):
            factor = orders[j] / arrived[j] if arrived[j] > orders[j] else 1.0
            if abs(factor - buyers[j]) > MOVED * factor:
                has_moved = True
            buyers[j] = factor
            arrived[j] *= factor
        if not has_moved:
            return


@njit(cache=True, error_model="numpy")
def capped_trade(pattern, caps, supply, orders, sellers, buyers, arrived):
    """The same with caps."""
    buyers[:] = 1
    flows, limits = np.empty(max(pattern.shape)), np.empty(max(pattern.shape))
    for _ in range(SWEEPS):
        for i in range(len(supply)):
            for j in range(len(orders)):
                flows[j], limits[j] = buyers[j] * pattern[i, j], caps[i, j]
            sellers[i] = largest_factor(flows, limits, len(orders), supply[i])
        has_moved = False
        for j in range(len(orders)):
            for i in range(len(supply)):
                flows[i], limits[i] = sellers[i] * pattern[i, j], caps[i, j]
            factor = largest_factor(flows, limits, len(supply), orders[j])
            if abs(factor - buyers[j]) > MOVED * factor:
                has_moved = True
            buyers[j] = factor
        if not has_moved:
            break
    arrived[:] = 0
    for i in range(len(supply)):
        for j in range(len(orders)):
            arrived[j] += min(sellers[i] * buyers[j] * pattern[i, j], caps[i, j])


@njit(cache=True, error_model="numpy")
def largest_factor(flows, caps, lanes, total):
    """The largest factor up to 1 with which so many lanes together carry no more than the total. Lanes at their caps
    do not bend, so it rises in steps until no further lane comes to its cap."""
    bending = 0.0
    for lane in range(lanes):
        bending += flows[lane]
    if bending <= total:
        return 1.0
    factor = total / bending
    while True:
        capped, bending = 0.0, 0.0
        for lane in range(lanes):
            if factor * flows[lane] > caps[lane]:
                capped += caps[lane]
            else:
                bending += flows[lane]
        better = min((total - capped) / bending, 1.0)
        if better <= factor:
            return factor
        factor = better


@njit(cache=True, error_model="numpy")
def missing_of(need, arrived):
    return need - arrived if need - arrived > ROUNDING * need else 0.0


@njit(cache=True, error_model="numpy")
def is_normal(values, normal):
    for k in range(len(values)):
        if values[k] != normal[k]:
            return False
    return True


# --- the months of one chain ---


@njit(cache=True, error_model="numpy")
def plan(chain, left, month, ore, ordered, caps):
    """What mines make, refiners mean to make, and lanes of metal may carry; gives whether any lane is restricted. A
    loss takes capacity, and output only beyond what is spare."""
    for i in range(len(ore)):
        ore[i] = chain.mine_capacity * chain.mines[i]
    for j in range(len(ordered)):
        ordered[j] = chain.refiner_capacity * chain.refiners[j]
    is_restricted = False
    for event in range(len(chain.recovery)):
        share = left[month, event]
        if share == 1:
            continue
        if chain.mine_hit[event] >= 0:
            ore[chain.mine_hit[event]] *= share
        if chain.refiner_hit[event] >= 0:
            ordered[chain.refiner_hit[event]] *= share
        if chain.exporter_hit[event] >= 0:
            if not is_restricted:
                caps[:] = np.inf
                is_restricted = True
            exporter = chain.exporter_hit[event]
            for user in range(len(chain.users)):
                if chain.is_banned[event, user]:
                    caps[exporter, user] = share * chain.metal_pattern[exporter, user]
    for i in range(len(ore)):
        ore[i] = min(ore[i], chain.mines[i])
    for j in range(len(ordered)):
        ordered[j] = min(ordered[j], chain.refiners[j])
    return is_restricted


@njit(cache=True, error_model="numpy")
def simulate_chain(chain, occurrences, short, world):
    """Adds what users of each country lack (trial x country) and all of them by month (trial x month), in shares of
    the world's monthly demand."""
    trials, months = world.shape
    # Taken out of the tuple once, which saves counting references every month.
    mines, refiners, users = chain.mines, chain.refiners, chain.users
    ore_pattern, metal_pattern = chain.ore_pattern, chain.metal_pattern
    ore_maximum, metal_maximum = chain.ore_maximum, chain.metal_maximum
    left = np.ones((months, len(chain.recovery)))
    is_struck = np.zeros(months, dtype=np.bool_)
    ore, ordered, metal = np.empty_like(mines), np.empty_like(refiners), np.empty_like(refiners)
    caps = np.empty_like(metal_pattern)
    ore_stock, metal_stock = np.empty_like(refiners), np.empty_like(users)
    ore_arrived, metal_arrived = np.empty_like(refiners), np.empty_like(users)
    of_mines, of_orders = np.empty_like(mines), np.empty_like(refiners)
    of_refiners, of_users = np.empty_like(refiners), np.empty_like(users)
    for trial in range(trials):
        left[:] = 1
        is_struck[:] = False
        for row in range(occurrences.first[trial], occurrences.first[trial + 1]):
            event = chain.place[occurrences.event[row]]
            if event >= 0:
                start, duration = occurrences.start[row], occurrences.duration[row]
                strike(left, event, is_struck, start, duration, chain.recovery[event], occurrences.severity[row])
        ore_stock[:] = ore_maximum
        metal_stock[:] = metal_maximum
        for month in range(months):
            if not is_struck[month]:
                continue
            is_restricted = plan(chain, left, month, ore, ordered, caps)

            # Ore: refiners' stocks cover what is missing.
            if is_normal(ore, mines) and is_normal(ordered, refiners):
                metal[:] = ordered
            else:
                open_trade(ore_pattern, ore, ordered, of_mines, of_orders, ore_arrived)
                for j in range(len(refiners)):
                    missing = missing_of(ordered[j], ore_arrived[j])
                    drawn = min(missing, ore_stock[j])
                    ore_stock[j] -= drawn
                    metal[j] = ordered[j] - (missing - drawn)

            # Metal: users' stocks cover what is missing.
            if is_restricted:
                capped_trade(metal_pattern, caps, metal, users, of_refiners, of_users, metal_arrived)
            elif is_normal(metal, refiners):
                continue
            else:
                open_trade(metal_pattern, metal, users, of_refiners, of_users, metal_arrived)
            for j in range(len(users)):
                missing = missing_of(users[j], metal_arrived[j])
                drawn = min(missing, metal_stock[j])
                metal_stock[j] -= drawn
                short[trial, j] += missing - drawn
                world[trial, month] += missing - drawn


def simulate_chains(problem, occurrences):
    """(short, world) as `replay` gives them."""
    trials = len(occurrences.first) - 1
    countries = len(problem.countries)
    short = np.empty((len(problem.minerals), countries + 1, trials))
    world = np.empty((len(problem.minerals), problem.periods, trials))
    for index, mineral in enumerate(problem.minerals):
        lacking, by_month = np.zeros((trials, countries)), np.zeros((trials, problem.periods))
        simulate_chain(chain_of(problem, index), occurrences, lacking, by_month)
        short[index, :countries] = (lacking / (mineral.users * problem.periods)).T
        short[index, countries] = by_month.mean(axis=1)
        world[index] = by_month.T
    return short, world


def simulate(problem, trials, seed):
    short, world = simulate_chains(problem, draw(problem, trials, seed))
    return summary.of_cells(short.reshape(-1, trials)), summary.of_fan(world.reshape(-1, trials))


def replay(problem, rows, trials):
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    first = np.searchsorted(rows[:, 0], np.arange(trials + 1))
    columns = [np.ascontiguousarray(column) for column in rows[:, 1:].T]
    return simulate_chains(problem, Occurrences(first, columns[0].astype(np.int64), *columns[1:]))


if __name__ == "__main__":
    # Under its own name: for named tuples of `__main__` Numba keeps no compiled code.
    import numba_plain as own

    # Compiles, or reads what was compiled before.
    summary.main(own.simulate, own.replay, prepare=lambda problem: own.simulate(problem, 2, 0))

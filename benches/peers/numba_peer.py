"""The small problem in Numba: compiled loops over trials, minerals and periods on one thread.

The compiled code is cached by Numba (NUMBA_CACHE_DIR), so only the first run pays for compilation."""

import numpy as np
from numba import njit

import summary

MET = 1e-12  # relative gap below which need counts as met, as in critmin
MINE, REFINER, BAN = 0, 1, 2


@njit(cache=True, error_model="numpy")
def strike(left, is_hit, hits, recovery, start, duration, severity):
    """Takes an occurrence's severity, averaged over each period, from what it hits. left: (mineral, period, kind,
    row)."""
    full = start + duration
    periods = left.shape[1]
    last = min(int(np.ceil(full + recovery)), periods)
    before = 0.0
    for period in range(int(start), last):
        time = period + 1.0
        falling = min(max(time - full, 0.0), recovery)
        after = min(time - start, duration) + falling
        if falling > 0.0:
            after -= 0.5 * falling * falling / recovery
        share = 1.0 - severity * (after - before)
        before = after
        for hit in range(hits.shape[0]):
            kind, mineral, row = hits[hit, 0], hits[hit, 1], hits[hit, 2]
            left[mineral, period, kind, row] *= share
            is_hit[mineral, period] = True


@njit(cache=True, error_model="numpy")
def allocate(sellers, supply, buyers, orders):
    """Rigid trade T = a b B with the gravity pattern B, a = min(1, supply / bought), b = min(1, order / sold): gives
    `sold`, the mean of a over sellers, and `bought`, the mean of b over buyers. For known sets of bound sellers and
    buyers they solve a quadratic equation; the sets are found by trying."""
    sold, bought = 1.0, 1.0
    previous_sellers, previous_buyers = -1, -1
    for _ in range(20):
        sellers_bound, supplied, free_sellers = 0, 0.0, 0.0
        for row in range(sellers.size):
            if supply[row] < bought:
                sellers_bound |= 1 << row
                supplied += sellers[row] * supply[row]
            else:
                free_sellers += sellers[row]
        buyers_bound, ordered, free_buyers = 0, 0.0, 0.0
        for row in range(buyers.size):
            if orders[row] < sold:
                buyers_bound |= 1 << row
                ordered += buyers[row] * orders[row]
            else:
                free_buyers += buyers[row]
        if sellers_bound == previous_sellers and buyers_bound == previous_buyers:
            break
        previous_sellers, previous_buyers = sellers_bound, buyers_bound
        # sold = supplied / bought + free_sellers and bought = ordered / sold + free_buyers.
        if sellers_bound == 0:
            sold, bought = 1.0, ordered + free_buyers
        elif buyers_bound == 0:
            sold, bought = supplied + free_sellers, 1.0
        else:
            half = 0.5 * (supplied - ordered - free_buyers * free_sellers)
            root = np.sqrt(half * half + free_sellers * free_buyers * supplied)
            bought = free_buyers * supplied / (half + root) if half > 0.0 else (root - half) / free_sellers
            sold = supplied / bought + free_sellers
    return sold, bought


@njit(cache=True, error_model="numpy")
def run(problem, left, is_hit, memory, short, world):
    """Follows every chain through the periods, and clears what the events have left. short: (mineral, user, the world
    last), world: (mineral, period)."""
    capacity, counts, mine_shares, refiner_shares, ore_level, users, metal_level, banned, banned_share = problem
    ore_stock, metal_stock, supply, planned, metal, arrival = memory
    countries = users.shape[1]
    short[:] = 0.0
    world[:] = 0.0
    for mineral in range(counts.shape[0]):
        mines, refiners = mine_shares[mineral, : counts[mineral, 0]], refiner_shares[mineral, : counts[mineral, 1]]
        ore_stock[:] = ore_level[mineral]
        metal_stock[:] = metal_level[mineral]
        mine_capacity, refiner_capacity = capacity[mineral]
        shares, unmet_by_user = users[mineral], short[mineral]
        for period in range(world.shape[1]):
            # Without an event all trade is normal.
            if not is_hit[mineral, period]:
                continue
            is_hit[mineral, period] = False
            month = left[mineral, period]
            sold, bought = 1.0, 1.0
            for row in range(mines.size):
                supply[row] = min(month[MINE, row] * mine_capacity, 1.0)
                sold -= mines[row] * (1.0 - supply[row])
            for row in range(refiners.size):
                planned[row] = min(month[REFINER, row] * refiner_capacity, 1.0)
                bought -= refiners[row] * (1.0 - planned[row])
            # Where only one side is short, that is the answer already.
            if sold < 1.0 and bought < 1.0:
                sold, _ = allocate(mines, supply, refiners, planned)
            for row in range(refiners.size):
                missing = planned[row] - min(planned[row], sold)
                if missing <= MET * planned[row]:
                    missing = 0.0
                drawn = min(missing, ore_stock[row])
                ore_stock[row] -= drawn
                metal[row] = planned[row] - (missing - drawn)
            to_all = 0.0
            arrival[:] = 0.0
            for row in range(refiners.size):
                open_share, output = month[BAN, row], metal[row]
                free = output
                if open_share < output:
                    # The ban binds: what banned users cannot take goes to the others, up to normal.
                    cut = banned_share[mineral, row]
                    free = min((output - open_share * cut) / (1.0 - cut), 1.0)
                    for user in range(countries):
                        if banned[mineral, row, user]:
                            arrival[user] -= refiners[row] * (free - open_share)
                to_all += refiners[row] * free
            total = 0.0
            for user in range(countries):
                missing = 1.0 - (arrival[user] + to_all)
                if missing <= MET:
                    missing = 0.0
                drawn = min(missing, metal_stock[user])
                metal_stock[user] -= drawn
                unmet = missing - drawn
                if unmet <= MET:
                    unmet = 0.0
                unmet_by_user[user] += unmet
                total += shares[user] * unmet
            world[mineral, period] = total
            month[:] = 1.0
        short[mineral, countries] = 0.0
        for user in range(countries):
            short[mineral, user] /= world.shape[1]
            short[mineral, countries] += users[mineral, user] * short[mineral, user]


@njit(cache=True, error_model="numpy")
def simulate_trials(problem, events, hits, left, is_hit, memory, rng, all_short, all_world):
    """One trial after the other. events: rows of (rate per month, mu, sigma, alpha, beta, recovery)."""
    short, world = np.empty(all_short.shape[1:]), np.empty(all_world.shape[1:])
    periods = left.shape[1]
    for trial in range(all_short.shape[0]):
        for event in range(events.shape[0]):
            per_month, mu, sigma, alpha, beta, recovery = events[event]
            for _ in range(rng.poisson(per_month * periods)):
                start, duration, severity = periods * rng.random(), rng.lognormal(mu, sigma), rng.beta(alpha, beta)
                strike(left, is_hit, hits[event], recovery, start, duration, severity)
        run(problem, left, is_hit, memory, short, world)
        all_short[trial] = short
        all_world[trial] = world


def arrays(problem):
    """The problem in arrays that compiled code takes."""
    minerals, countries = problem.minerals, len(problem.countries)
    pad = lambda rows: np.array([np.pad(row, (0, countries - len(row))) for row in rows])
    banned = np.zeros((len(minerals), countries, countries), dtype=np.bool_)
    events, hits = [], []
    for event in problem.events:
        events.append((event.per_month, event.mu, event.sigma, event.alpha, event.beta, event.recovery))
        for mineral, row, mask in event.bans:
            banned[mineral, row] = mask
        kinds = (MINE, event.mines), (REFINER, event.refiners), (BAN, [ban[:2] for ban in event.bans])
        hits.append(np.array([(kind, *hit) for kind, own in kinds for hit in own]))
    users = pad([mineral.users for mineral in minerals])
    compiled = (
        np.array([mineral.capacity for mineral in minerals]),
        np.array([(len(mineral.mines), len(mineral.refiners)) for mineral in minerals]),
        pad([mineral.mines for mineral in minerals]),
        pad([mineral.refiners for mineral in minerals]),
        pad([mineral.ore_stock for mineral in minerals]),
        users,
        pad([mineral.metal_stock for mineral in minerals]),
        banned,
        (banned * users[:, None]).sum(axis=2),
    )
    left = np.ones((len(minerals), problem.periods, 3, countries))
    is_hit = np.zeros((len(minerals), problem.periods), dtype=np.bool_)
    memory = tuple(np.empty(countries) for _ in range(6))
    return compiled, np.array(events), tuple(hits), left, is_hit, memory


def run_trials(problem, trials, seed):
    compiled, events, hits, left, is_hit, memory = arrays(problem)
    short = np.empty((trials, len(problem.minerals), len(problem.countries) + 1))
    world = np.empty((trials, len(problem.minerals), problem.periods))
    simulate_trials(compiled, events, hits, left, is_hit, memory, np.random.default_rng(seed), short, world)
    return short, world


def simulate(problem, trials, seed):
    short, world = run_trials(problem, trials, seed)
    return summary.of_cells(short.reshape(trials, -1).T.copy()), summary.of_fan(world.reshape(trials, -1).T.copy())


def replay(problem, rows, trials):
    compiled, events, hits, left, is_hit, memory = arrays(problem)
    short = np.empty((len(problem.minerals), len(problem.countries) + 1, trials))
    world = np.empty((len(problem.minerals), problem.periods, trials))
    one_short, one_world = np.empty(short.shape[:2]), np.empty(world.shape[:2])
    for trial in range(trials):
        for _, event, start, duration, severity in rows[rows[:, 0] == trial]:
            strike(left, is_hit, hits[int(event)], events[int(event), 5], start, duration, severity)
        run(compiled, left, is_hit, memory, one_short, one_world)
        short[..., trial], world[..., trial] = one_short, one_world
    return short, world


if __name__ == "__main__":
    # A run without trials compiles everything, or loads it from the cache.
    summary.main(simulate, replay, prepare=lambda problem: run_trials(problem, 0, 0))
